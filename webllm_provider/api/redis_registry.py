"""The engines of all server processes, as each vouches in Redis for those that are connected to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from . import redis_names as names
from .queueing import EngineFacts, Job, Worker


class EngineRegistry:
    """Who is there.

    Args:
        server: the number of this process.
    """

    def __init__(self, redis: Redis, server: str) -> None:
        self._redis = redis
        self._server = server
        self.here: set[Worker] = set()
        """The engines that are connected to this process."""

    async def vouch(self, worker: Worker) -> None:
        """Tell all processes what an engine has and does now."""
        if (facts := worker.facts()) is None:
            return
        told = {
            "server": self._server,
            "state": facts.state,
            "records": list(facts.records),
            "busy": facts.busy,
            "models": list(worker.models()),
            "coming": list(worker.coming()),
        }
        await self._redis.set(names.worker(worker.id), json.dumps(told), ex=names.WORKER_AGE_S)
        await self._redis.sadd(names.WORKERS, worker.id)
        if worker not in self.here:
            # It has gone in the meantime.
            await self.unvouch(worker)

    async def unvouch(self, worker: Worker) -> None:
        """An engine has gone. Where Redis does not answer, its time runs out there."""
        with suppress(RedisError):
            await self._redis.delete(names.worker(worker.id))
            await self._redis.srem(names.WORKERS, worker.id)

    async def all(self) -> list[dict[str, Any]]:
        """What every process says of its engines."""
        ids: list[Any] = sorted(await self._redis.smembers(names.WORKERS))
        if not ids:
            return []
        told = dict(zip(ids, await self._redis.mget([names.worker(id) for id in ids]), strict=True))
        if gone := [id for id, text in told.items() if text is None]:
            await self._redis.srem(names.WORKERS, *gone)
        return [{"id": id, **json.loads(text)} for id, text in told.items() if text is not None]

    async def elsewhere(self) -> Sequence[EngineFacts]:
        """The engines of other processes; none while Redis does not answer."""
        try:
            every = await self.all()
        except RedisError:
            return ()
        others = [one for one in every if one["server"] != self._server]
        return [EngineFacts(one["state"], one["records"], one["busy"]) for one in others]

    def digest(self, every: Sequence[dict[str, Any]]) -> str:
        """Differs when an engine of another process has changed."""
        others = [one for one in every if one["server"] != self._server]
        return json.dumps([(one["id"], one["state"], one["busy"]) for one in others])


def might(engine: dict[str, Any], job: Job) -> bool:
    """Whether an engine of any process can do a job, or will be able to."""
    models = {*engine["models"], *engine["coming"]}
    return bool(models) if job.model is None else job.model in models
