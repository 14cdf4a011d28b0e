"""The requests' side of the shared queue: jobs are put in line, heard of, and looked after until they end.

A job whose engine has gone, or whose traces Redis has lost, is put in line again before its first word, and
fails behind it. Of each client one job at a time stands in line, the others wait behind it in this process:
so the clients of all processes take turns.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from . import redis_names as names
from .queueing import CLOSED, ORPHANED, Event, Job, failed, too_many, too_many_of_one
from .redis_client import cancellable
from .redis_jobs import LOST, ReadJob
from .redis_registry import might
from .redis_streams import entries


class RedisReaders:
    """The jobs for which somebody in this process waits.

    Args:
        server: the number of this process.
        limit: jobs that may wait.
        client_limit: jobs of one client that may wait or run.
        orphan_timeout: seconds that a job waits when no engine has its model.
    """

    def __init__(
        self, redis: Redis, server: str, *, limit: int, client_limit: int, orphan_timeout: float
    ) -> None:
        self._redis = redis
        self._server = server
        self._limit = limit
        self._client_limit = client_limit
        self._orphan_timeout = orphan_timeout
        self._jobs: dict[str, ReadJob] = {}
        self._lines: dict[str, asyncio.Lock] = {}
        self._count: dict[str, int] = {}
        self._heard = "0-0"

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return sum(job.worker is None for job in self._jobs.values())

    async def submit(self, job: Job) -> AsyncGenerator[Event, None]:
        """The events of a job; closing the generator ends it in the engine."""
        read = self._enter(job)
        entering = asyncio.create_task(self._stand_in_line(read))
        taken = 0
        try:
            while (event := await read.events.get()) is not None:
                yield event
                taken += 1
                if taken % (names.ROOM // 4) == 0:
                    await self._acknowledge(read, taken)
        finally:
            entering.cancel()
            await self._leave(read)

    async def listen(self) -> None:
        """Hand on what engines have said since the last time; waits a while for it."""
        stream = names.replies(self._server)
        answer = await self._redis.xread({stream: self._heard}, count=256, block=names.BLOCK_MS)
        for _, (id, fields) in entries(answer):
            self._heard = id
            read = self._jobs.get(fields["job"])
            if read is None or str(read.attempt) != fields["attempt"]:
                continue
            if read.hear(fields["kind"], json.loads(fields["said"])):
                await self._again(read)
        if answer:
            await self._redis.xtrim(stream, minid=self._heard, approximate=False)
            await self._redis.expire(stream, names.JOB_AGE_S)

    async def look_after(self, engines: Sequence[dict[str, Any]]) -> None:
        """Put jobs in line again that were lost, and give up those that nobody can do."""
        for read in list(self._jobs.values()):
            await self._check(read, engines)

    async def close(self) -> None:
        """End what waits."""
        for read in list(self._jobs.values()):
            read.finish(failed(CLOSED))
        with suppress(RedisError):
            await self._redis.delete(names.replies(self._server))

    def _enter(self, job: Job) -> ReadJob:
        mine = self._count.get(job.client, 0)
        if mine >= self._client_limit:
            raise too_many_of_one(mine, self._client_limit)
        if self.waiting >= self._limit:
            raise too_many(self._limit)
        read = ReadJob(job)
        self._jobs[job.id] = read
        self._count[job.client] = mine + 1
        return read

    async def _stand_in_line(self, read: ReadJob) -> None:
        async with self._lines.setdefault(read.job.client, asyncio.Lock()):
            try:
                await self._add(read)
            except RedisError:
                read.finish(failed(names.UNREACHABLE))
            await read.taken.wait()

    async def _add(self, read: ReadJob) -> None:
        about: dict[Any, Any] = {
            "client": read.job.client,
            "model": read.job.model or "",
            "command": json.dumps(read.job.command),
            "server": self._server,
            "attempt": str(read.attempt),
            "read": "0",
        }
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(names.job(read.job.id), mapping=about)
            pipe.expire(names.job(read.job.id), names.JOB_AGE_S)
            pipe.xadd(names.jobs(read.job.model), {"job": read.job.id, "attempt": str(read.attempt)})
            pipe.expire(names.jobs(read.job.model), names.JOB_AGE_S)
            await cancellable(pipe.execute())
        read.entered = True

    async def _again(self, read: ReadJob) -> None:
        read.again()
        await self._add(read)
        if read.over:
            # Its reader has gone in the meantime.
            await self._redis.delete(names.job(read.job.id))

    async def _acknowledge(self, read: ReadJob, taken: int) -> None:
        with suppress(RedisError):
            await self._redis.hset(names.job(read.job.id), "read", str(taken))

    async def _leave(self, read: ReadJob) -> None:
        read.finish(None)
        client = read.job.client
        del self._jobs[read.job.id]
        self._count[client] -= 1
        if not self._count[client]:
            del self._count[client]
            del self._lines[client]
        # Whoever works on it sees that nobody waits; whoever takes it from its stream finds nothing.
        with suppress(RedisError):
            await self._redis.delete(names.job(read.job.id))

    async def _check(self, read: ReadJob, engines: Sequence[dict[str, Any]]) -> None:
        if read.over:
            return
        if read.entered and not await self._redis.exists(names.job(read.job.id)):
            # Redis has begun anew, without its data.
            await self._lost(read)
        elif read.worker is not None:
            if all(one["id"] != read.worker for one in engines):
                await self._lost(read)
        elif any(might(one, read.job) for one in engines):
            read.idle_since = None
        elif read.idle_since is None:
            read.idle_since = time.monotonic()
        elif time.monotonic() - read.idle_since >= self._orphan_timeout:
            read.finish(failed(ORPHANED))

    async def _lost(self, read: ReadJob) -> None:
        if not read.over and read.lost(LOST):
            await self._again(read)
