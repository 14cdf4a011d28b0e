"""Every code of the wire, from the page's bridge through provider and session to the application."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from amplifier_core.message_models import ChatRequest, Message

from webllm_provider import WebLLMProvider
from webllm_provider._browser import BridgeTransport
from webllm_provider._wire import ErrorCode
from webllm_provider.errors import MEANINGS, EngineError
from webllm_provider.session import MemoryStore, create_session
from webllm_provider.testing import answer, loaded_model

CODES = pytest.mark.parametrize("code", get_args(ErrorCode))
FAST = {"max_retries": 2, "min_retry_delay": 0, "max_retry_delay": 0, "retry_jitter": False}


class Source:
    """What `js_llm_stream` gives: batches of events as JSON, then None."""

    def __init__(self, events: list[Any]) -> None:
        self._batches = [json.dumps([event]) for event in events]

    async def next(self) -> str | None:
        return self._batches.pop(0) if self._batches else None

    def cancel(self) -> None:
        self._batches.clear()


class Page(SimpleNamespace):
    """The bridge's functions of a page whose engine fails once it has written some words, or before."""

    def __init__(self, code: str, words: str = "") -> None:
        error = {"code": code, "message": "It went wrong.", "hint": "Do this.", "details": {"n": 7}}
        self.asked = 0
        self.events = [*(answer(words)[:2] if words else []), {"type": "failure", "error": error}]

    def js_llm_stream(self, request: str) -> Source:
        self.asked += 1
        return Source(self.events)

    def js_llm_load(self, request: str) -> Source:
        return Source(self.events)

    async def js_llm_status(self) -> str:
        return json.dumps({"type": "ready", "model": loaded_model(), "queued": 0})

    async def js_llm_models(self) -> str:
        return "[]"


@CODES
async def test_it_is_its_class_with_sentence_hint_and_details(code: ErrorCode) -> None:
    page = Page(code)
    provider = WebLLMProvider(BridgeTransport(page), FAST)
    with pytest.raises(EngineError) as caught:
        await provider.complete(ChatRequest(messages=[Message(role="user", content="Hi")]))
    error = caught.value
    assert type(error) is MEANINGS[code].error
    assert (error.code, error.sentence, error.hint) == (code, "It went wrong.", "Do this.")
    assert str(error) == "It went wrong. Do this."
    assert dict(error.details) == {"n": 7}
    assert (error.provider, error.model) == ("webllm", "scripted-1")
    assert page.asked == (3 if MEANINGS[code].retryable else 1)


@CODES
async def test_what_was_shown_is_kept_and_never_tried_again(code: ErrorCode) -> None:
    page = Page(code, "Half an ans")
    told: list[tuple[str, dict[str, Any]]] = []
    session = await create_session(
        transport=BridgeTransport(page),
        store=MemoryStore(),
        provider_config=FAST,
        on_event=lambda name, payload: told.append((name, payload)),
    )
    with pytest.raises(Exception, match="It went wrong"):
        await session.execute("Hi")
    stored = await session.coordinator.get("context").get_messages()
    await session.cleanup()
    assert page.asked == 1
    events = dict(told)
    assert events["provider:error"]["error"]["code"] == code
    assert events["provider:error"]["error"]["hint"] == "Do this."
    assert events["llm:response"]["error"]["code"] == code
    assert "llm:stream_aborted" in events
    assert stored[-1] == {"role": "assistant", "content": "Half an ans"}


@CODES
async def test_a_load_that_fails_says_the_same(code: ErrorCode) -> None:
    from webllm_provider import load_model

    with pytest.raises(MEANINGS[code].error) as caught:
        await load_model("m", transport=BridgeTransport(Page(code)))
    assert caught.value.code == code
    assert caught.value.model == "m"
