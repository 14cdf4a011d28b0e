"""Clients that ask and do not read: they hold neither an engine nor the server's memory."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.websockets import WebSocket

from tests.api.conftest import until
from webllm_provider._engine_server import EngineServer
from webllm_provider._wire import PROTOCOL
from webllm_provider.api.socket_messages import Outgoing, read_socket
from webllm_provider.testing import ScriptedTransport, answer


async def test_a_stream_whose_reader_takes_nothing_gives_its_engine_back() -> None:
    sent: list[dict[str, Any]] = []
    transport = ScriptedTransport([answer(*"abcdefgh")])
    server = EngineServer(transport, sent.append, reader_timeout=0.01)
    server.receive({"type": "hello", "protocol": dict(PROTOCOL), "client": "c"})
    await until(lambda: bool(sent))
    body = {"messages": [{"role": "user", "content": "Hi"}]}
    server.receive({"type": "complete", "id": "1", "epoch": server.epoch, "body": body, "credit": 2})
    await until(lambda: sent[-1].get("events", [{}])[-1].get("type") == "failure")
    assert sent[-1]["events"][-1]["error"]["code"] == "timeout"
    await server.close()


async def test_a_socket_that_takes_nothing_is_given_up_before_it_fills_the_memory() -> None:
    taken = asyncio.Event()
    sent: list[str] = []

    async def send(message: Any) -> None:
        sent.append(message.get("text", ""))
        if len(sent) > 1:
            await taken.wait()

    async def receive() -> Any:
        if not sent:
            return {"type": "websocket.connect"}
        await asyncio.Event().wait()

    socket = WebSocket({"type": "websocket", "headers": [], "path": "/"}, receive, send)
    await socket.accept()
    outgoing = Outgoing(socket, limit=1000)
    reading = asyncio.ensure_future(read_socket(socket, outgoing, lambda message: None))
    for number in range(200):
        outgoing.post({"number": number})
        await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await reading
    assert outgoing.task.cancelled()
