"""The API in a host that is no server, and the history that such hosts share."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.api.conftest import hello, scripted, until
from webllm_provider.api import SingleEngine, create_app
from webllm_provider.api.exchange import AHEAD, ExchangeHost
from webllm_provider.api.history import KEPT
from webllm_provider.api.kept_history import KeptHistory
from webllm_provider.session.store import MemoryStore
from webllm_provider.testing import ScriptedTransport, Wait, answer

STREAMED = {"messages": [{"role": "user", "content": "Hi"}], "stream": True}


class Client:
    """Sends requests as the Python worker does, and keeps what comes back."""

    def __init__(self, transport: ScriptedTransport, history: KeptHistory | None = None) -> None:
        app = create_app(SingleEngine(transport), history=history)
        self.host = ExchangeHost(app, self._head, self._chunk)
        self.status: dict[str, int] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.chunks: dict[str, list[bytes]] = {}
        self.ended: set[str] = set()

    def _head(self, number: str, status: int, headers: str) -> None:
        self.status[number], self.headers[number] = status, dict(json.loads(headers))
        self.chunks[number] = []

    def _chunk(self, number: str, content: bytes, last: bool) -> None:
        self.chunks[number].append(content)
        if last:
            self.ended.add(number)

    async def ask(self, number: str, method: str, path: str, body: Any = None) -> None:
        request = {
            "method": method,
            "scheme": "https",
            "path": f"/some/repo{path}",
            "root": "/some/repo",
            "query": "",
            "headers": [["Content-Type", "application/json"], ["host", "site.example"]],
            "client": "page-1",
        }
        await self.host.serve(number, json.dumps(request), b"" if body is None else json.dumps(body).encode())

    def text(self, number: str) -> str:
        return b"".join(self.chunks[number]).decode()


async def test_a_request_below_the_sites_folder_is_answered() -> None:
    client = Client(scripted(hello()))
    await client.ask("1", "POST", "/webllm/api/infer", {"prompt": "Hi"})
    assert (client.status["1"], json.loads(client.text("1"))["text"]) == (200, "Hello")
    assert client.ended == {"1"}
    await client.ask("2", "GET", "/v1/nothing")
    assert client.status["2"] == 404


async def test_a_stream_waits_for_its_reader() -> None:
    words = [f"{number} " for number in range(40)]
    client = Client(scripted(hello(*words)))
    asking = asyncio.ensure_future(client.ask("1", "POST", "/v1/chat/completions", STREAMED))
    await until(lambda: len(client.chunks.get("1", ())) == AHEAD)
    await asyncio.sleep(0.05)
    assert len(client.chunks["1"]) == AHEAD
    client.host.grant("1", 3)
    await until(lambda: len(client.chunks["1"]) == AHEAD + 3)
    client.host.grant("1", 1000)
    await asking
    assert client.text("1").endswith("data: [DONE]\n\n")
    assert all(f'"content":"{word}"' in client.text("1") for word in words)


async def test_a_client_that_leaves_stops_the_engine_also_while_it_does_not_read() -> None:
    transport = scripted([*answer("One ")[:2], Wait()], hello(*"a" * 100), hello())
    client = Client(transport)
    waiting = asyncio.ensure_future(client.ask("1", "POST", "/v1/chat/completions", STREAMED))
    await until(lambda: "One" in client.text("1") if "1" in client.chunks else False)
    client.host.leave("1")
    await waiting
    assert transport.cancelled == [0]
    full = asyncio.ensure_future(client.ask("2", "POST", "/v1/chat/completions", STREAMED))
    await until(lambda: len(client.chunks.get("2", ())) == AHEAD)
    client.host.leave("2")
    await full
    assert client.ended == set()
    # Words for requests that are over mean nothing.
    client.host.grant("2", 1)
    client.host.leave("2")


async def test_hosts_share_what_they_have_done() -> None:
    store = MemoryStore()
    first = Client(scripted(hello()), KeptHistory(store, "history"))
    second = Client(scripted(hello()), KeptHistory(store, "history"))
    await asyncio.gather(
        *(client.ask("1", "POST", "/webllm/api/infer", {"prompt": "Hi"}) for client in (first, second))
    )
    await first.ask("2", "GET", "/webllm/api/metrics")
    assert json.loads(first.text("2"))["metrics"]["total_inferences"] == 2
    await second.ask("3", "POST", "/webllm/api/clear")
    assert json.loads(second.text("3"))["cleared"] == 2
    await first.ask("4", "GET", "/webllm/api/history")
    assert json.loads(first.text("4"))["count"] == 0


@given(st.lists(st.integers(min_value=-1, max_value=1), max_size=12))
async def test_a_shared_history_holds_what_was_done_in_its_order(steps: list[int]) -> None:
    store = MemoryStore()
    hosts = [KeptHistory(store, "history"), KeptHistory(store, "history")]
    expected: list[int] = []
    for number, step in enumerate(steps):
        if step < 0:
            hosts[0].clear()
            expected = []
        else:
            hosts[step].add(
                {"tokens_generated": 1, "inference_time_ms": 2.0, "mode": "client_side", "n": number}
            )
            expected.append(number)
        await hosts[max(step, 0)].refresh()
    for host in hosts:
        await host.refresh()
        assert [entry["n"] for entry in host.entries] == expected
        assert host.totals.total_inferences == len(expected)


async def test_what_is_no_history_gives_way_to_a_new_one() -> None:
    store = MemoryStore()
    await store.set("history", '{"entries": 3}')
    kept = KeptHistory(store, "history")
    kept.add({"tokens_generated": 1, "inference_time_ms": 2.0, "mode": "server_side"})
    await kept.refresh()
    assert (len(kept.entries), kept.totals.server_side_count, kept.entries.maxlen) == (1, 1, KEPT)
