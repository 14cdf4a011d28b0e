"""A real uvicorn on a port, and engines that connect to it over real sockets."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import settings
from openai import AsyncOpenAI

from webllm_provider.offering import Offer, offer_engine
from webllm_provider.testing import Script, ScriptedTransport, answer, loaded_model

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN_S = 60.0

settings.register_profile("api", deadline=None, derandomize=True)
settings.load_profile("api")


def pytest_sessionfinish() -> None:
    # As in tests/unit: the native kernel's threads race with the end of the interpreter.
    time.sleep(0.3)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running `webllm-api`."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sockets(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def session_token(self) -> str:
        """What it has printed, once."""
        found = re.findall(r"Token for sessions .*: (\S+)", self.log.read_text())
        assert len(found) == 1
        return str(found[0])

    def end(self) -> None:
        """End it as its owner would, with all that it holds."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + STARTED_WITHIN_S
        while True:
            try:
                httpx.get(f"{self.url}/webllm/api/health", timeout=5)
                return
            except httpx.TransportError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.05)


def start(
    folder: Path, *arguments: str, port: int | None = None, environment: dict[str, str] | None = None
) -> Server:
    """A server that answers; its `.env` and its files are those of a folder."""
    chosen = port or free_port()
    log = folder / f"server-{chosen}.log"
    command = [sys.executable, "-m", "webllm_provider.api.server", "--port", str(chosen), *arguments]
    with log.open("a") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "WEBLLM_DATA": str(folder / "data"),
                **(environment or {}),
            },
        )
    server = Server(process, chosen, log)
    server.wait()
    return server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests that leave it as it was."""
    running = start(
        tmp_path_factory.mktemp("server"),
        environment={"WEBLLM_ORPHAN_TIMEOUT": "1"},
    )
    yield running
    running.end()
    # Whatever happened, nobody was surprised by it.
    assert "Traceback" not in running.log.read_text()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Servers of a test's own, with an environment of their own."""
    made: list[Server] = []

    def make(*arguments: str, port: int | None = None, **environment: str) -> Server:
        made.append(start(tmp_path, *arguments, port=port, environment=environment))
        return made[-1]

    yield make
    for one in made:
        one.end()


Offering = Callable[..., Awaitable[Offer]]


@pytest.fixture
async def offer(server: Server) -> AsyncIterator[Offering]:
    """Offers engines to the common server, and withdraws them."""
    async with AsyncExitStack() as stack:

        async def make(
            transport: ScriptedTransport, to: Server | None = None, token: str | None = None
        ) -> Offer:
            where = to or server
            before = await ready(where)
            made = await stack.enter_async_context(offer_engine(where.sockets, transport, token=token))
            if transport.model is not None:
                await until(lambda: listed(where, before + 1))
            return made

        yield make
    await until(lambda: listed(server, 0))


async def ready(server: Server) -> int:
    """How many engines can answer."""
    async with httpx.AsyncClient() as client:
        told = await client.get(f"{server.url}/webllm/api/status")
        return int(told.json()["engines_ready"])


async def listed(server: Server, count: int) -> bool:
    return await ready(server) == count


async def until(reached: Callable[[], Awaitable[bool] | bool], seconds: float = 30.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while True:
            now = reached()
            if now if isinstance(now, bool) else await now:
                return
            await asyncio.sleep(0.02)


def scripted(*scripts: Script, model: str = "scripted-1", **fields: object) -> ScriptedTransport:
    """An engine with a script; its grammar holds calls."""
    made = ScriptedTransport(scripts, **fields)  # type: ignore[arg-type]
    made.model = loaded_model(model, constraint="structural_tag")
    made.model["capabilities"]["json_schema"] = True
    return made


def hello(*chunks: str) -> Script:
    """The script of a short answer."""
    return answer(*(chunks or ("Hel", "lo")))


@pytest.fixture
async def openai(server: Server) -> AsyncIterator[AsyncOpenAI]:
    """The official client, with any key; it tells of every failure at once."""
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as client:
        yield client
