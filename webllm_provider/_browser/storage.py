"""The page's storage, through the functions that it puts on `globalThis`."""

from __future__ import annotations

import json
from typing import Any

from .scope import absent, browser_scope, in_browser


class BrowserStorage:
    """Documents in the page's IndexedDB, through its `js_store_*` functions."""

    def __init__(self, scope: Any = None) -> None:
        self._given = scope

    async def get(self, key: str) -> str | None:
        """The JSON text stored under `key`, or None."""
        found = await self._scope().js_store_get(key)
        return None if absent(found) else str(found)

    async def set(self, key: str, text: str) -> None:
        """Store JSON text; it is kept when this returns."""
        await self._scope().js_store_set(key, text)

    async def replace(self, key: str, expected: str | None, text: str) -> bool:
        """Store JSON text only where `expected` still stands; False when another tab was faster."""
        return bool(await self._scope().js_store_replace(key, expected, text))

    async def delete(self, key: str) -> None:
        """Remove a document; nothing happens if there is none."""
        await self._scope().js_store_delete(key)

    async def keys(self, prefix: str) -> list[str]:
        """The keys that begin with `prefix`."""
        return [str(key) for key in json.loads(await self._scope().js_store_keys(prefix))]

    def _scope(self) -> Any:
        return browser_scope() if self._given is None else self._given


def has_storage() -> bool:
    """Whether this Python runs in a page that offers its storage."""
    return in_browser() and not absent(getattr(browser_scope(), "js_store_get", None))
