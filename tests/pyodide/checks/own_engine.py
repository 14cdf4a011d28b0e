"""An engine of one's own behind the bridge, from Python and from scripts; connect() where it cannot start."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable
from contextlib import contextmanager
from typing import Any

import js
from amplifier_core import AmplifierSession
from pyodide.code import run_js

from webllm_provider import (
    EngineSources,
    EngineUnavailable,
    connect,
    create_session,
    engine,
    set_llm_bridge,
)
from webllm_provider._browser import registration
from webllm_provider._browser.publication import publish, withdraw
from webllm_provider.session import MemoryStore
from webllm_provider.testing import ScriptedTransport, Wait, answer

NAMES = ("js_llm_complete", "js_llm_stream", "js_llm_load", "js_llm_models", "js_llm_status")


STORED: Any = {
    "type": "stored_models",
    "models": [],
    "used_bytes": None,
    "quota_bytes": 10,
    "persisted": False,
}


@contextmanager
def bridge(**functions: Any) -> Any:
    """The functions as the page's bridge; what the runner has put there comes back."""
    before = registration.standing()
    set_llm_bridge(**functions)
    try:
        yield
    finally:
        registration.register(before)


async def asked(text: str = "Hi") -> str:
    session = await create_session(store=MemoryStore(), tools=())
    try:
        return await session.execute(text)
    finally:
        await session.cleanup()


async def refusal(awaitable: Awaitable[Any]) -> str:
    """The class and the sentence that something fails with."""
    try:
        await awaitable
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError("It was not refused.")


async def words(request_json: str) -> AsyncGenerator[Any, None]:
    """An engine in Python: says back what it was asked."""
    text = json.loads(request_json)["messages"][-1]["content"]
    for event in answer("You", f" said {text}"):
        yield event


async def check_the_engine_room_answers_through_the_bridge_of_a_published_engine() -> None:
    progress = {"type": "progress", "stage": "download", "fraction": 0.5, "text": "half"}
    sizes = {"loaded_bytes": 1, "total_bytes": 2}
    fetched: Any = {"type": "fetched", "model": "m", "bytes": 2}
    event: Any = {"at": 1.0, "name": "loaded", "model": "m", "details": {}}
    happened: Any = {"type": "observed", "event": event}
    transport = ScriptedTransport(
        replies={"stored": STORED, "embed": {"code": "unsupported", "message": "It makes no vectors."}},
        openings={"fetch": [{**progress, **sizes}, fetched], "observe": [happened, Wait()]},
    )
    publication = publish(transport)
    try:
        assert await engine.stored() == STORED
        assert "RequestRefused: It makes no vectors." in await refusal(engine.embed(["a"]))
        assert "RequestRefused" in await refusal(engine.ladder())
        seen: list[float] = []
        assert await engine.fetch("m", on_progress=lambda step: seen.append(step["fraction"])) == fetched
        assert seen == [0.5]
        assert (await engine.load("m", "cpu", behind=True))["id"] == "m"
        assert transport.load_options == [{"behind": True}]
        assert (await engine.unload())["type"] == "empty"
        events = engine.events()
        assert (await anext(events))["name"] == "loaded"
        await events.aclose()
        for _ in range(100):
            if transport.cancelled:
                break
            await asyncio.sleep(0.01)
        assert transport.cancelled == ["observe"]
    finally:
        withdraw(publication)


async def check_an_async_generator_of_python_is_an_engine() -> None:
    with bridge(stream=words):
        assert await asked("hello") == "You said hello"


async def check_scripts_of_the_page_read_an_async_generator_as_a_stream() -> None:
    request = json.dumps({"messages": [{"role": "user", "content": "hello"}]})
    read = run_js(
        """async request => {
          const stream = js_llm_stream(request), texts = [];
          for (let text = await stream.next(); text !== null; text = await stream.next()) texts.push(text);
          return JSON.stringify(texts);
        }"""
    )
    with bridge(stream=words):
        events = [event for text in json.loads(await read(request)) for event in json.loads(text)]
    assert [event["type"] for event in events] == ["started", "delta", "delta", "finished"]


