"""The provider, installed from its wheel: a session with a scripted transport, and over a scripted bridge."""

from __future__ import annotations

import asyncio
from typing import Any

import js

from webllm_provider import __version__, create_session
from webllm_provider.session import MemoryStore
from webllm_provider.testing import ScriptedTransport, answer


async def check_the_wheel_says_its_version() -> None:
    assert __version__.count(".") == 2


async def check_a_session_answers_from_a_script() -> None:
    transport = ScriptedTransport([answer("Hello", " there.")])
    session = await create_session(transport=transport, store=MemoryStore())
    try:
        assert await session.execute("Hi") == "Hello there."
    finally:
        await session.cleanup()
    assert len(transport.bodies) == 1


async def check_a_session_answers_over_the_bridge_of_the_page() -> None:
    events: list[str] = []

    def listen(event: str, payload: dict[str, Any]) -> None:
        events.append(event)

    session = await create_session(on_event=listen, store=MemoryStore())
    try:
        assert await session.execute("Hi") == "Hello from JavaScript."
    finally:
        await session.cleanup()
    assert events.index("llm:request") < events.index("llm:response")


async def check_null_of_javascript_is_not_none() -> None:
    null = js.answer_null()
    assert null is not None
    assert type(null).__name__ == "JsNull"
    assert js.answer_undefined() is None


async def check_stopping_an_answer_stops_it_in_the_page() -> None:
    cancelled = js.scripted_bridge_calls.cancelled
    session = await create_session(store=MemoryStore())
    seen = asyncio.Event()

    async def first_delta(event: str, data: dict[str, Any]) -> None:
        seen.set()
        await asyncio.sleep(60)

    session.coordinator.hooks.register("llm:stream_block_delta", first_delta)
    task = asyncio.create_task(session.execute("Hi"))
    await seen.wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    else:
        raise AssertionError("the task was not cancelled")
    finally:
        await session.cleanup()
    assert js.scripted_bridge_calls.cancelled == cancelled + 1
