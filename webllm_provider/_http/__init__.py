"""OpenAI-compatible servers: the transport over HTTP, on CPython by httpx and in a browser by its fetch."""

from __future__ import annotations

from .transport import HttpTransport

__all__ = ["HttpTransport"]
