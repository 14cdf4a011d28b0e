"""A session on CPython with the engine of a tab, through the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from tests.api.conftest import Offering, Server, free_port, hello, listed, scripted, until
from webllm_provider import WebSocketTransport, create_session
from webllm_provider._mount import build
from webllm_provider.config import ProviderConfig
from webllm_provider.errors import EngineError
from webllm_provider.offering import offer_engine
from webllm_provider.session import MemoryStore
from webllm_provider.testing import Wait, answer, failure

BODY: Any = {"messages": [{"role": "user", "content": "Hello?"}], "model": "scripted-1"}


@pytest.fixture
async def transport(server: Server) -> AsyncIterator[WebSocketTransport]:
    made = WebSocketTransport(server.sockets)
    yield made
    await made.close()


async def test_a_session_answers_with_the_engine_of_a_tab(
    transport: WebSocketTransport, offer: Offering
) -> None:
    call = '<tool_call>{"name": "todo", "arguments": {"action": "list"}}</tool_call>'
    engine = scripted(answer(call), hello("Nothing to do."))
    await offer(engine)
    session = await create_session(transport=transport, store=MemoryStore())
    try:
        said = await session.execute("What is left?")
    finally:
        await session.cleanup()
    assert "Nothing to do." in str(said)
    # What holds the model to the tools has crossed the server as it was.
    assert engine.bodies[0]["constraint"]["triggers"]


async def test_the_config_of_a_mount_names_the_way(server: Server, offer: Offering) -> None:
    await offer(scripted(hello()))
    config = ProviderConfig.read({"transport": "websocket", "engine_url": server.url})
    provider = build(config, None, None)
    try:
        response = await provider.complete({"messages": [{"role": "user", "content": "Hi"}]})
        assert response.content[0].text == "Hello"  # type: ignore[union-attr]
        assert provider.get_model_info().id == "scripted-1"
    finally:
        await provider.close()


async def test_a_stop_reaches_the_tab(transport: WebSocketTransport, offer: Offering) -> None:
    engine = scripted([*answer("One ")[:2], Wait()])
    await offer(engine)
    async with aclosing(transport.stream(BODY)) as events:
        async for event in events:
            if event["type"] == "delta":
                break
    await until(lambda: engine.cancelled == [0])


async def test_a_long_answer_comes_whole_and_in_order(transport: WebSocketTransport, offer: Offering) -> None:
    chunks = [f"{number} " for number in range(500)]
    await offer(scripted(answer(*chunks)))
    events = [event async for event in transport.stream(BODY)]
    assert "".join(event["text"] for event in events if event["type"] == "delta") == "".join(chunks)
    assert events[-1]["type"] == "finished"


async def test_errors_of_the_tab_keep_their_code(transport: WebSocketTransport, offer: Offering) -> None:
    await offer(scripted([failure("out_of_memory", "No room.", "Take a smaller one.")]))
    events = [event async for event in transport.stream(BODY)]
    assert events[-1]["type"] == "failure"
    assert events[-1]["error"]["code"] == "out_of_memory"
    assert events[-1]["error"].get("hint") == "Take a smaller one."


async def test_a_program_cannot_ask_for_what_lies_in_the_tab(
    transport: WebSocketTransport, offer: Offering
) -> None:
    engine = scripted(replies={"delete_stored": {"type": "done"}})
    await offer(engine)
    with pytest.raises(EngineError) as refused:
        await transport.query({"type": "delete_stored", "model": None})
    assert refused.value.code == "unsupported"
    events = [event async for event in transport.load("other-1")]
    assert events[-1]["type"] == "failure"
    assert engine.commands == []
    assert engine.loads == []


async def test_the_state_follows_the_engines(transport: WebSocketTransport, offer: Offering) -> None:
    assert (await transport.status())["type"] == "empty"
    await offer(scripted())
    assert (await transport.status())["type"] == "ready"


async def test_without_a_server_the_error_says_what_to_start() -> None:
    transport = WebSocketTransport(f"ws://127.0.0.1:{free_port()}")
    with pytest.raises(EngineError, match="webllm-api"):
        await transport.status()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "", "ws://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(EngineError, match="address"):
        WebSocketTransport(url)


async def test_a_server_that_restarts_is_found_again(start_server: Callable[..., Server]) -> None:
    first = start_server()
    transport = WebSocketTransport(first.sockets)
    engine = scripted([*answer("One ")[:2], Wait()], hello())
    async with offer_engine(first.sockets, engine) as tab:
        await until(lambda: listed(first, 1))
        events = []
        async for event in transport.stream(BODY):
            events.append(event)
            if event["type"] == "delta":
                first.process.kill()
        # Nothing hangs: the answer that was under way ends with a typed error, and the tab knows as well.
        assert events[-1]["type"] == "failure"
        await asyncio.wait_for(tab.ended.wait(), 30)
    second = start_server(port=first.port)
    async with offer_engine(second.sockets, engine):
        await until(lambda: listed(second, 1))
        again = [event async for event in transport.stream(BODY)]
        assert again[-1]["type"] == "finished"
    await transport.close()
