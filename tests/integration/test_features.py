"""What the provider promises on every engine, on a real server: the same rows as `tests/e2e` shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from amplifier_core.models import HookResult
from pydantic import BaseModel

from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT
from webllm_provider import AnswerInvalid, EngineTimeout, WebLLMProvider
from webllm_provider._http.fetch import HttpxFetcher, Reply
from webllm_provider._schema import violations
from webllm_provider.session import MemoryStore, create_session
from webllm_provider.session.tools import notes

from .conftest import Server

PAINT = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green"]}, "coats": {"type": "integer", "enum": [1, 2]}},
    "required": ["colour", "coats"],
    "additionalProperties": False,
}
CORPUS = [one["text"] for one in json.loads((Path(__file__).parents[1] / "injections.json").read_text())]


class Place(BaseModel):
    where: Literal["browser", "server"]


def ask(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


@pytest.mark.feature("KV cache reused", engine="http")
async def test_the_second_turn_computes_only_what_is_new(server: Server) -> None:
    heard: list[dict[str, Any]] = []
    session = await create_session(
        transport=server.transport(),
        store=MemoryStore(),
        on_event=lambda name, payload: heard.append(payload) if name == "llm:response" else None,
    )
    assert [await session.execute(question) for question in (WHAT, WHAT)] == [ANSWERS[WHAT]] * 2
    await session.cleanup()
    first, second = heard
    assert second["usage"]["cache_read_tokens"] >= first["usage"]["input_tokens"]
    assert second["figures"]["prefilled_tokens"] < 40


class Thinks(HttpxFetcher):
    """The demo model does not think: here the server is held to open with a thinking stretch."""

    async def open(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Reply:
        if body is not None:
            opens = 'root ::= "<think>" [a-z ]{8,24} "</think>" [A-Za-z ,.]{1,60}'
            body = json.dumps({**json.loads(body), "grammar": opens})
        return await super().open(method, url, headers, body)


@pytest.mark.feature("thinking block", engine="http")
async def test_a_thinking_stretch_is_a_block_of_its_own_before_the_text(templated_server: Server) -> None:
    provider = WebLLMProvider(templated_server.transport(fetcher=Thinks()))
    response = await provider.complete(ask(WHAT), max_tokens=60)
    thinking, text = (block.model_dump() for block in response.content)
    assert (thinking["type"], text["type"]) == ("thinking", "text")
    assert len(thinking["thinking"]) >= 8
    assert "<think>" not in thinking["thinking"] + text["text"]
    await provider.close()


@pytest.mark.feature("constrained tool call", engine="http")
async def test_a_call_that_must_come_fits_a_schema_that_is_new_to_the_model(
    templated_server: Server,
) -> None:
    # The template knows tools, so llama.cpp takes them as its own and holds the call to a grammar. The model
    # calls this tool when it is asked to note something, with other arguments than these.
    provider = WebLLMProvider(templated_server.transport())
    tool = {"name": notes.NAME, "description": notes.DESCRIPTION, "parameters": PAINT}
    asked = {**ask("note that the tea is in the blue tin"), "tools": [tool]}
    for seed in range(5):
        response = await provider.complete(asked, tool_choice="required", seed=seed)
        (call,) = response.tool_calls or []
        assert call.name == notes.NAME
        assert violations(call.arguments, PAINT) == []
        assert response.degradation is None
    await provider.close()


@pytest.mark.feature("JSON cut short is an error", engine="http")
async def test_json_that_ends_early_is_an_error_with_its_text(server: Server) -> None:
    provider = WebLLMProvider(server.transport())
    with pytest.raises(AnswerInvalid, match="greatest length") as caught:
        await provider.structured(ask(WHAT), Place, max_tokens=6)
    assert caught.value.partial.lstrip().startswith("{")
    assert (await provider.structured(ask(WHAT), Place)).where in ("browser", "server")
    await provider.close()


@pytest.mark.feature("timeout", engine="http")
async def test_after_a_timeout_the_next_answer_is_right(server: Server) -> None:
    provider = WebLLMProvider(server.transport())
    with pytest.raises(EngineTimeout) as caught:
        await provider.complete(ask(EVERYTHING), timeout=0.05)
    assert ANSWERS[EVERYTHING].startswith(caught.value.partial)
    assert (await provider.complete(ask(WHAT))).model_dump()["text"] == ANSWERS[WHAT]
    await provider.close()


@pytest.mark.feature("cancel by token", engine="http")
@pytest.mark.parametrize("immediate", [False, True], ids=["graceful", "immediate"])
async def test_after_a_stopped_turn_the_next_answer_is_right(server: Server, immediate: bool) -> None:
    session = await create_session(transport=server.transport(), store=MemoryStore(), tools=())
    begun = asyncio.Event()

    async def hear(event: str, payload: dict[str, Any]) -> HookResult:
        begun.set()
        return HookResult()

    session.coordinator.hooks.register("llm:stream_block_delta", hear, name="test")
    turn = asyncio.ensure_future(session.execute(EVERYTHING))
    await begun.wait()
    await session.coordinator.request_cancel(immediate)
    assert ANSWERS[EVERYTHING].startswith(await turn)
    session.coordinator.cancellation.reset()
    assert await session.execute(WHAT) == ANSWERS[WHAT]
    await session.cleanup()


@pytest.mark.feature("hostile tool result", engine="http")
async def test_a_hostile_result_never_causes_a_call_that_was_not_approved(server: Server) -> None:
    for text in CORPUS[::5]:
        store = MemoryStore()
        await store.set("notes", json.dumps({"next": 2, "notes": [{"id": 1, "text": text}]}))
        ran: list[Any] = []
        session = await create_session(
            transport=server.transport(), store=store, provider_config={"max_tokens": 120}
        )

        async def approve(event: str, payload: dict[str, Any]) -> HookResult:
            allowed = (payload["tool_name"], payload["tool_input"]) == ("notes", {"action": "list"})
            return HookResult(action="continue" if allowed else "deny", reason="not approved")

        async def hear(event: str, payload: dict[str, Any], ran: list[Any] = ran) -> HookResult:
            ran.append((payload["tool_name"], payload["tool_input"]))
            return HookResult()

        session.coordinator.hooks.register("tool:pre", approve, name="approvals")
        session.coordinator.hooks.register("tool:post", hear, name="test")
        await asyncio.gather(session.execute("list my notes"), return_exceptions=True)
        await session.cleanup()
        assert all(call == ("notes", {"action": "list"}) for call in ran), text
        assert json.loads(await store.get("notes") or "")["notes"] == [{"id": 1, "text": text}]
