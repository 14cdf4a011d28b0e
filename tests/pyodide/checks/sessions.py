"""What only Pyodide can show of the provider: the worker's sessions, its validator, and cancellation."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

import js
from amplifier_core.message_models import ChatRequest, Message
from amplifier_core.testing import MockCoordinator
from amplifier_core.validation.provider import ProviderValidator

from webllm_provider import WebLLMProvider, create_session, mount, set_llm_bridge
from webllm_provider._browser import BridgeTransport
from webllm_provider._browser.one_timer import OneTimer
from webllm_provider.errors import MEANINGS, EngineError
from webllm_provider.session import MemoryStore
from webllm_provider.session.worker import WorkerSessions
from webllm_provider.testing import ScriptedTransport, Wait, answer, failure


async def check_the_kernels_validator_passes() -> None:
    result = await ProviderValidator().validate("webllm_provider", config={})
    assert result.passed, result.summary()


async def check_the_kernels_behavioural_tests_pass() -> None:
    # The tests are methods marked for a runner that has no place in a browser: of it only the mark is needed.
    runner: Any = ModuleType("pytest")
    runner.mark = SimpleNamespace(asyncio=lambda test: test)
    sys.modules.setdefault("pytest", runner)
    from amplifier_core.validation.behavioral.test_provider import ProviderBehaviorTests

    coordinator = MockCoordinator()
    await mount(coordinator, {})
    provider = coordinator.get("providers")["webllm"]
    tests = [name for name in dir(ProviderBehaviorTests) if name.startswith("test_")]
    for name in tests:
        await getattr(ProviderBehaviorTests(), name)(provider)
    assert len(tests) >= 5
    assert not hasattr(provider, "stream")


async def check_turns_of_the_worker_end_stop_and_fail_and_the_next_one_works() -> None:
    told: list[dict[str, Any]] = []
    seen = asyncio.Event()

    def hear(text: str) -> None:
        told.append(json.loads(text))
        if told[-1].get("name") == "llm:stream_block_delta" and told[-1]["id"] == "2":
            seen.set()

    transport = ScriptedTransport(
        [
            answer("Hel", "lo"),
            [*answer("I")[:2], Wait()],
            [failure("device_lost", "Gone.", "Ask again.")],
            answer("Back."),
        ]
    )
    sessions = WorkerSessions(hear, partial(create_session, transport=transport, store=MemoryStore()))
    await sessions.ask("1", "c", "Hi")
    assert [told[-1][name] for name in ("type", "outcome", "text")] == ["turn_ended", "completed", "Hello"]
    turn = asyncio.ensure_future(sessions.ask("2", "c", "Tell me a lot"))
    await seen.wait()
    sessions.stop("2")
    await turn
    assert [told[-1][name] for name in ("type", "outcome", "text")] == ["turn_ended", "cancelled", "I"]
    await sessions.ask("3", "c", "Hi")
    assert told[-1]["error"] == {"code": "device_lost", "message": "Gone.", "hint": "Ask again."}
    await sessions.ask("4", "c", "Hi")
    assert told[-1]["text"] == "Back."
    await sessions.close()


async def check_turns_that_are_over_leave_no_timers_behind() -> None:
    def timers() -> int:
        return sum(kind == "Timeout" for kind in js.process.getActiveResourcesInfo())

    loop: Any = asyncio.get_running_loop()
    before = timers()
    OneTimer(loop)
    try:
        transport = ScriptedTransport([answer("Yes") for _ in range(20)])
        make = partial(create_session, transport=transport, store=MemoryStore())
        sessions = WorkerSessions(lambda _: None, make)
        for turn in range(20):
            await sessions.ask(str(turn), "c", "Is it?")
        await sessions.forget("c")
        assert timers() <= before + 4, f"{timers()} timers, {before} before"
    finally:
        del loop.call_later


async def check_two_hundred_cancellations_lose_nothing() -> None:
    provider = WebLLMProvider(BridgeTransport())
    request = ChatRequest(messages=[Message(role="user", content="Hi")])
    moments = random.Random(7)
    before = js.scripted_bridge_calls.cancelled
    for _ in range(200):
        task = asyncio.ensure_future(provider.complete(request))
        for _ in range(moments.randrange(12)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert js.scripted_bridge_calls.cancelled > before
    response = await provider.complete(request)
    assert response.text == "Hello from JavaScript."


async def check_a_promise_that_is_rejected_is_a_typed_error_wherever_it_comes() -> None:
    asked = {"messages": [{"role": "user", "content": "Hi"}]}
    given = {name: getattr(js, name) for name in ("js_llm_status", "js_llm_stream")}
    for name, source in {
        "js_llm_status": "async () => { throw new Error('No such worker.') }",
        "js_llm_stream": "() => ({ next: () => Promise.reject(new Error('No such worker.')), cancel() {} })",
    }.items():
        setattr(js, name, js.eval(source))
        try:
            (error,) = await asyncio.gather(
                WebLLMProvider(BridgeTransport(), {"max_retries": 0}).complete(asked), return_exceptions=True
            )
        finally:
            setattr(js, name, given[name])
        assert isinstance(error, EngineError), repr(error)
        assert "No such worker." in str(error)


async def check_a_python_function_can_be_the_bridge() -> None:
    async def complete(request: str) -> str:
        asked = json.loads(request)["messages"][-1]["content"]
        return json.dumps({"choices": [{"message": {"content": f"You said {asked}"}}]})

    stream = js.js_llm_stream
    js.js_llm_stream = None
    try:
        set_llm_bridge(complete)
        session = await create_session(store=MemoryStore(), tools=())
        assert await session.execute("hello") == "You said hello"
        await session.cleanup()
    finally:
        js.js_llm_stream = stream


async def check_a_long_batch_may_come_as_its_bytes() -> None:
    stream, long = js.js_llm_stream, "Grüße, 世界.\n" * 1000
    js.eval("(text) => { globalThis.scripted_long = text }")(json.dumps([answer(long)], ensure_ascii=False))
    js.js_llm_stream = js.eval(
        "() => { const batches = [new TextEncoder().encode(globalThis.scripted_long.slice(1, -1)), null];"
        " return { next_to(take) { take(batches.shift()) }, cancel() {} } }"
    )
    try:
        response = await WebLLMProvider(BridgeTransport()).complete(
            {"messages": [{"role": "user", "content": "Hi"}]}
        )
    finally:
        js.js_llm_stream = stream
    assert response.text == long


async def check_every_error_of_the_page_is_its_class() -> None:
    stream = js.js_llm_stream
    try:
        for code, meaning in MEANINGS.items():
            failed = failure(code, "It went wrong.", "Do this.")
            js.eval("(text) => { globalThis.scripted_failure = text }")(json.dumps([failed]))
            js.js_llm_stream = js.eval(
                "() => { let batches = [globalThis.scripted_failure];"
                " return { next: async () => batches.shift() ?? null, cancel() { batches = [] } } }"
            )
            provider = WebLLMProvider(BridgeTransport(), {"max_retries": 0})
            asked = provider.complete({"messages": [{"role": "user", "content": "Hi"}]})
            (error,) = await asyncio.gather(asked, return_exceptions=True)
            assert type(error) is meaning.error
            assert (error.code, error.hint) == (code, "Do this.")
    finally:
        js.js_llm_stream = stream
