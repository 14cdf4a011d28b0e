"""The provider against a real OpenAI-compatible server: answers, tools, JSON, stops, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest
from amplifier_core.message_models import ChatRequest, ToolSpec

from webllm_provider import (
    ContextExceeded,
    HttpTransport,
    KeyRefused,
    ModelNotFound,
    ProviderConfig,
    ServerUnreachable,
    StreamBroken,
    WebLLMProvider,
    create_session,
)
from webllm_provider._wire import CompletionBody, StreamEvent
from webllm_provider.session import MemoryStore

from .conftest import KEY, MODEL, ROOT, Server

ANSWERS = json.loads((ROOT / "models/demo/artifacts/answers.json").read_text())
QUESTION = "What is this application?"
AT_ONCE = {"max_retries": 0}
NUMBERS: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {"name": "n", "schema": {"type": "array", "items": {"type": "integer"}, "minItems": 600}},
}
"""An answer of at least 1,200 tokens, of which the server writes about 2,000 a second."""
LONG: CompletionBody = {
    "messages": [{"role": "user", "content": "Count."}],
    "max_tokens": 1900,
    "temperature": 0,
    "response_format": NUMBERS,
}


def ask(text: str, **fields: Any) -> ChatRequest:
    return ChatRequest.model_validate({"messages": [{"role": "user", "content": text}], **fields})


async def events(transport: HttpTransport, body: CompletionBody) -> list[StreamEvent]:
    async with aclosing(transport.stream(body)) as stream:
        return [event async for event in stream]


async def right_answer(provider: WebLLMProvider) -> str:
    """The answer that the demo model gives to the question, whoever computes it."""
    response = await provider.complete(ask(QUESTION))
    return str(response.model_dump()["text"])


EXPECTED = ANSWERS[QUESTION]


async def test_the_server_says_what_it_has(server: Server) -> None:
    provider = WebLLMProvider(server.transport())
    await provider.refresh()
    info = provider.get_model_info()
    assert (info.id, info.context_window) == (MODEL, 2048)
    assert "local" not in info.capabilities
    assert [model.id for model in await provider.list_models()] == [MODEL]
    await provider.close()


@pytest.mark.feature("streamed answer", engine="http")
async def test_an_answer_streams_and_is_the_models_own(server: Server) -> None:
    transport = server.transport()
    answer = await events(transport, {"messages": [{"role": "user", "content": QUESTION}], "temperature": 0})
    texts = [event["text"] for event in answer if event["type"] == "delta"]
    assert len(texts) > 10
    assert "".join(texts) == EXPECTED
    assert (answer[0]["type"], answer[-1]["type"]) == ("started", "finished")
    assert answer[-1]["type"] == "finished"
    assert answer[-1]["usage"]["completion_tokens"] >= len(texts)
    await transport.close()


@pytest.mark.feature("tool call through a session", engine="http")
async def test_a_session_calls_a_tool_and_reads_its_result(server: Server) -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    store = MemoryStore()
    session = await create_session(
        store=store,
        provider_config={"mode": "server_side", "base_url": server.base_url, "api_key": KEY},
        on_event=lambda name, payload: heard.append((name, payload)),
    )
    await session.execute("Note that the tea is in the blue tin")
    answer = await session.execute("What do my notes say?")
    await session.cleanup()
    assert "the tea is in the blue tin" in answer
    calls = [payload["tool_input"] for name, payload in heard if name == "tool:pre"]
    assert {"action": "add", "text": "the tea is in the blue tin"} in calls
    shown = "".join(payload["text"] for name, payload in heard if name == "llm:stream_block_delta")
    assert answer in shown


async def test_what_the_server_cannot_hold_is_said_in_the_degradation(server: Server) -> None:
    provider = WebLLMProvider(server.transport())
    tool = ToolSpec(name="notes", description="Keeps notes", parameters={"type": "object", "properties": {}})
    response = await provider.complete(ask(QUESTION, tools=[tool]))
    assert response.degradation is not None
    assert response.degradation.requested == "constrained tool calls"
    assert response.degradation.actual == "calls read from the text"
    await provider.close()


@pytest.mark.feature("JSON-schema answer", engine="http")
async def test_json_holds_to_its_schema(server: Server) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
    provider = WebLLMProvider(server.transport())
    wanted = {"type": "json_schema", "json_schema": schema}
    response = await provider.complete(ask(QUESTION, response_format=wanted))
    assert set(json.loads(response.model_dump()["text"])) == {"answer"}
    await provider.close()


async def test_a_stop_ends_the_generation_at_the_server_and_the_next_answer_is_right(server: Server) -> None:
    provider = WebLLMProvider(server.transport())
    for _ in range(5):
        before = server.metric("tokens_predicted_total")
        async with aclosing(provider._transport.stream(LONG)) as stream:
            async for event in stream:
                if event["type"] == "delta" and event["text"]:
                    break
        await server.at_rest()
        assert server.metric("tokens_predicted_total") - before < 1200
        assert await right_answer(provider) == EXPECTED
    await provider.close()


@pytest.mark.feature("cancel by task", engine="http")
async def test_a_cancelled_task_ends_the_generation_at_the_server(server: Server) -> None:
    provider = WebLLMProvider(server.transport())
    before = server.metric("tokens_predicted_total")
    begun = asyncio.Event()
    asked = ask("Count.", max_output_tokens=1900, response_format=NUMBERS)
    task = asyncio.create_task(provider.complete_streaming(asked, lambda chunk: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.at_rest()
    assert server.metric("tokens_predicted_total") - before < 1200
    assert await right_answer(provider) == EXPECTED
    await provider.close()


async def test_a_wrong_key_is_refused_and_shown_nowhere(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "sk-wrong-77aa99bb"
    transport = server.transport(api_key=secret)
    provider = WebLLMProvider(transport, AT_ONCE)
    with pytest.raises(KeyRefused) as caught:
        await provider.complete(ask(QUESTION))
    assert caught.value.status_code == 401
    assert not caught.value.retryable
    for place in (
        repr(transport),
        repr(provider.config),
        str(caught.value),
        repr(caught.value.details),
        caplog.text,
    ):
        assert secret not in place
    await provider.close()


async def test_an_unknown_model_is_named_with_those_that_there_are(server: Server) -> None:
    provider = WebLLMProvider(server.transport(model="no-such-model"), AT_ONCE)
    with pytest.raises(ModelNotFound, match=f"no-such-model.*{MODEL}"):
        await provider.complete(ask(QUESTION))
    await provider.close()


@pytest.mark.feature("context overflow", engine="http")
async def test_a_conversation_beyond_the_servers_context_is_told_with_both_numbers(server: Server) -> None:
    provider = WebLLMProvider(server.transport(), AT_ONCE)
    with pytest.raises(ContextExceeded) as caught:
        await provider.complete(ask("note " * 3000))
    assert caught.value.details["context_window"] == 2048
    assert caught.value.details["prompt_tokens"] > 2048
    await provider.close()


async def test_a_server_killed_in_mid_stream_leaves_the_text_so_far(
    start_server: Callable[[], Server],
) -> None:
    server = start_server()
    provider = WebLLMProvider(server.transport(), AT_ONCE)
    seen: list[str] = []

    def on_chunk(chunk: dict[str, str]) -> None:
        seen.append(chunk["content"])
        server.process.kill()

    asked = ask("Count.", max_output_tokens=1900, response_format=NUMBERS)
    with pytest.raises(StreamBroken) as caught:
        await provider.complete_streaming(asked, on_chunk)
    assert caught.value.partial == "".join(seen) != ""
    assert not caught.value.retryable
    with pytest.raises(ServerUnreachable):
        await provider.complete(ask(QUESTION))
    await provider.close()


def _configs() -> list[dict[str, Any]]:
    """The provider's configs of the documentation, as they stand there."""
    found = re.findall(r"^```yaml\n(mode: .*?)^```$", (ROOT / "docs/servers.md").read_text(), re.M | re.S)
    return [dict(line.split(": ", 1) for line in text.splitlines()) for text in found]


@pytest.mark.parametrize("config", _configs(), ids=lambda config: config["mode"])
async def test_the_configs_of_the_documentation_answer(config: dict[str, Any], server: Server) -> None:
    own = {**config, "base_url": server.base_url, "api_key": KEY}
    session = await create_session(store=MemoryStore(), provider_config=own)
    assert await session.execute(QUESTION) == EXPECTED
    await session.cleanup()


def test_the_documentation_shows_both_modes() -> None:
    assert [config["mode"] for config in _configs()] == ["server_side", "hybrid"]
    assert set().union(*_configs()) <= set(ProviderConfig.model_fields)
