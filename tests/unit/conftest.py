"""What every unit test may use. Sessions here run on the native kernel and a scripted engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from amplifier_core.testing import MockCoordinator
from hypothesis import settings

from webllm_provider.session import MemoryStore, create_session
from webllm_provider.testing import Script, ScriptedTransport

# Machines differ in speed: an example is judged by what it shows, not by how long it takes.
settings.register_profile("unit", deadline=None, derandomize=True)
settings.load_profile("unit")


def pytest_sessionfinish() -> None:
    # The native kernel's threads race with the end of the interpreter: a program that ends right behind
    # its last event crashes now and then. A moment of rest is enough.
    time.sleep(0.3)


class Heard:
    """Every event that a session told its application."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._more = asyncio.Event()

    def __call__(self, name: str, payload: dict[str, Any]) -> None:
        self.events.append((name, payload))
        self._more.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until what was heard is enough."""
        while not reached():
            self._more.clear()
            await self._more.wait()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    def of(self, name: str) -> list[dict[str, Any]]:
        return [payload for found, payload in self.events if found == name]

    def text(self) -> str:
        """What a reader has seen."""
        deltas = self.of("llm:stream_block_delta")
        return "".join(delta["text"] for delta in deltas if delta["block_type"] == "text")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def new_coordinator() -> Any:
    """A coordinator of the native kernel, with hooks that work."""
    return MockCoordinator()  # type: ignore[no-untyped-call]


Opened = tuple[Any, ScriptedTransport]


@pytest.fixture
async def open_session(heard: Heard, store: MemoryStore) -> AsyncIterator[Callable[..., Awaitable[Opened]]]:
    """Makes sessions over scripts, and ends them."""
    sessions: list[Any] = []

    async def make(*scripts: Script, **options: Any) -> Opened:
        transport = ScriptedTransport(scripts)
        if "model_facts" in options:
            transport.model = options.pop("model_facts")
        session = await create_session(transport=transport, store=store, on_event=heard, **options)
        sessions.append(session)
        return session, transport

    yield make
    for session in sessions:
        await session.cleanup()
