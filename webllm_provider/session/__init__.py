"""Amplifier in a browser: `create_session()`, and the modules it mounts."""

from __future__ import annotations

from .create import create_session
from .defaults import INSTRUCTION
from .events import STREAMED_EVENTS
from .permissions import Permissions
from .store import MemoryStore, Store

__all__ = ["INSTRUCTION", "STREAMED_EVENTS", "MemoryStore", "Permissions", "Store", "create_session"]
