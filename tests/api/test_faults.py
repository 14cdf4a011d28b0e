"""What may go wrong between a client, the server and a tab."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import websockets
from openai import APIError, AsyncOpenAI

from tests.api.conftest import Offering, Server, hello, listed, scripted, until
from webllm_provider.errors import EngineError
from webllm_provider.offering import offer_engine
from webllm_provider.testing import ScriptStep, Wait, answer, failure

ASKED: list[Any] = [{"role": "user", "content": "Hello?"}]


async def sent_away(tab: websockets.ClientConnection) -> None:
    """Read until the server closes the socket."""
    with suppress(websockets.ConnectionClosed):
        while True:
            await tab.recv()


async def test_a_tab_that_vanishes_before_its_first_word_gives_its_request_to_another(
    openai: AsyncOpenAI, offer: Offering
) -> None:
    first = scripted([answer("")[0], Wait()])
    tab = await offer(first)
    asked = asyncio.ensure_future(openai.chat.completions.create(model="scripted-1", messages=ASKED))
    await until(lambda: len(first.bodies) == 1)
    second = scripted(hello())
    await offer(second)
    await tab.withdraw()
    assert (await asked).choices[0].message.content == "Hello"
    assert len(second.bodies) == 1


async def test_a_tab_that_vanishes_in_the_middle_leaves_the_partial_text(
    server: Server, offer: Offering
) -> None:
    engine = scripted([*answer("One ", "two")[:3], Wait()])
    tab = await offer(engine)
    second = scripted(hello())
    await offer(second)
    events: list[str] = []
    async with httpx.AsyncClient(timeout=30) as client:
        body = {"model": "scripted-1", "messages": ASKED, "stream": True}
        async with client.stream("POST", f"{server.url}/v1/chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                events.append(line)
                if '"two"' in line:
                    await tab.withdraw()
    assert "event: error" in events
    told = json.loads(events[events.index("event: error") + 1].removeprefix("data: "))
    assert (told["code"], told["partial"]) == ("ENGINE_FAILED", "One two")
    # Nobody answers it a second time.
    assert second.bodies == []


async def test_a_request_whose_only_engine_vanished_is_told_so(openai: AsyncOpenAI, offer: Offering) -> None:
    engine = scripted([Wait()])
    tab = await offer(engine)
    asked = asyncio.ensure_future(openai.chat.completions.create(model="scripted-1", messages=ASKED))
    await until(lambda: len(engine.bodies) == 1)
    await tab.withdraw()
    with pytest.raises(APIError) as told:
        await asked
    assert told.value.code == "no_engine"


@pytest.mark.parametrize("model", ["default", "scripted-1"])
async def test_a_request_behind_a_restart_waits_for_the_engine_that_comes_back(
    start_server: Callable[..., Server], model: str
) -> None:
    begun = start_server()
    async with httpx.AsyncClient(base_url=begun.url, timeout=30) as client:
        body = {"messages": ASKED, "model": model}
        asking = asyncio.ensure_future(client.post("/v1/chat/completions", json=body))
        await asyncio.sleep(0.2)
        async with offer_engine(begun.sockets, scripted(hello())):
            assert (await asking).json()["choices"][0]["message"]["content"] == "Hello"


async def test_a_request_to_nobody_is_told_so_at_once(start_server: Callable[..., Server]) -> None:
    alone = start_server(WEBLLM_ORPHAN_TIMEOUT="0.05")
    empty = scripted()
    empty.model = None
    async with httpx.AsyncClient(base_url=alone.url, timeout=30) as client:

        async def told() -> str:
            said = (await client.post("/webllm/api/infer", json={"prompt": "Hi"})).json()
            assert (said["status"], said["code"]) == (503, "NO_ENGINE")
            assert "offer it to this server" in said["hint"]
            return str(said["detail"])

        async def nobody_is_awaited() -> bool:
            return await told() == "No browser tab offers its engine now."

        async def nothing_is_loaded() -> bool:
            return await told() == "A tab offers its engine, and has no model loaded."

        await until(nobody_is_awaited)
        async with offer_engine(alone.sockets, empty):
            await until(nothing_is_loaded)


async def test_an_engine_that_fails_with_the_device_is_replaced(openai: AsyncOpenAI, offer: Offering) -> None:
    engine = scripted([failure("device_lost")], hello())
    await offer(engine)
    said = await openai.chat.completions.create(model="scripted-1", messages=ASKED)
    assert said.choices[0].message.content == "Hello"


async def test_a_tab_that_hangs_is_sent_away(start_server: Callable[..., Server]) -> None:
    impatient = start_server(WEBLLM_HEARTBEAT="0.3")
    async with websockets.connect(f"{impatient.sockets}/webllm/engine", proxy=None) as tab:
        hello_ = json.loads(await tab.recv())
        assert hello_["type"] == "hello"
        state = {"type": "empty"}
        greeting = {
            "type": "hello",
            "protocol": hello_["protocol"],
            "epoch": "e",
            "lock": "l",
            "state": state,
        }
        await tab.send(json.dumps(greeting))
        await sent_away(tab)


@pytest.mark.parametrize("message", ["{", "[]", '{"type": "batch"}', "\x00", '{"type": 1}', '"hello"'])
async def test_a_tab_that_speaks_nonsense_is_sent_away(server: Server, message: str) -> None:
    async with websockets.connect(f"{server.sockets}/webllm/engine", proxy=None) as tab:
        state = {"type": "empty"}
        protocol = {"min": 1, "max": 99}
        await tab.send(
            json.dumps({"type": "hello", "protocol": protocol, "epoch": "e", "lock": "l", "state": state})
        )
        await tab.send(message)
        await sent_away(tab)


@pytest.mark.parametrize("path", ["/webllm/engine", "/webllm/client", "/api/webllm/session/1/socket"])
async def test_a_socket_of_a_foreign_page_does_not_open(server: Server, path: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as told:
        await websockets.connect(f"{server.sockets}{path}", origin="https://evil.example", proxy=None)  # type: ignore[arg-type]
    assert told.value.response.status_code == 403
    assert json.loads(told.value.response.body or b"")["code"] == "FORBIDDEN"


@pytest.mark.parametrize("path", ["/webllm/engine", "/webllm/client"])
async def test_a_socket_of_the_servers_own_page_opens(server: Server, path: str) -> None:
    async with websockets.connect(f"{server.sockets}{path}", origin=server.url, proxy=None):  # type: ignore[arg-type]
        pass


async def test_a_page_of_an_allowed_origin_may_call_and_no_other(start_server: Callable[..., Server]) -> None:
    open_to_one = start_server(WEBLLM_ALLOWED_ORIGINS="https://friend.example", WEBLLM_ORPHAN_TIMEOUT="0.2")
    asking = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    async with httpx.AsyncClient(base_url=open_to_one.url) as client:
        for origin, preflight, post in (
            ("https://friend.example", 200, 503),
            ("https://evil.example", 400, 403),
        ):
            before = await client.options("/v1/chat/completions", headers={"origin": origin, **asking})
            assert before.status_code == preflight
            told = await client.post(
                "/v1/chat/completions", json={"messages": ASKED}, headers={"origin": origin}
            )
            allowed = told.headers.get("access-control-allow-origin")
            assert (told.status_code, allowed) == (post, origin if preflight == 200 else None)
    async with websockets.connect(
        f"{open_to_one.sockets}/webllm/client",
        origin="https://friend.example",  # type: ignore[arg-type]
        proxy=None,
    ):
        pass


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
async def test_a_foreign_page_cannot_post(server: Server, origin: str) -> None:
    async with httpx.AsyncClient() as client:
        told = await client.post(
            f"{server.url}/v1/chat/completions", json={"messages": ASKED}, headers={"origin": origin}
        )
        assert (told.status_code, told.json()["code"]) == (403, "FORBIDDEN")
        assert "access-control-allow-origin" not in told.headers
        read = await client.get(f"{server.url}/v1/models", headers={"origin": origin})
        assert "access-control-allow-origin" not in read.headers


async def test_a_foreign_host_name_gets_nothing(server: Server) -> None:
    async with httpx.AsyncClient() as client:
        told = await client.get(f"{server.url}/v1/models", headers={"host": "rebound.example"})
    assert (told.status_code, told.headers["content-type"]) == (400, "application/problem+json")
    assert "WEBLLM_ALLOWED_HOSTS" in told.json()["hint"]
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(
            f"{server.sockets}/webllm/client", additional_headers={"host": "rebound.example"}, proxy=None
        )
    assert refused.value.response.status_code == 400


async def test_tokens_are_asked_for_where_they_are_set(start_server: Callable[..., Server]) -> None:
    guarded = start_server(WEBLLM_TOKEN="sesame-1", WEBLLM_ENGINE_TOKEN="sesame-2")
    engine = scripted(hello())
    with pytest.raises(EngineError) as refused:
        async with offer_engine(guarded.sockets, engine, token="wrong"):
            pass
    assert refused.value.code == "authentication_failed"
    async with (
        offer_engine(guarded.sockets, engine, token="sesame-2"),
        httpx.AsyncClient(base_url=guarded.url) as client,
    ):
        for headers in ({}, {"authorization": "Bearer sesame"}, {"authorization": "Basic sesame-1"}):
            told = await client.get("/v1/models", headers=headers)
            assert (told.status_code, told.json()["code"]) == (401, "UNAUTHORIZED")
        right = {"authorization": "Bearer sesame-1"}

        async def one() -> bool:
            return len((await client.get("/v1/models", headers=right)).json()["data"]) == 1

        await until(one)
    assert "sesame" not in guarded.log.read_text()


async def waiting(server: Server, count: int) -> bool:
    async with httpx.AsyncClient(base_url=server.url) as client:
        return bool((await client.get("/webllm/api/status")).json()["requests_waiting"] == count)


async def test_clients_take_turns(server: Server, offer: Offering) -> None:
    everybody_waits = False

    def slowly() -> Iterator[ScriptStep]:
        while not everybody_waits:
            yield Wait(0.02)
        yield from answer("a")

    engine = scripted(slowly(), *(hello() for _ in range(5)))
    await offer(engine)
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:

        async def ask(who: str, text: str) -> None:
            body = {"messages": [{"role": "user", "content": text}]}
            headers = {"authorization": f"Bearer {who}"}
            told = await client.post("/v1/chat/completions", json=body, headers=headers)
            assert told.status_code == 200, told.text

        running = [asyncio.ensure_future(ask("greedy", "g0"))]
        await until(lambda: len(engine.bodies) == 1)
        running += [asyncio.ensure_future(ask("greedy", f"g{number}")) for number in range(1, 5)]
        await until(lambda: waiting(server, 4))
        running.append(asyncio.ensure_future(ask("modest", "m")))
        await until(lambda: waiting(server, 5))
        everybody_waits = True
        await asyncio.gather(*running)
    order = [body["messages"][-1]["content"] for body in engine.bodies]
    assert order.index("m") <= 2


async def test_one_client_cannot_fill_the_queue(start_server: Callable[..., Server]) -> None:
    small = start_server(WEBLLM_CLIENT_LIMIT="2", WEBLLM_QUEUE_LIMIT="3")
    engine = scripted([Wait()])
    async with (
        offer_engine(small.sockets, engine),
        httpx.AsyncClient(base_url=small.url, timeout=30) as client,
    ):
        await until(lambda: listed(small, 1))

        async def ask(who: str) -> httpx.Response:
            headers = {"authorization": f"Bearer {who}"}
            return await client.post("/v1/chat/completions", json={"messages": ASKED}, headers=headers)

        asking = [asyncio.ensure_future(ask("a")) for _ in range(2)]
        await until(lambda: len(engine.bodies) == 1)
        await until(lambda: waiting(small, 1))
        told = await ask("a")
        assert (told.status_code, told.headers["retry-after"]) == (429, "1")
        asking += [asyncio.ensure_future(ask(who)) for who in ("b", "b")]
        await until(lambda: waiting(small, 3))
        full = await ask("c")
        assert (full.status_code, full.json()["code"]) == (409, "CONFLICT")
        for one in asking:
            one.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


async def test_a_slow_reader_slows_the_engine_and_loses_nothing(server: Server, offer: Offering) -> None:
    chunks = [f"{number:06d} " * 200 for number in range(400)]
    engine = scripted(answer(*chunks))
    await offer(engine)
    text = ""
    async with httpx.AsyncClient(timeout=60) as client:
        body = {"messages": ASKED, "stream": True}
        async with client.stream("POST", f"{server.url}/v1/chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    for choice in json.loads(line[6:])["choices"]:
                        text += choice["delta"].get("content") or ""
                    if len(text) < 5000:
                        await asyncio.sleep(0.05)
    assert text == "".join(chunks)


async def test_a_reader_that_takes_nothing_loses_its_engine(start_server: Callable[..., Server]) -> None:
    strict = start_server(WEBLLM_READER_TIMEOUT="0.5")
    engine = scripted(answer(*(["x" * 20_000] * 2_000)))
    async with offer_engine(strict.sockets, engine):
        await until(lambda: listed(strict, 1))
        reader, writer = await asyncio.open_connection("127.0.0.1", strict.port)
        body = json.dumps({"messages": ASKED, "stream": True}).encode()
        head = [
            "POST /v1/chat/completions HTTP/1.1",
            "host: 127.0.0.1",
            "content-type: application/json",
            f"content-length: {len(body)}",
        ]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()
        # It never reads.
        await until(lambda: engine.cancelled == [0])
        writer.close()
        reader.feed_eof()
