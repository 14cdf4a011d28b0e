"""The store of several server processes: sessions and results in one Redis."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from ..errors import to_llm_error
from . import redis_names as names


class RedisStore:
    """Values with an age. What is dropped when Redis is full is Redis' own setting (`maxmemory-policy`).

    Every call raises `EngineError` with the code `server_unavailable` while Redis does not answer.

    Args:
        redis: with `decode_responses`; should try again by itself. It is closed with the store.
        limit: of one value, in characters of JSON; a longer one is not kept.
    """

    def __init__(self, redis: Redis, limit: int = 64 * 2**20) -> None:
        self._redis = redis
        self._limit = limit

    async def get(self, key: str) -> Any:
        return _read(await _answer(self._redis.get(names.kept(key))))

    async def put(self, key: str, value: Any, age: float) -> None:
        text = json.dumps(value)
        if len(text) > self._limit:
            await self.delete(key)
            return
        await _answer(self._redis.set(names.kept(key), text, px=max(1, round(age * 1000))))

    async def take(self, key: str) -> Any:
        return _read(await _answer(self._redis.getdel(names.kept(key))))

    async def delete(self, key: str) -> None:
        await _answer(self._redis.delete(names.kept(key)))

    async def close(self) -> None:
        await self._redis.aclose()


async def _answer(asked: Awaitable[Any]) -> Any:
    try:
        return await asked
    except RedisError as error:
        raise to_llm_error(names.UNREACHABLE) from error


def _read(text: Any) -> Any:
    return None if text is None else json.loads(text)
