"""What a session says and does when nobody configured anything else.

The demo model was trained under this instruction; see `webllm_provider/_tools.py`.
"""

from __future__ import annotations

INSTRUCTION = "You are the guide of this application. You run inside the user's browser."
