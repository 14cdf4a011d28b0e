"""The browser transport, over a page whose functions are Python ones.

What only a browser can show (proxies, null, cancelled promises) is tested in tests/pyodide.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest

from webllm_provider import (
    BridgeMissing,
    EngineFailed,
    EngineLost,
    StreamBroken,
    WebLLMProvider,
    set_llm_bridge,
)
from webllm_provider._browser import BridgeTransport, BrowserStorage
from webllm_provider._browser.registration import GeneratorSource, as_source
from webllm_provider._wire import StreamEvent
from webllm_provider.testing import answer, failure, loaded_model

BODY: Any = {"messages": [{"role": "user", "content": "Hi"}]}


class Source:
    """What `js_llm_stream` gives: batches on demand, then null."""

    def __init__(self, batches: list[list[StreamEvent]], *, hangs: bool = False) -> None:
        self._batches = list(batches)
        self._hangs = hangs
        self.cancelled = 0
        self.destroyed = 0

    async def next(self) -> str | None:
        if self._batches:
            return json.dumps(self._batches.pop(0))
        if self._hangs:
            await asyncio.Event().wait()
        return None

    def cancel(self) -> None:
        self.cancelled += 1

    def destroy(self) -> None:
        self.destroyed += 1


class Page(SimpleNamespace):
    """A `globalThis` with the functions that a test gives it."""

    def __init__(self, source: Source | None = None, **functions: Any) -> None:
        self.requests: list[Any] = []
        if source is not None:

            def stream(request: str) -> Source:
                self.requests.append(json.loads(request))
                return source

            functions["js_llm_stream"] = stream
        super().__init__(**functions)


async def collected(transport: BridgeTransport) -> list[StreamEvent]:
    return [event async for event in transport.stream(BODY)]


async def test_batches_become_events_and_their_deltas_are_joined() -> None:
    source = Source([answer("I", " am")[:3], answer(" here", ".")[1:]])
    page = Page(source)
    events = await collected(BridgeTransport(page))
    assert [event["text"] for event in events if event["type"] == "delta"] == ["I am", " here."]
    assert [event["type"] for event in events] == ["started", "delta", "delta", "finished"]
    assert page.requests == [BODY]
    assert (source.cancelled, source.destroyed) == (0, 1)


async def test_leaving_a_stream_early_cancels_it() -> None:
    source = Source([answer("I")[:2]], hangs=True)
    async with aclosing(BridgeTransport(Page(source)).stream(BODY)) as events:
        async for _ in events:
            break
    assert (source.cancelled, source.destroyed) == (1, 1)


async def test_cancelling_the_task_that_waits_cancels_the_stream_first() -> None:
    source = Source([answer("I")[:2]], hangs=True)
    task = asyncio.ensure_future(collected(BridgeTransport(Page(source))))
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.cancelled == 1


async def test_a_load_is_a_stream_of_its_progress() -> None:
    asked: list[Any] = []

    def load(request: str) -> Source:
        asked.append(json.loads(request))
        return Source([[{"type": "loaded", "model": loaded_model(), "load_ms": 1.0}]])

    events = [event async for event in BridgeTransport(Page(js_llm_load=load)).load("m", "cpu")]
    assert events[0]["type"] == "loaded"
    assert asked == [{"model": "m", "device": "cpu"}]


async def test_models_and_status_are_read_and_their_failures_raised() -> None:
    async def status() -> str:
        return json.dumps({"type": "ready", "model": loaded_model(), "queued": 0})

    async def models() -> str:
        return json.dumps({"error": failure("worker_died", "It ended.")["error"]})  # type: ignore[typeddict-item]

    transport = BridgeTransport(Page(js_llm_status=status, js_llm_models=models))
    assert (await transport.status())["type"] == "ready"
    with pytest.raises(EngineLost, match="It ended"):
        await transport.models()


@pytest.mark.parametrize("said", [RuntimeError("no such worker"), "<html>", None], ids=repr)
async def test_a_bridge_that_breaks_its_promise_is_a_typed_error(said: Any) -> None:
    async def status() -> Any:
        if isinstance(said, Exception):
            raise said
        return said

    provider = WebLLMProvider(BridgeTransport(Page(js_llm_status=status, js_llm_models=status)))
    for asking in (provider.complete(BODY), provider.list_models()):
        with pytest.raises(EngineFailed, match="The page's bridge failed"):
            await asking


async def test_a_state_that_is_lost_is_no_exception() -> None:
    lost = {"type": "lost", "model": None, "error": {"code": "device_lost", "message": "Gone."}}

    async def status() -> str:
        return json.dumps(lost)

    assert await BridgeTransport(Page(js_llm_status=status)).status() == lost


async def test_a_page_that_only_has_complete_is_enough() -> None:
    async def complete(request: str) -> str:
        return json.dumps(
            {
                "model": "m",
                "choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
            }
        )

    provider = WebLLMProvider(BridgeTransport(Page(js_llm_complete=complete)))
    response = await provider.complete(BODY)
    assert response.content[0].model_dump()["text"] == "Hello"
    assert response.usage is not None
    assert response.usage.input_tokens == 3


@pytest.mark.parametrize(
    "error",
    [{"code": "worker_died", "message": "It ended."}, {"message": "It ended."}, "It ended."],
)
async def test_an_error_of_a_page_is_a_failure_with_its_sentence(error: Any) -> None:
    async def complete(request: str) -> str:
        return json.dumps({"error": error})

    (event,) = await collected(BridgeTransport(Page(js_llm_complete=complete)))
    assert event["type"] == "failure"
    assert event["error"]["message"] == "It ended."


async def test_a_page_without_a_bridge_says_what_to_do() -> None:
    with pytest.raises(BridgeMissing, match="js_llm_complete"):
        await collected(BridgeTransport(Page()))
    with pytest.raises(BridgeMissing, match="set_llm_bridge"):
        await BridgeTransport(Page()).models()


async def test_without_a_browser_the_sentence_names_what_works_here() -> None:
    with pytest.raises(BridgeMissing, match="ScriptedTransport"):
        await collected(BridgeTransport())
    with pytest.raises(BridgeMissing, match="does not run in a browser"):
        set_llm_bridge(lambda request: request)


async def test_documents_are_kept_by_the_page() -> None:
    kept: dict[str, str] = {}

    async def get(key: str) -> str | None:
        return kept.get(key)

    async def put(key: str, text: str) -> None:
        kept[key] = text

    async def delete(key: str) -> None:
        del kept[key]

    async def keys(prefix: str) -> str:
        return json.dumps([key for key in kept if key.startswith(prefix)])

    async def replace(key: str, expected: str | None, text: str) -> bool:
        free = kept.get(key) == expected
        kept.update({key: text} if free else {})
        return free

    page = Page(
        js_store_get=get,
        js_store_set=put,
        js_store_replace=replace,
        js_store_delete=delete,
        js_store_keys=keys,
    )
    storage = BrowserStorage(page)
    assert await storage.get("notes") is None
    await storage.set("notes", "{}")
    assert (await storage.get("notes"), await storage.keys("no")) == ("{}", ["notes"])
    assert not await storage.replace("notes", "[]", "lost")
    assert await storage.replace("notes", "{}", "[]")
    assert kept == {"notes": "[]"}
    await storage.delete("notes")
    assert kept == {}


async def test_an_async_generator_is_a_stream_of_events_lists_and_texts() -> None:
    started, delta, finished = answer("Hi")

    async def stream(request: str) -> AsyncGenerator[Any, None]:
        assert json.loads(request) == BODY
        yield started
        yield [delta]
        yield json.dumps([finished])

    events = await collected(BridgeTransport(Page(js_llm_stream=as_source(stream))))
    assert events == [started, delta, finished]


async def test_what_an_async_generator_raises_is_a_failure_with_its_sentence() -> None:
    async def stream(request: str) -> AsyncGenerator[Any, None]:
        yield answer()[0]
        raise ValueError("The other side said no.")

    events = await collected(BridgeTransport(Page(js_llm_stream=as_source(stream))))
    assert [event["type"] for event in events] == ["started", "failure"]
    assert events[-1]["type"] == "failure"
    assert events[-1]["error"]["message"] == "The other side said no."


async def test_leaving_an_async_generator_early_closes_it() -> None:
    closed = asyncio.Event()

    async def stream(request: str) -> AsyncGenerator[Any, None]:
        try:
            for event in answer("a", "b", "c"):
                yield event
        finally:
            closed.set()

    async with aclosing(BridgeTransport(Page(js_llm_stream=as_source(stream))).stream(BODY)) as events:
        await anext(events)
    await asyncio.wait_for(closed.wait(), 5)


async def test_a_page_that_cancels_while_it_waits_gets_a_last_event() -> None:
    async def hanging() -> AsyncGenerator[Any, None]:
        await asyncio.Event().wait()
        yield answer()[0]

    source = GeneratorSource(hanging())
    waiting = asyncio.ensure_future(source.next())
    await asyncio.sleep(0)
    source.cancel()
    source.cancel()
    (event,) = json.loads(await waiting)
    assert event["error"]["code"] == "aborted"
    assert await source.next() is None


async def test_a_page_that_cancels_before_the_generator_has_begun_gets_a_last_event() -> None:
    async def stream() -> AsyncGenerator[Any, None]:
        yield answer()[0]

    source = GeneratorSource(stream())
    # A call of `next()` that has not run its first step: the page called both in one go.
    waiting = asyncio.ensure_future(source.next())
    source.cancel()
    (event,) = json.loads(await waiting)
    assert event["error"]["code"] == "aborted"
    assert await source.next() is None


async def test_cancelling_the_task_that_waits_for_a_generator_cancels_the_generator() -> None:
    ended = asyncio.Event()

    async def stream(request: str) -> AsyncGenerator[Any, None]:
        try:
            await asyncio.Event().wait()
            yield answer()[0]
        finally:
            ended.set()

    task = asyncio.ensure_future(collected(BridgeTransport(Page(js_llm_stream=as_source(stream)))))
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_a_source_that_gives_no_text_is_named() -> None:
    class Objects(Source):
        async def next(self) -> Any:
            return {"value": "[]", "done": False}

    with pytest.raises(StreamBroken, match="next"):
        await collected(BridgeTransport(Page(Objects([]))))


async def test_functions_that_answer_at_once_do_as_well() -> None:
    def complete(request: str) -> str:
        return json.dumps({"choices": [{"message": {"content": "Hello"}}]})

    page = Page(js_llm_complete=complete, js_llm_models=lambda: "[]")
    assert [event["type"] for event in await collected(BridgeTransport(page))][-1] == "finished"
    assert await BridgeTransport(page).models() == []
