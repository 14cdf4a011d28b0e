"""The orchestrator lets hooks decide, runs calls side by side, and comes to an end."""

from __future__ import annotations

import asyncio
import json
from typing import Any, ClassVar

import pytest
from amplifier_core.models import HookResult, ToolResult
from amplifier_core.validation.behavioral.test_orchestrator import OrchestratorBehaviorTests

from webllm_provider.session.loop import WebLLMLoop
from webllm_provider.testing import answer


def call(name: str, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


LIST = call("notes", action="list")


class TestBehaviour(OrchestratorBehaviorTests):
    """The kernel's own behavioural tests."""

    @pytest.fixture
    def orchestrator_module(self) -> WebLLMLoop:
        return WebLLMLoop()


class Slow:
    """A tool that answers after another call of it has, or never."""

    name = "slow"
    description = "Waits."
    input_schema: ClassVar[dict[str, Any]] = {"type": "object"}

    def __init__(self) -> None:
        self.began: list[Any] = []
        self.ended: list[Any] = []
        self.running = asyncio.Event()
        self.others = {n: asyncio.Event() for n in range(3)}

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        self.began.append(input["n"])
        self.running.set()
        if "after" in input:
            await self.others[input["after"]].wait()
        self.ended.append(input["n"])
        self.others[input["n"]].set()
        return ToolResult(success=True, output=f"slept {input['n']}")


class Broken:
    name = "broken"
    description = "Fails."
    input_schema: ClassVar[dict[str, Any]] = {"type": "object"}

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        raise OSError("the disk is full")


def on(session: Any, event: str, result: HookResult) -> None:
    async def hook(name: str, payload: dict[str, Any]) -> HookResult:
        return result

    session.coordinator.hooks.register(event, hook, name="test")


async def test_a_denied_call_does_not_run_and_the_model_is_told_why(
    open_session: Any, heard: Any, store: Any
) -> None:
    session, transport = await open_session(
        answer(call("notes", action="add", text="x")), answer("I may not.")
    )
    on(session, "tool:pre", HookResult(action="deny", reason="not on Sundays"))
    assert await session.execute("note x") == "I may not."
    assert "Denied by hook: not on Sundays" in transport.bodies[1]["messages"][-1]["content"]
    assert await store.get("notes") is None
    assert heard.of("tool:post") == []


async def test_a_call_that_needs_approval_is_denied_where_nobody_can_give_it(
    open_session: Any, store: Any
) -> None:
    session, transport = await open_session(answer(call("notes", action="add", text="x")), answer("No."))
    on(session, "tool:pre", HookResult(action="ask_user", approval_prompt="Save a note?"))
    await session.execute("note x")
    assert "Denied by hook" in transport.bodies[1]["messages"][-1]["content"]
    assert await store.get("notes") is None


@pytest.mark.parametrize(("said", "saved"), [("Allow", True), ("Deny", False)])
async def test_a_call_that_needs_approval_waits_for_the_user(
    open_session: Any, store: Any, said: str, saved: bool
) -> None:
    class Approval:
        async def request_approval(
            self, prompt: str, options: list[str], timeout: float, default: str
        ) -> str:
            return said

    session, _ = await open_session(
        answer(call("notes", action="add", text="x")), answer("Done."), approval=Approval()
    )
    on(session, "tool:pre", HookResult(action="ask_user", approval_prompt="Save a note?"))
    await session.execute("note x")
    assert (await store.get("notes") is not None) == saved


async def test_a_hook_can_change_what_a_tool_gets(open_session: Any, store: Any) -> None:
    session, _ = await open_session(answer(call("notes", action="add", text="x")), answer("Done."))

    async def hook(name: str, payload: dict[str, Any]) -> HookResult:
        changed = {**payload, "tool_input": {"action": "add", "text": "y"}}
        return HookResult(action="modify", data=changed)

    session.coordinator.hooks.register("tool:pre", hook, name="test")
    await session.execute("note x")
    assert '"text": "y"' in await store.get("notes")


async def test_a_hook_can_change_what_the_model_reads_of_a_result(open_session: Any) -> None:
    session, transport = await open_session(answer(LIST), answer("Done."))

    async def hook(name: str, payload: dict[str, Any]) -> HookResult:
        return HookResult(action="modify", data={**payload, "result": "[redacted]"})

    session.coordinator.hooks.register("tool:post", hook, name="test")
    await session.execute("list")
    assert "[redacted]" in transport.bodies[1]["messages"][-1]["content"]


async def test_a_hook_can_add_to_one_request_without_storing_it(open_session: Any) -> None:
    session, transport = await open_session(answer("Hi"))
    on(
        session,
        "provider:request",
        HookResult(
            action="inject_context",
            context_injection="It is late.",
            context_injection_role="user",
            ephemeral=True,
        ),
    )
    await session.execute("Hello")
    assert transport.bodies[0]["messages"][-1] == {"role": "user", "content": "Hello\n\nIt is late."}
    stored = await session.coordinator.get("context").get_messages()
    assert "It is late." not in str(stored)


async def test_what_a_hook_adds_for_good_is_stored(open_session: Any) -> None:
    session, transport = await open_session(answer(LIST), answer("Done."))
    on(
        session,
        "tool:post",
        HookResult(
            action="inject_context", context_injection="Mind the notes.", context_injection_role="user"
        ),
    )
    await session.execute("list")
    stored = await session.coordinator.get("context").get_messages()
    assert "Mind the notes." in str(stored)
    assert "Mind the notes." in str(transport.bodies[1]["messages"])


async def test_a_denied_prompt_is_not_sent(open_session: Any) -> None:
    session, transport = await open_session(answer("Hi"))
    on(session, "prompt:submit", HookResult(action="deny", reason="rude"))
    assert await session.execute("Hello") == "Operation denied: rude"
    assert transport.bodies == []


async def test_parallel_calls_run_side_by_side_and_answer_in_their_order(open_session: Any) -> None:
    calls = call("slow", n=1, after=2) + call("slow", n=2)
    session, transport = await open_session(answer(calls), answer("Done."))
    tool = Slow()
    await session.coordinator.mount("tools", tool, name="slow")
    await session.execute("twice")
    assert (tool.began, tool.ended) == ([1, 2], [2, 1])
    results = transport.bodies[1]["messages"][-1]["content"]
    assert results.index("slept 1") < results.index("slept 2")


async def test_a_tool_that_fails_is_a_result_and_an_event(open_session: Any, heard: Any) -> None:
    session, transport = await open_session(answer(call("broken")), answer("It failed."))
    await session.coordinator.mount("tools", Broken(), name="broken")
    assert await session.execute("break") == "It failed."
    assert "the disk is full" in transport.bodies[1]["messages"][-1]["content"]
    assert heard.of("tool:error")[0]["error"] == {"type": "OSError", "msg": "the disk is full"}


async def test_a_tool_that_runs_is_cancelled_and_its_call_keeps_a_result(open_session: Any) -> None:
    session, transport = await open_session(answer(call("slow", n=1, after=0)), answer("After."))
    tool = Slow()
    await session.coordinator.mount("tools", tool, name="slow")
    task = asyncio.ensure_future(session.execute("wait"))
    await tool.running.wait()
    await session.coordinator.request_cancel(True)
    await task
    session.coordinator.cancellation.reset()
    await session.execute("And now?")
    assert tool.ended == []
    assert "was cancelled" in transport.bodies[1]["messages"][-3]["content"]


async def test_a_model_that_only_calls_tools_comes_to_a_clear_end(open_session: Any) -> None:
    session, transport = await open_session(*[answer(LIST)] * 20)
    assert "12 rounds of tool calls" in await session.execute("list")
    assert len(transport.bodies) == 12


async def test_the_provider_with_the_lowest_priority_number_answers() -> None:
    class Provider:
        def __init__(self, priority: int) -> None:
            self.priority = priority

    loop = WebLLMLoop()
    assert loop._choose({"a": Provider(50), "b": Provider(10), "c": object()}) == "b"
    assert WebLLMLoop({"provider": "a"})._choose({"a": Provider(50), "b": Provider(10)}) == "a"
    with pytest.raises(RuntimeError, match="nobody to answer"):
        loop._choose({})


@pytest.mark.parametrize("event", ["prompt:submit", "provider:request", "provider:response", "tool:pre"])
async def test_a_stop_ends_the_wait_for_an_approval(open_session: Any, event: str) -> None:
    asked = asyncio.Event()

    class Approval:
        async def request_approval(
            self, prompt: str, options: list[str], timeout: float, default: str
        ) -> str:
            asked.set()
            await asyncio.Event().wait()
            return "Allow"

    session, _ = await open_session(answer(LIST), answer("Done."), approval=Approval())
    on(session, event, HookResult(action="ask_user", approval_prompt="Go on?"))
    task = asyncio.ensure_future(session.execute("list"))
    await asked.wait()
    await session.coordinator.request_cancel(True)
    assert await asyncio.wait_for(task, 10) == ""
