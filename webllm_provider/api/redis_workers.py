"""The engines' side of the shared queue: a free engine takes the next job that it can do."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from . import redis_names as names
from .queueing import Job, Worker
from .redis_registry import EngineRegistry
from .redis_streams import Entry, entries
from .redis_ticket import RedisTicket

logger = logging.getLogger(__name__)


class RedisWorkers:
    """Hands jobs to the engines of this process."""

    def __init__(self, redis: Redis, registry: EngineRegistry) -> None:
        self._redis = redis
        self._registry = registry
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Some engine has another model now."""
        self._changed.set()

    async def take(self, worker: Worker) -> RedisTicket:
        """Wait for the next job that this engine can do."""
        while True:
            self._changed.clear()
            models = list(worker.models())
            if not models:
                await self._changed.wait()
                continue
            try:
                # Known to all before it takes a job: else its job would be thought lost.
                await self._registry.vouch(worker)
                found = await self._next(worker, [names.jobs(None), *(names.jobs(model) for model in models)])
                if found is not None and (ticket := await self._ticket(worker, *found)) is not None:
                    return ticket
            except RedisError as error:
                logger.warning("The queue waits for Redis: %s", type(error).__name__)
                await asyncio.sleep(names.RETRY_S)

    async def _next(self, worker: Worker, streams: list[str]) -> tuple[str, Entry] | None:
        """A job that nobody else has, and the stream in which it stands."""
        await self._make_groups(streams)
        for stream in streams:
            # Handed to an engine that never said that it has it.
            _, claimed, *_ = await self._redis.xautoclaim(
                stream, names.GROUP, worker.id, names.TAKEN_WITHIN_MS, count=1
            )
            if claimed:
                return stream, claimed[0]
        new: Any = dict.fromkeys(streams, ">")
        answer = await self._redis.xreadgroup(names.GROUP, worker.id, new, count=1, block=names.BLOCK_MS)
        return next(iter(entries(answer)), None)

    async def _make_groups(self, streams: list[str]) -> None:
        for stream in streams:
            try:
                await self._redis.xgroup_create(stream, names.GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def _ticket(self, worker: Worker, stream: str, entry: Entry) -> RedisTicket | None:
        """The job of an entry, unless its reader has gone or it is an older attempt."""
        id, fields = entry
        about: dict[Any, Any] = await self._redis.hgetall(names.job(fields["job"])) if fields else {}
        ticket = None
        if about and about["attempt"] == fields["attempt"]:
            job = Job(about["client"], about["model"] or None, json.loads(about["command"]), fields["job"])
            if worker.can(job):
                ticket = RedisTicket(self._redis, job, int(about["attempt"]), about["server"])
                await ticket.begin(worker.id)
            else:
                # It has unloaded the model in this very moment: another takes it.
                again: Any = fields
                await self._redis.xadd(stream, again)
        await self._redis.xack(stream, names.GROUP, id)
        await self._redis.xdel(stream, id)
        return ticket
