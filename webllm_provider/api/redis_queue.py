"""The queue that several server processes share, over Redis Streams with a consumer group.

A job stands in the stream of its model; whichever free engine of any process reads it first has it, and what
it says comes through the stream of the reader's process. Limits on what may wait hold in each process.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from . import redis_names as names
from .queueing import EngineFacts, Event, Job, Worker
from .redis_readers import RedisReaders
from .redis_registry import EngineRegistry
from .redis_ticket import RedisTicket
from .redis_workers import RedisWorkers

logger = logging.getLogger(__name__)


class RedisQueue:
    """A `WorkQueue` of every process with the same Redis.

    Args:
        redis: with `decode_responses`; it is closed with the queue.
        limit: jobs of this process that may wait.
        client_limit: jobs of one client of this process that may wait or run.
        orphan_timeout: seconds that a job waits when no engine has its model.
    """

    def __init__(
        self, redis: Redis, *, limit: int = 256, client_limit: int = 32, orphan_timeout: float = 30.0
    ) -> None:
        self._redis = redis
        server = uuid.uuid4().hex
        self._registry = EngineRegistry(redis, server)
        self._workers = RedisWorkers(redis, self._registry)
        self._readers = RedisReaders(
            redis, server, limit=limit, client_limit=client_limit, orphan_timeout=orphan_timeout
        )
        self._known = ""
        self._watchers: list[Callable[[], object]] = []
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._parting: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def waiting(self) -> int:
        return self._readers.waiting

    def watch(self, tell: Callable[[], object]) -> None:
        self._watchers.append(tell)

    async def elsewhere(self) -> Sequence[EngineFacts]:
        return await self._registry.elsewhere()

    def submit(self, job: Job) -> AsyncGenerator[Event, None]:
        self._start()
        return self._readers.submit(job)

    async def take(self, worker: Worker) -> RedisTicket:
        return await self._workers.take(worker)

    def join(self, worker: Worker) -> None:
        self._start()
        self._registry.here.add(worker)
        self.changed()

    def part(self, worker: Worker) -> None:
        self._registry.here.discard(worker)
        if self._closed:
            return
        task = asyncio.create_task(self._registry.unvouch(worker))
        self._parting.add(task)
        task.add_done_callback(self._parting.discard)

    def changed(self) -> None:
        self._workers.changed()
        self._news.set()

    async def close(self) -> None:
        self._closed = True
        await self._readers.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._parting, return_exceptions=True)
        for worker in list(self._registry.here):
            await self._registry.unvouch(worker)
        await self._redis.aclose()

    def _start(self) -> None:
        if not self._tasks and not self._closed:
            self._tasks += [
                asyncio.create_task(_forever(self._readers.listen)),
                asyncio.create_task(_forever(self._look_around)),
            ]

    async def _look_around(self) -> None:
        """Vouch for the engines that are connected here; see what has become of others and of the jobs."""
        for worker in list(self._registry.here):
            await self._registry.vouch(worker)
        engines = await self._registry.all()
        digest = self._registry.digest(engines)
        if digest != self._known:
            self._known = digest
            for tell in self._watchers:
                tell()
        await self._readers.look_after(engines)
        with suppress(TimeoutError):
            async with asyncio.timeout(names.VOUCH_S):
                await self._news.wait()
        self._news.clear()


async def _forever(work: Callable[[], Awaitable[None]]) -> None:
    """Again and again, also after Redis was away."""
    while True:
        try:
            await work()
        except RedisError as error:
            logger.warning("The queue waits for Redis: %s", type(error).__name__)
            await asyncio.sleep(names.RETRY_S)
