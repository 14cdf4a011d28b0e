"""Work that must not run twice at the same time, and must not wait for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Exclusive:
    """Runs one piece of work at a time; others wait for their turn.

    Work that asks for itself, in the task that runs it, passes at once: a hook on `session:end` that cleans
    up the session would otherwise wait for ever, as it does with the native engine.
    """

    __slots__ = ("_lock", "_running")

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._running: asyncio.Task[Any] | None = None

    async def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Awaits the work when it is its turn; does nothing inside of itself."""
        task = asyncio.current_task()
        if task is not None and task is self._running:
            return
        async with self._lock:
            self._running = task
            try:
                await work()
            finally:
                self._running = None
