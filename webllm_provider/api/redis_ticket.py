"""A job of the shared queue in the hands of a worker: what is said goes through Redis to the reader."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from .._wire import WireError
from . import redis_names as names
from .queueing import Event, Job

logger = logging.getLogger(__name__)

LOOKS_S = 0.25
"""How often a worker that has nothing to say looks whether its reader is still there."""
WAITS_S = 0.02


class RedisTicket:
    """One attempt at a job.

    Args:
        attempt: its number; what an older attempt says is not heard.
        server: the process whose reader waits.
    """

    def __init__(self, redis: Redis, job: Job, attempt: int, server: str) -> None:
        self.job = job
        self._redis = redis
        self._attempt = attempt
        self._server = server
        self._sent = 0
        self._gone = False
        self._stop: Callable[[], object] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._last: set[asyncio.Task[None]] = set()

    async def begin(self, worker: str) -> None:
        """Tell the reader who has taken its job."""
        await self._say("taken", {"worker": worker})
        self._looking = asyncio.create_task(self._look())

    async def put(self, event: Event) -> None:
        if self._gone:
            return
        await self._say("event", event)
        self._sent += 1
        # The reader is in another process: there is nothing here that could be waited for.
        while not self._gone and self._sent - await self._read() >= names.ROOM:  # noqa: ASYNC110
            await asyncio.sleep(WAITS_S)

    async def end(self) -> None:
        await self._close("end", {})

    def fail(self, event: Event) -> None:
        task = asyncio.create_task(self._close("last", event))
        self._last.add(task)
        task.add_done_callback(self._last.discard)

    async def give_back(self, error: WireError) -> None:
        await self._close("back", dict(error))

    def when_gone(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        if self._gone:
            stop()

    async def _close(self, kind: str, said: dict[str, Any]) -> None:
        if self._looking is not None:
            self._looking.cancel()
        if not self._gone:
            await self._say(kind, said)

    async def _say(self, kind: str, said: dict[str, Any]) -> None:
        entry: dict[Any, Any] = {
            "job": self.job.id,
            "attempt": str(self._attempt),
            "kind": kind,
            "said": json.dumps(said),
        }
        try:
            await self._redis.xadd(names.replies(self._server), entry)
        except RedisError as error:
            # The reader's process notices by itself that its job is lost.
            logger.warning("An answer could not be handed on: %s", type(error).__name__)
            self._leave()

    async def _read(self) -> int:
        """How many events the reader has taken. A job that is not there any more has no reader."""
        try:
            attempt, read = await self._redis.hmget(names.job(self.job.id), ["attempt", "read"])
        except RedisError:
            self._leave()
            return self._sent
        if attempt is None or int(attempt) != self._attempt:
            self._leave()
            return self._sent
        return int(read or 0)

    async def _look(self) -> None:
        with suppress(asyncio.CancelledError):
            while not self._gone:
                await asyncio.sleep(LOOKS_S)
                await self._read()

    def _leave(self) -> None:
        if self._gone:
            return
        self._gone = True
        if self._stop is not None:
            self._stop()
