"""What the API costs: a request, a token, and 500 clients at once; with an engine that computes nothing.

A real `webllm-api` under uvicorn, the scripted engine at the other end of a real socket. No browser has a
part in it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench.conditions import ROOT, taken_now
from bench.figure import alone
from bench.readme import table
from bench.results import Result
from webllm_provider._wire import CompletionBody
from webllm_provider.offering import offer_engine
from webllm_provider.testing import Script, ScriptedTransport, answer

REQUESTS = 200
TOKENS = 2_000
CLIENTS = 500
STARTED_WITHIN_S = 60


def run(pairs: int) -> Result:
    """Measure; `pairs` is how often each figure is taken."""
    with TemporaryDirectory() as folder, _server(folder) as url:
        requests, tokens, crowds = asyncio.run(_measured(url, max(1, pairs)))
    versions = {name: version(name) for name in ("uvicorn", "starlette")}
    conditions = dataclasses.replace(
        taken_now(None), versions={"CPython": platform.python_version(), **versions}
    )
    figures = [
        alone("A request through the API, p99", "ms", "lower", requests),
        alone("A streamed token through the API", "us", "lower", tokens),
        alone(f"{CLIENTS} clients at once, p99 of a request", "ms", "lower", crowds),
    ]
    return Result("api", figures, conditions)


async def _measured(url: str, times: int) -> tuple[list[float], list[float], list[float]]:
    many = httpx.Limits(max_connections=None, max_keepalive_connections=CLIENTS)
    async with (
        offer_engine(url, ScriptedTransport(respond=_respond)),
        httpx.AsyncClient(base_url=url, timeout=120, limits=many) as client,
    ):
        # A server can be asked, but does not call.
        while not (await client.get("/v1/models")).json()["data"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await _asked(client)
        requests = [_p99([await _asked(client) for _ in range(REQUESTS)]) for _ in range(times)]
        tokens = [await _streamed(client) / TOKENS * 1e3 for _ in range(times)]
        crowds = [
            _p99(list(await asyncio.gather(*(_asked(client) for _ in range(CLIENTS))))) for _ in range(times)
        ]
    return requests, tokens, crowds


def _respond(body: CompletionBody) -> Script:
    long = body["messages"][-1]["content"] == "long"
    return answer(*(["word "] * TOKENS)) if long else answer("Hello", " there.")


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


if __name__ == "__main__":
    print(table([run(3)]))
