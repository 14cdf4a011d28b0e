"""A real OpenAI-compatible server (llama.cpp's, from a wheel) with the demo model, on this machine."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from webllm_provider import HttpTransport

ROOT = Path(__file__).resolve().parents[2]
GGUF = ROOT / "models" / "demo" / "artifacts" / "demo.gguf"
TEMPLATE = Path(__file__).with_name("tools_and_thinking.jinja")
"""A chat template that has places for tools and thinking: with it llama.cpp reads both by itself."""
MODEL = "webllm-demo-1-q0f32"
KEY = "sk-integration-4c1d8e"


def pytest_sessionfinish() -> None:
    # As in tests/unit: the native kernel's threads race with the end of the interpreter.
    time.sleep(0.3)


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    root: str

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    def transport(self, **options: object) -> HttpTransport:
        """A transport with the right key, unless told otherwise."""
        given: dict[str, object] = {"api_key": KEY, **options}
        return HttpTransport(self.base_url, **given)  # type: ignore[arg-type]

    def metric(self, name: str) -> float:
        """One of the server's own counters."""
        asked = urllib.request.Request(f"{self.root}/metrics", headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            found = re.search(rf"^llamacpp:{name} (\S+)$", answer.read().decode(), re.MULTILINE)
        assert found is not None, f"the server does not count {name}"
        return float(found.group(1))

    async def at_rest(self) -> None:
        """Wait until it computes nothing."""
        # A server can be asked, but does not call.
        while self.metric("requests_processing"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def end(self) -> None:
        """End it as its owner would."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def start(gguf: Path = GGUF, window: int = 2048, template: Path | None = None) -> Server:
    """A server that listens; `window` is the context of one conversation, in tokens.

    Args:
        template: another chat template than the model's own.
    """
    script = str(Path(__file__).with_name("llama_server.py"))
    process = subprocess.Popen(
        [sys.executable, script, str(gguf), MODEL, KEY, str(window), str(template or "")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"listening on (http://\S+)", line):
            return Server(process, found.group(1))
    raise RuntimeError(f"The server ended with {process.wait()} before it listened.")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for all tests that leave it as it was."""
    running = start()
    yield running
    running.end()


@pytest.fixture(scope="module")
def templated_server() -> Iterator[Server]:
    """One whose chat template knows tools and thinking."""
    running = start(template=TEMPLATE)
    yield running
    running.end()


@pytest.fixture
def start_server() -> Iterator[Callable[[], Server]]:
    """Servers of a test's own, which it may kill."""
    made: list[Server] = []

    def make() -> Server:
        made.append(start())
        return made[-1]

    yield make
    for one in made:
        one.end()
