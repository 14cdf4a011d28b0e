"""A bounded queue between who writes an answer and who reads it (pure)."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")
AHEAD = 16
"""Pieces that may be written ahead of what the client has taken."""


class Channel(Generic[Item]):
    """A bounded queue that can be closed."""

    def __init__(self, limit: int = AHEAD) -> None:
        self._items: deque[Item] = deque()
        self._limit = limit
        self._more = asyncio.Event()
        self._room = asyncio.Event()
        self._closed = False

    async def put(self, item: Item) -> None:
        while len(self._items) >= self._limit and not self._closed:
            self._room.clear()
            await self._room.wait()
        self._items.append(item)
        self._more.set()

    def add(self, item: Item) -> None:
        """Put an item, whatever the limit: where the writer is held back by other means."""
        self._items.append(item)
        self._more.set()

    async def get(self) -> Item | None:
        """The next item; None when it is closed and empty."""
        while not self._items:
            if self._closed:
                return None
            self._more.clear()
            await self._more.wait()
        self._room.set()
        return self._items.popleft()

    def fail(self, item: Item) -> None:
        """Put a last item, whatever the limit, and close."""
        self._items.append(item)
        self.close()

    def close(self) -> None:
        self._closed = True
        self._more.set()
        self._room.set()
