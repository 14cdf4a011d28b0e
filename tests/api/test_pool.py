"""The pool of engines by itself, with an engine that is spoken for message by message."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
import websockets

from tests.api.conftest import ROOT, Server, until
from webllm_provider._client import EngineClient
from webllm_provider._wire import PROTOCOL
from webllm_provider.api.pool import EnginePool
from webllm_provider.api.settings import Settings
from webllm_provider.api.socket_messages import UNREADABLE
from webllm_provider.api.sockets import VANISHED
from webllm_provider.api.tab_messages import SHAPES, check_message
from webllm_provider.errors import EngineError
from webllm_provider.testing import loaded_model


class Tab:
    """The engine's half of a connection."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.client = EngineClient(self.hear)
        self.say(
            type="hello",
            protocol=dict(PROTOCOL),
            lock="e",
            state={"type": "ready", "model": loaded_model("m")},
        )

    def hear(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if message["type"] == "models":
            asyncio.get_running_loop().call_soon(lambda: self.say(type="models", id=message["id"], models=[]))

    def say(self, **message: Any) -> None:
        self.client.receive({**message, "epoch": "e"})  # type: ignore[arg-type]

    async def asked(self, kind: str) -> dict[str, Any]:
        """The command of this type, when it has come."""
        async with asyncio.timeout(30):
            while True:
                for message in self.sent:
                    if message["type"] == kind:
                        return message
                await asyncio.sleep(0)


async def test_a_slow_reader_is_told_that_the_tab_has_gone() -> None:
    pool, tab = EnginePool(), Tab()
    work = asyncio.ensure_future(pool.serve(tab.client))
    events = pool.transport("c", "m").open({"type": "complete", "body": {"messages": []}, "credit": 8})
    first = asyncio.ensure_future(anext(events))
    number = (await tab.asked("complete"))["id"]
    begin = {"type": "started", "model": "m", "engine": loaded_model("m")["engine"]}
    pieces = [{"type": "delta", "text": "a"}] * 40
    tab.say(type="batch", id=number, sequence=0, events=[begin, *pieces])
    assert (await first)["type"] == "started"
    tab.client.end(VANISHED)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    async with asyncio.timeout(30):
        told = [event async for event in events]
    assert told[-1]["type"] == "failure"
    assert told[-1]["error"]["code"] == "worker_died"


async def test_engines_that_come_together_do_not_exceed_the_limit() -> None:
    pool = EnginePool(Settings(engine_limit=2))
    tabs = [Tab() for _ in range(5)]
    work = [asyncio.ensure_future(pool.serve(tab.client)) for tab in tabs]
    await until(lambda: sum(task.done() for task in work) >= 3)
    assert len(pool.engines) == 2
    for task in work:
        task.cancel()
    refused = [one for one in await asyncio.gather(*work, return_exceptions=True) if one is not None]
    assert sum(isinstance(one, EngineError) and one.code == "busy" for one in refused) == 3


STATES: list[Any] = [
    {"type": "ready"},
    {"type": "ready", "model": {"id": 3}},
    {"type": "loading", "model": ["m"]},
    {"type": "unheard of"},
    {"type": ["ready"]},
    "ready",
]


@pytest.mark.parametrize("state", STATES)
def test_a_tab_that_speaks_nonsense_of_itself_is_refused(state: Any) -> None:
    with pytest.raises(ValueError, match="shape"):
        check_message({"type": "status", "id": None, "epoch": "e", "state": state})


def test_every_example_of_a_tab_s_message_has_its_shape() -> None:
    seen = set()
    for file in (ROOT / "protocol" / "examples").glob("*/*.json"):
        message = json.loads(file.read_text())
        # A client's own hello, and its questions, have the same names.
        if message.get("type") in SHAPES and {"state", "models"} & message.keys():
            check_message(message)
            seen.add(message["type"])
    assert seen == set(SHAPES)


async def test_a_tab_that_speaks_nonsense_of_itself_harms_nobody(server: Server) -> None:
    async with websockets.connect(f"{server.sockets}/webllm/engine", proxy=None) as socket:
        await socket.recv()  # its hello
        state = {"type": "ready"}
        hello = {"type": "hello", "protocol": dict(PROTOCOL), "epoch": "e", "lock": "e", "state": state}
        await socket.send(json.dumps(hello))
        await socket.wait_closed()
        assert socket.close_code == UNREADABLE
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{server.url}/v1/models")).status_code == 200
