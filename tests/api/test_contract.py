"""The contract of every host, against uvicorn over the network."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.api.conftest import Server, scripted
from tests.api.contract import LONG, ApiContract, Said
from tests.api.test_webllm_api import record
from webllm_provider._wire import CompletionBody
from webllm_provider.offering import offer_engine
from webllm_provider.testing import Script, ScriptedTransport, Wait, answer

SCRIPTS: dict[str, Script] = {
    "Hello": answer("Hello ", "there"),
    LONG: [*answer("Much, ")[:2], Wait()],
    "Add 1 and 2.": answer('<tool_call>{"name": "add", "arguments": {"a": 1, "b": 2}}</tool_call>'),
    "Name a colour.": answer('{"colour": "red"}'),
}


class Network:
    """A client over the network."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        kind: str = "application/json",
    ) -> Said:
        given: dict[str, Any] = {} if body is None else {"json": body}
        if content is not None:
            given = {"content": content, "headers": {"content-type": kind}}
        said = self._client.request(method, path, **given)
        return Said(said.status_code, dict(said.headers), said.text)

    def leave(self, path: str, body: Any) -> str:
        with self._client.stream("POST", path, json=body) as said:
            return next(said.iter_text())


@contextmanager
def offered(server: Server, transport: ScriptedTransport, token: str = "") -> Iterator[None]:
    """An engine, offered by a thread of its own; the token is that of the server's clients."""
    end = threading.Event()

    async def hold() -> None:
        async with offer_engine(server.sockets, transport):
            await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=lambda: asyncio.run(hold()))
    thread.start()
    try:
        wait_for_engines(server, 1, token)
        yield
    finally:
        end.set()
        thread.join()
    wait_for_engines(server, 0, token)


def wait_for_engines(server: Server, count: int, token: str) -> None:
    deadline = time.monotonic() + 30
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    while httpx.get(f"{server.url}/webllm/api/status", headers=headers).json()["engines_ready"] != count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[Network]:
    def respond(body: CompletionBody) -> Script:
        return SCRIPTS[str(body["messages"][-1]["content"])]

    goes_on = {"complete_text": answer(" that ", "answers")}
    transport = scripted(respond=respond, records=[record("scripted-1")], openings=goes_on)
    with offered(server, transport), httpx.Client(base_url=server.url, timeout=60) as client:
        yield Network(client)


class TestServer(ApiContract):
    """The contract, as it stands."""
