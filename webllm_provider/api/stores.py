"""Where sessions and results are kept: the interface, and the store of one process (pure)."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol


class Store(Protocol):
    """JSON values by key, each with an age at which it is forgotten."""

    async def get(self, key: str) -> Any:
        """The value, or None."""

    async def put(self, key: str, value: Any, age: float) -> None:
        """Keep a value for `age` seconds."""

    async def take(self, key: str) -> Any:
        """The value, which is forgotten in the same step; None where there is none."""

    async def delete(self, key: str) -> None:
        """Forget a value."""

    async def close(self) -> None:
        """Give up what the store holds. Safe to repeat."""


class MemoryStore:
    """Forgets what was used least when it grows beyond its limit.

    Args:
        limit: of the values, in characters of JSON.
    """

    def __init__(self, limit: int = 64 * 2**20, now: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._now = now
        self._size = 0
        self._values: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def get(self, key: str) -> Any:
        found = self._values.get(key)
        if found is None:
            return None
        if found[0] <= self._now():
            await self.delete(key)
            return None
        self._values.move_to_end(key)
        return json.loads(found[1])

    async def put(self, key: str, value: Any, age: float) -> None:
        await self.delete(key)
        text = json.dumps(value)
        if len(text) > self._limit:
            return
        self._values[key] = (self._now() + age, text)
        self._size += len(text)
        while self._size > self._limit:
            _, (_, dropped) = self._values.popitem(last=False)
            self._size -= len(dropped)

    async def take(self, key: str) -> Any:
        value = await self.get(key)
        await self.delete(key)
        return value

    async def delete(self, key: str) -> None:
        if (found := self._values.pop(key, None)) is not None:
            self._size -= len(found[1])

    async def close(self) -> None:
        """Nothing is held beyond memory."""
