"""Several server processes with one Redis share their engines, sessions and results."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import APIError, AsyncOpenAI

from tests.api.conftest import Server, hello, ready, scripted, start, until
from tools.redis_server import RedisServer
from webllm_provider.api.queueing import Worker
from webllm_provider.api.redis_client import CancellableRedis
from webllm_provider.api.redis_registry import EngineRegistry
from webllm_provider.api.redis_workers import RedisWorkers
from webllm_provider.offering import offer_engine
from webllm_provider.testing import ScriptedTransport, Wait, answer

ASKED: list[Any] = [{"role": "user", "content": "Hello?"}]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


def environment_of(redis: RedisServer) -> dict[str, str]:
    return {"WEBLLM_REDIS_URL": redis.url, "WEBLLM_TOKEN": "secret", "WEBLLM_ORPHAN_TIMEOUT": "20"}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[tuple[Server, Server]]:
    """Two processes, each with its own socket, and nothing in common but Redis."""
    folder = tmp_path_factory.mktemp("servers")
    servers = (
        start(folder, environment=environment_of(redis)),
        start(folder, environment=environment_of(redis)),
    )
    yield servers
    for server in servers:
        server.end()
    assert all("Traceback" not in server.log.read_text() for server in servers)


@pytest.fixture
def mortal(start_server: Callable[..., Server], redis: RedisServer) -> Server:
    """A third one, to be killed."""
    return start_server(**environment_of(redis))


Offering = Callable[[Server, ScriptedTransport], Any]


@pytest.fixture
async def offered(two: tuple[Server, Server]) -> AsyncIterator[Offering]:
    """Offers engines, and leaves the servers without one."""
    async with AsyncExitStack() as stack:

        async def offer(to: Server, transport: ScriptedTransport) -> Any:
            return await stack.enter_async_context(offer_engine(to.sockets, transport, token="secret"))

        yield offer
    for server in two:
        await until(partial(seen, server, 0))


def client_of(server: Server) -> AsyncOpenAI:
    """The official client; its connections end with it."""
    return AsyncOpenAI(base_url=f"{server.url}/v1", api_key="secret", max_retries=0, timeout=60)


async def seen(server: Server, count: int) -> bool:
    async with httpx.AsyncClient(headers={"authorization": "Bearer secret"}) as client:
        told = await client.get(f"{server.url}/webllm/api/status")
        return int(told.json()["engines_ready"]) == count


async def asked(server: Server) -> str:
    async with client_of(server) as client:
        said = await client.chat.completions.create(model="scripted-1", messages=ASKED)
    return str(said.choices[0].message.content)


async def test_an_engine_at_one_server_answers_what_the_other_is_asked(
    two: tuple[Server, Server], offered: Offering
) -> None:
    first, second = two
    words = [f"w{n} " for n in range(300)]
    await offered(first, scripted(answer(*words), hello()))
    await until(lambda: seen(second, 1))
    async with client_of(second) as client:
        stream = await client.chat.completions.create(model="scripted-1", messages=ASKED, stream=True)
        said = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
        models = await client.models.list()
    assert "".join(said) == "".join(words)
    assert await asked(first) == "Hello"
    assert [model.id for model in models.data] == ["scripted-1"]


async def test_engines_of_both_servers_work_at_the_same_time(
    two: tuple[Server, Server], offered: Offering
) -> None:
    engines = [scripted([*answer("One")[:2], Wait()]) for _ in two]
    for server, engine in zip(two, engines, strict=True):
        await offered(server, engine)
    await until(lambda: seen(two[0], 2))
    asking = [asyncio.ensure_future(asked(two[0])) for _ in engines]
    try:
        await until(lambda: all(len(engine.bodies) == 1 for engine in engines))
    finally:
        for one in asking:
            one.cancel()


async def test_a_client_that_goes_frees_the_engine_at_the_other_server(
    two: tuple[Server, Server], offered: Offering
) -> None:
    first, second = two
    engine = scripted([*answer("One")[:2], Wait()], hello())
    await offered(first, engine)
    await until(lambda: seen(second, 1))
    async with client_of(second) as client:
        stream = await client.chat.completions.create(model="scripted-1", messages=ASKED, stream=True)
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                break
        await stream.close()
    assert await asked(second) == "Hello"


async def test_a_server_that_dies_with_its_engine_leaves_the_partial_text(
    two: tuple[Server, Server], mortal: Server, offered: Offering
) -> None:
    _, second = two
    await offered(mortal, scripted([*answer("One ", "two")[:3], Wait()]))
    await until(lambda: seen(second, 1))
    events: list[str] = []
    headers = {"authorization": "Bearer secret"}
    body = {"model": "scripted-1", "messages": ASKED, "stream": True}
    async with (
        httpx.AsyncClient(timeout=60, headers=headers) as client,
        client.stream("POST", f"{second.url}/v1/chat/completions", json=body) as response,
    ):
        async for line in response.aiter_lines():
            events.append(line)
            if '"two"' in line:
                mortal.process.kill()
    told = json.loads(events[events.index("event: error") + 1].removeprefix("data: "))
    assert (told["code"], told["partial"]) == ("ENGINE_FAILED", "One two")


async def test_a_job_whose_server_died_before_the_first_word_is_answered_by_another(
    two: tuple[Server, Server], mortal: Server, offered: Offering
) -> None:
    _, second = two
    silent, other = scripted([Wait()]), scripted(hello())
    await offered(mortal, silent)
    await until(lambda: seen(second, 1))
    asking = asyncio.ensure_future(asked(second))
    await until(lambda: len(silent.bodies) == 1)
    await offered(second, other)
    mortal.process.kill()
    assert await asking == "Hello"


async def test_a_restart_of_redis_loses_no_request(
    two: tuple[Server, Server], offered: Offering, redis: RedisServer
) -> None:
    first, second = two
    # As if it computed for long: what was handed to it is lost with Redis, and given out once more.
    engine = scripted([Wait()], hello(), hello())
    await offered(first, engine)
    await until(lambda: seen(second, 1))
    asking = asyncio.ensure_future(asked(second))
    await until(lambda: len(engine.bodies) == 1)
    redis.stop()
    redis.start()
    assert await asking == "Hello"
    assert await asked(first) == "Hello"


async def test_a_session_and_its_results_live_in_all_processes(
    two: tuple[Server, Server], offered: Offering
) -> None:
    first, second = two
    await offered(first, scripted(hello()))
    headers = {"authorization": "Bearer secret"}
    async with httpx.AsyncClient(headers=headers) as client:
        made = await client.post(f"{first.url}/api/webllm/session", json={"modelId": "scripted-1"})
        session = made.json()["sessionId"]
        found = await client.get(f"{second.url}/api/webllm/session/{session}")
        assert found.status_code == 200
        gone = await client.delete(f"{second.url}/api/webllm/session/{session}")
        assert gone.status_code < 300
        assert (await client.get(f"{first.url}/api/webllm/session/{session}")).status_code == 404


async def test_without_redis_a_request_is_told_so(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    redis = RedisServer(tmp_path)
    redis.start()
    server = start_server(WEBLLM_REDIS_URL=redis.url)
    async with offer_engine(server.sockets, scripted(hello())):
        await until(lambda: _one(server))
        redis.stop()
        with pytest.raises(APIError) as told:
            await asked(server)
        assert told.value.code == "upstream_error"


async def _one(server: Server) -> bool:
    return await ready(server) == 1


async def test_a_worker_that_is_cancelled_at_any_moment_ends(redis: RedisServer) -> None:
    client = CancellableRedis.from_url(redis.url, decode_responses=True)
    workers = RedisWorkers(client, EngineRegistry(client, "server"))
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(200):
        task = asyncio.ensure_future(workers.take(Worker(lambda: ["a model"])))
        await asyncio.sleep(rng.uniform(0, 0.004))
        task.cancel()
        async with asyncio.timeout(60):
            with pytest.raises(asyncio.CancelledError):
                await task
    await client.aclose()
