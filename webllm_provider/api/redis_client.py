"""The client of Redis, made so that a task which waits for it can be cancelled at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from redis.asyncio import Redis

Answer = TypeVar("Answer")


async def cancellable(asked: Awaitable[Answer]) -> Answer:
    """What Redis answers.

    A cancellation that comes while redis-py sends may be lost: before Python 3.12 `asyncio.wait_for` takes
    the result of that moment instead. Whoever asks in a loop would never end.

    Raises:
        asyncio.CancelledError: the task was cancelled meanwhile.
    """
    task = asyncio.current_task()
    before = 0 if task is None else task.cancelling()
    try:
        return await asked
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError


class CancellableRedis(Redis):
    """Redis whose single commands are `cancellable`; a pipeline's `execute` is not."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await cancellable(super().execute_command(*args, **options))  # type: ignore[no-untyped-call]