async def check_a_script_that_cancels_ends_the_generator_with_a_last_event() -> None:
    waits, ended = asyncio.Event(), asyncio.Event()

    async def endless(request_json: str) -> AsyncGenerator[Any, None]:
        try:
            yield answer()[0]
            waits.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    cancel = run_js(
        """async waits => {
          const stream = js_llm_stream("{}");
          await stream.next();
          const waiting = stream.next();
          while (!waits()) await new Promise(resolve => setTimeout(resolve, 1));
          stream.cancel();
          return await waiting;
        }"""
    )
    with bridge(stream=endless):
        (event,) = json.loads(await cancel(waits.is_set))
    assert event["error"]["code"] == "aborted"
    await asyncio.wait_for(ended.wait(), 5)


async def check_an_object_of_python_with_next_and_cancel_is_an_engine() -> None:
    class Once:
        def __init__(self) -> None:
            self.batches = [json.dumps(answer("From an object."))]

        async def next(self) -> str | None:
            return self.batches.pop() if self.batches else None

        def cancel(self) -> None:
            self.batches.clear()

    with bridge(stream=lambda request_json: Once()):
        assert await asked() == "From an object."


async def check_functions_of_javascript_are_an_engine() -> None:
    batch = json.dumps(answer("From JavaScript."))
    stream = run_js(
        """batch => () => {
          const batches = [batch];
          return { next: async () => batches.pop() ?? null, cancel: () => {} };
        }"""
    )(batch)
    with bridge(stream=stream):
        assert await asked() == "From JavaScript."


async def check_an_async_function_as_complete_answers_python_and_scripts() -> None:
    async def complete(request_json: str) -> str:
        await asyncio.sleep(0)
        return json.dumps({"choices": [{"message": {"content": "In one piece."}}]})

    with bridge(complete=complete):
        assert await asked() == "In one piece."
        text = await run_js("async () => await js_llm_complete('{}')")()
        assert json.loads(text)["choices"][0]["message"]["content"] == "In one piece."


async def check_a_javascript_async_generator_is_refused_with_a_sentence() -> None:
    with bridge(stream=run_js("(async function* () { yield '[]'; })")):
        said = await refusal(asked())
    assert "next()" in said, said


async def check_a_bridge_is_one_engine_and_leaves_nothing_behind() -> None:
    with bridge(stream=words):
        assert [name for name in NAMES if hasattr(js, name)] == ["js_llm_stream"]
        kept = js.Object.getOwnPropertyDescriptor(js.globalThis, "js_llm_stream")
        set_llm_bridge(complete=lambda request_json: "{}")
        assert [name for name in NAMES if hasattr(js, name)] == ["js_llm_complete"]
        set_llm_bridge()
        assert [name for name in NAMES if hasattr(js, name)] == []
        said = await refusal(run_js("async descriptor => descriptor.value('{}')")(kept))
    assert "destroyed" in said, said


async def check_a_plain_mount_plan_answers_through_an_engine_of_one_s_own() -> None:
    plan = {
        "session": {"orchestrator": {"module": "loop-webllm"}, "context": {"module": "context-webllm"}},
        "providers": [{"module": "provider-webllm", "config": {}}],
    }
    with bridge(stream=words):
        async with AmplifierSession(plan) as session:
            assert await session.execute("hello") == "You said hello"


async def check_of_two_published_engines_the_later_one_stands_and_the_earlier_comes_back() -> None:
    before = registration.standing()
    first, second = ScriptedTransport([answer("first")] * 2), ScriptedTransport([answer("second")])
    one = publish(first)
    two = publish(second)
    assert await asked() == "second"
    withdraw(two)
    assert await asked() == "first"
    three = publish(second)
    withdraw(one)
    assert registration.standing() == three.functions
    withdraw(three)
    assert registration.standing() == before


async def check_what_was_put_over_a_published_engine_stays_when_that_is_withdrawn() -> None:
    before = registration.standing()
    published = publish(ScriptedTransport())
    set_llm_bridge(stream=words)
    withdraw(published)
    try:
        assert await asked("hello") == "You said hello"
    finally:
        registration.register(before)


async def check_where_there_are_no_workers_connect_says_so() -> None:
    said = await refusal(connect(sources=EngineSources()))
    assert said.startswith(EngineUnavailable.__name__), said
    assert "workers" in said, said
