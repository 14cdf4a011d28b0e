"""What tools of a conversation keep in memory, beyond a session that is made anew with other settings."""

MEMORY_CAPABILITY = "webllm.memory"
"""Register a dictionary under this name before mounting; the next session of the conversation gets it too."""
