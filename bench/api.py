"""What the API adds: to a request, to a token, and with 500 clients at once; the engine computes nothing.

A real `webllm-api` under uvicorn, the scripted engine at the other end of a real socket. No browser has a
part in it. Client and engine are this one process, so that a token can carry the time at which it was said.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from importlib.metadata import version
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench.conditions import ROOT, taken_now
from bench.figure import alone
from bench.results import Result
from webllm_provider._wire import CompletionBody
from webllm_provider.offering import offer_engine
from webllm_provider.testing import Script, ScriptedTransport, ScriptStep, Wait, answer

REQUESTS = 200
TOKENS = 2_000
PACED = 200
PACE_S = 0.01
"""Between two tokens of an answer whose tokens are timed: about what a good GPU takes."""
CLIENTS = 500
STARTED_WITHIN_S = 60


def run(pairs: int) -> Result:
    """Measure; `pairs` is how often each figure is taken."""
    with TemporaryDirectory() as folder, _server(folder) as url:
        requests, tokens, streams, crowds = asyncio.run(_measured(url, max(1, pairs)))
    versions = {name: version(name) for name in ("uvicorn", "starlette")}
    conditions = dataclasses.replace(
        taken_now(None), versions={"CPython": platform.python_version(), **versions}
    )
    figures = [
        alone("API: what a request takes beside the engine, p99", "ms", "lower", requests),
        alone("API: a token's way from the engine to its client, p99", "ms", "lower", tokens),
        alone("API: tokens that one stream carries", "tokens/s", "higher", streams),
        alone(f"API: {CLIENTS} clients at once, p99 of a request", "ms", "lower", crowds),
    ]
    return Result("api", figures, conditions)


async def _measured(url: str, times: int) -> tuple[list[float], list[float], list[float], list[float]]:
    async with offer_engine(url, ScriptedTransport(respond=_respond)), _client(url) as client:
        # A server can be asked, but does not call.
        while not (await client.get("/v1/models")).json()["data"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await _asked(client)
        requests = [_p99([await _asked(client) for _ in range(REQUESTS)]) for _ in range(times)]
        tokens = [_p99(await _paced(client)) for _ in range(times)]
        streams = [TOKENS / (await _streamed(client) / 1e3) for _ in range(times)]
        crowds = [_p99(await _crowd(url)) for _ in range(times)]
    return requests, tokens, streams, crowds


def _client(url: str) -> httpx.AsyncClient:
    # No TLS is spoken: what would be loaded for it takes longer than a request.
    return httpx.AsyncClient(base_url=url, timeout=120, verify=False)


async def _crowd(url: str) -> list[float]:
    """Milliseconds of each request, where every client asks at the same moment."""
    async with AsyncExitStack() as stack:
        # Each with connections of its own: one for all would look through all of them for each request.
        clients = [await stack.enter_async_context(_client(url)) for _ in range(CLIENTS)]
        return list(await asyncio.gather(*(_asked(client) for client in clients)))


def _respond(body: CompletionBody) -> Script:
    match body["messages"][-1]["content"]:
        case "long":
            return answer(*(["word "] * TOKENS))
        case "paced":
            return _timed()
        case _:
            return answer("Hello", " there.")


def _timed() -> Iterator[ScriptStep]:
    """An answer whose tokens are the times at which they are said."""
    started, *_, ended = answer("")
    yield started
    for _ in range(PACED):
        yield Wait(PACE_S)
        yield {"type": "delta", "text": f"{time.perf_counter()} "}
    yield ended


async def _asked(client: httpx.AsyncClient) -> float:
    """Milliseconds of one short answer."""
    began = time.perf_counter()
    told = await client.post("/v1/chat/completions", json=_body("short"))
    told.raise_for_status()
    return (time.perf_counter() - began) * 1e3


async def _streamed(client: httpx.AsyncClient) -> float:
    """Milliseconds of one long answer, read as it comes."""
    began = time.perf_counter()
    async with client.stream("POST", "/v1/chat/completions", json={**_body("long"), "stream": True}) as told:
        told.raise_for_status()
        async for _ in told.aiter_raw():
            pass
    return (time.perf_counter() - began) * 1e3


async def _paced(client: httpx.AsyncClient) -> list[float]:
    """Milliseconds of each token between the engine and the client."""
    delays: list[float] = []
    async with client.stream("POST", "/v1/chat/completions", json={**_body("paced"), "stream": True}) as told:
        told.raise_for_status()
        async for line in told.aiter_lines():
            if line.startswith("data: {"):
                now = time.perf_counter()
                texts = [one["delta"].get("content") or "" for one in json.loads(line[6:])["choices"]]
                delays += [(now - float(said)) * 1e3 for text in texts for said in text.split()]
    return delays


def _body(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[98]


@contextmanager
def _server(folder: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "WEBLLM_DATA": folder,
        "WEBLLM_QUEUE_LIMIT": str(2 * CLIENTS),
        "WEBLLM_CLIENT_LIMIT": str(2 * CLIENTS),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "webllm_provider.api.server", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            httpx.get(f"{url}/webllm/api/health")
            return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
