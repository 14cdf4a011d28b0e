"""Where a session's documents live: in the browser's storage, or in memory."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from .._browser import BrowserStorage, has_storage

logger = logging.getLogger(__name__)

STORE_CAPABILITY = "webllm.store"
"""Register a `Store` under this name before mounting to keep documents elsewhere."""


class Store(Protocol):
    """Documents as JSON text, by key."""

    async def get(self, key: str) -> str | None:
        """The text stored under `key`, or None."""

    async def set(self, key: str, text: str) -> None:
        """Store the text; it is kept when this returns."""

    async def replace(self, key: str, expected: str | None, text: str) -> bool:
        """Store the text only if `expected` is what is stored (None: nothing); False if it is not.

        Other sessions and other tabs write the same documents: read, change, replace, and again if False.
        """

    async def delete(self, key: str) -> None:
        """Remove a document; nothing happens if there is none."""

    async def keys(self, prefix: str) -> list[str]:
        """The keys that begin with `prefix`."""


class MemoryStore:
    """Documents that end with the process."""

    def __init__(self) -> None:
        self._documents: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self._documents.get(key)

    async def set(self, key: str, text: str) -> None:
        self._documents[key] = text

    async def replace(self, key: str, expected: str | None, text: str) -> bool:
        if self._documents.get(key) != expected:
            return False
        await self.set(key, text)
        return True

    async def delete(self, key: str) -> None:
        self._documents.pop(key, None)

    async def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self._documents if key.startswith(prefix))


def store_of(coordinator: Any) -> Store:
    """The store of a session: the one it was given, else the browser's, else memory, with a log line."""
    given: Store | None = coordinator.get_capability(STORE_CAPABILITY)
    return own_store() if given is None else given


def own_store() -> Store:
    """The browser's store, else memory, with a log line."""
    if has_storage():
        return BrowserStorage()
    logger.warning("No browser storage here: documents are kept in memory and end with this session.")
    return MemoryStore()
