"""The kernel of Amplifier for places without native code: the engine in Python, and the wheel it ships in."""
