"""What the coordinator does with the result of an emit: injections, approval, messages."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from amplifier_core import HookResult, ModuleCoordinator
from amplifier_core.approval import ApprovalTimeoutError
from recording import Recorder, scenario


class Context:
    """Keeps what is added, as a context manager would."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def add_message(self, message: dict[str, Any]) -> None:
        self.messages.append(message)


class Display:
    def __init__(self) -> None:
        self.shown: list[Any] = []

    def show_message(self, *arguments: Any) -> None:
        self.shown.append(arguments)


async def ready(
    session: dict[str, Any] | None = None, **systems: Any
) -> tuple[ModuleCoordinator, Context, Display]:
    config = {"session": {"orchestrator": "o", "context": "c", **(session or {})}}
    display = Display()
    c = ModuleCoordinator(
        SimpleNamespace(session_id="s-1", parent_id=None, config=config), display_system=display, **systems
    )
    context = Context()
    await c.mount("context", context)
    return c, context, display


ITEMS = [
    {"content": "durable", "hook_name": "h1", "event": "e1"},
    {
        "content": "fleeting",
        "ephemeral": True,
        "role": "user",
        "append_to_last_tool_result": True,
        "hook_name": "h2",
        "event": "e2",
    },
    {"content": "durable two", "role": "assistant", "hook_name": "h3", "event": "e3"},
]


@scenario
async def injections(see: Recorder) -> None:
    cases: dict[str, dict[str, Any]] = {
        "durable": {"context_injection": "text"},
        "durable, role": {"context_injection": "text", "context_injection_role": "user"},
        "ephemeral": {"context_injection": "text", "ephemeral": True},
        "ephemeral, appended": {
            "context_injection": "text",
            "ephemeral": True,
            "append_to_last_tool_result": True,
        },
        "appended only": {"context_injection": "text", "append_to_last_tool_result": True},
        "empty": {"context_injection": ""},
        "sourceless list": {"context_injections": [{"content": "x"}, {"content": "y", "ephemeral": True}]},
        "none": {},
        "list": {"context_injections": ITEMS},
        "list and scalar": {"context_injections": ITEMS, "context_injection": "scalar", "user_message": "m"},
        "only durable list": {"context_injections": ITEMS[:1]},
        "only ephemeral list": {
            "context_injections": ITEMS[1:2],
            "data": {"k": 1},
            "reason": "r",
            "suppress_output": True,
        },
        "with control characters": {"context_injection": "a\x00b\x1b[31mc\n\t"},
        "only control characters": {"context_injection": "\x00"},
        "two ephemeral": {
            "context_injections": [
                ITEMS[1],
                {**ITEMS[1], "content": "more", "role": "system", "append_to_last_tool_result": False},
            ]
        },
        "list with empty ephemeral": {
            "context_injections": [
                {"content": "", "ephemeral": True},
                {**ITEMS[1], "content": "\x00"},
                ITEMS[1],
            ]
        },
        "only empty ephemeral": {"context_injection": "\x00", "ephemeral": True, "user_message": "m"},
        "list with empty": {"context_injections": [{"content": ""}, ITEMS[0]]},
        "long": {"context_injection": "x" * 400},
        "ephemeral control": {"context_injection": "a\x00b", "ephemeral": True},
    }
    for label, fields in cases.items():
        c, context, display = await ready()
        result = HookResult(action="inject_context", **fields)
        await see.outcome(
            label, lambda c=c, result=result: c.process_hook_result(result, "tool:post", "hook")
        )
        see(f"{label}: stored", context.messages)
        see(f"{label}: charged", c._current_turn_injections)
        see(f"{label}: shown", display.shown)
        see(f"{label}: argument afterwards", result)


@scenario
async def injections_with_other_actions(see: Recorder) -> None:
    for action in ("continue", "deny", "modify"):
        c, context, display = await ready()
        result = HookResult(
            action=action,
            context_injection="text",
            context_injections=ITEMS,
            user_message="m",
            reason="r",
            data={"k": 1},
        )  # type: ignore[arg-type]
        processed = await see.outcome(action, c.process_hook_result(result, "e"))
        see(f"{action}: same object", processed is result)
        see(f"{action}: effects", [context.messages, c._current_turn_injections, display.shown])


@scenario
async def limits(see: Recorder) -> None:
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("size", {"injection_size_limit": 5}, {"context_injection": "123456"}),
        ("size reached", {"injection_size_limit": 5}, {"context_injection": "12345"}),
        ("size after cleaning", {"injection_size_limit": 5}, {"context_injection": "12345\x00"}),
        ("size of one in a list", {"injection_size_limit": 8}, {"context_injections": ITEMS}),
        ("size ephemeral", {"injection_size_limit": 5}, {"context_injection": "123456", "ephemeral": True}),
        ("size in characters", {"injection_size_limit": 2}, {"context_injection": "éé"}),
        ("size zero", {"injection_size_limit": 0}, {"context_injection": "x"}),
        ("size text", {"injection_size_limit": "5"}, {"context_injection": "x"}),
        ("size negative", {"injection_size_limit": -1}, {"context_injection": "x"}),
        ("budget", {"injection_budget_per_turn": 1}, {"context_injection": "123456789012"}),
        ("budget zero", {"injection_budget_per_turn": 0}, {"context_injection": "1234"}),
        ("budget in a list", {"injection_budget_per_turn": 3}, {"context_injections": ITEMS}),
        ("budget float", {"injection_budget_per_turn": 1.5}, {"context_injection": "1234"}),
        ("size and continue", {"injection_size_limit": "5"}, {"action": "continue"}),
        ("size float", {"injection_size_limit": 1.5}, {"context_injection": "x"}),
        ("size bool", {"injection_size_limit": True}, {"context_injection": "xy"}),
        ("size of the sum", {"injection_size_limit": 20}, {"context_injections": ITEMS}),
    ]
    for label, session, fields in cases:
        c, context, display = await ready(session)
        result = HookResult(**{"action": "inject_context", "user_message": "m", **fields})
        await see.outcome(label, lambda c=c, result=result: c.process_hook_result(result, "e", "h"))
        see(f"{label}: effects", [context.messages, c._current_turn_injections, display.shown])
    c, context, _ = await ready({"injection_budget_per_turn": 3})
    for _ in range(3):
        await c.process_hook_result(
            HookResult(action="inject_context", context_injection="12345678"), "e", "h"
        )
    see("three in a turn", [len(context.messages), c._current_turn_injections])


@scenario
async def contexts_that_fail(see: Recorder) -> None:
    class Failing(Context):
        async def add_message(self, message: dict[str, Any]) -> None:
            if len(self.messages) == 1:
                raise ValueError("full")
            self.messages.append(message)

    class Plain:
        def __init__(self) -> None:
            self.messages: list[Any] = []

        def add_message(self, message: dict[str, Any]) -> None:
            self.messages.append(message["content"])

    for label, context in {
        "failing": Failing(),
        "plain": Plain(),
        "no add_message": object(),
        "none": None,
    }.items():
        c, _, display = await ready()
        await c.mount("context", context)
        result = HookResult(action="inject_context", context_injections=ITEMS, user_message="m")  # type: ignore[arg-type]
        await see.outcome(label, c.process_hook_result(result, "e", "h"))
        see(
            f"{label}: effects",
            [getattr(context, "messages", None), c._current_turn_injections, display.shown],
        )


@scenario
async def approvals(see: Recorder) -> None:
    class Answering:
        def __init__(self, answer: Any) -> None:
            self.answer, self.asked = answer, []

        async def request_approval(self, *arguments: Any) -> Any:
            self.asked.append(arguments)
            if isinstance(self.answer, BaseException):
                raise self.answer
            return self.answer

    answers: dict[str, Any] = {
        "Allow": "Allow",
        "allow": "allow",
        "ALLOW ONCE": "ALLOW ONCE",
        "Allow always": "Allow always",
        "Deny": "Deny",
        "Yes": "Yes",
        "empty": "",
        "spaces": " allow ",
        "none": None,
        "true": True,
        "object": {"approved": True},
        "timeout": ApprovalTimeoutError("late"),
        "error": ValueError("broken"),
        "cancelled": asyncio.CancelledError(),
        "Allow this": "Allow this",
        "allowed": "allowed",
        "approve": "approve",
    }
    for label, answer in answers.items():
        for default in ("deny", "allow"):
            system = Answering(answer)
            c, context, display = await ready(approval_system=system)
            result = HookResult(
                action="ask_user",
                approval_prompt="May I?",
                approval_default=default,
                user_message="m",
                context_injection="x",
                data={"k": 1},
                suppress_output=True,
                reason="r",
            )  # type: ignore[arg-type]
            await see.outcome(
                f"{label}, default {default}", c.process_hook_result(result, "tool:pre", "hook")
            )
            if label == "Allow":
                see(f"asked, default {default}", system.asked)
                see(
                    f"effects, default {default}",
                    [context.messages, display.shown, c._current_turn_injections],
                )


@scenario
async def approvals_of_other_shapes(see: Recorder) -> None:
    class Plain:
        def __init__(self) -> None:
            self.asked: list[Any] = []

        def request_approval(self, *arguments: Any) -> str:
            self.asked.append(arguments)
            return "allow"

    plain = Plain()
    c, _, _ = await ready(approval_system=plain)
    await see.outcome(
        "plain function",
        c.process_hook_result(
            HookResult(action="ask_user", approval_options=["Allow once", "Deny"], approval_timeout=1.5), "e"
        ),
    )
    see("asked", plain.asked)
    await see.outcome(
        "empty prompt",
        c.process_hook_result(HookResult(action="ask_user", approval_prompt="", approval_options=[]), "e"),
    )
    see("asked with nothing", plain.asked[-1])
    c, _, display = await ready()
    await see.outcome(
        "no system",
        c.process_hook_result(
            HookResult(action="ask_user", approval_prompt="?", approval_default="allow", user_message="m"),
            "e",
        ),
    )
    see("no system: shown", display.shown)
    c, _, _ = await ready(approval_system=object())
    await see.outcome(
        "no method",
        c.process_hook_result(
            HookResult(action="ask_user", approval_prompt="?", approval_default="allow"), "e"
        ),
    )

    class Denies:
        async def request_approval(self, *_: Any) -> str:
            return "Deny"

    c, _, _ = await ready(approval_system=Denies())
    await see.outcome(
        "long prompt", c.process_hook_result(HookResult(action="ask_user", approval_prompt="p" * 300), "e")
    )
    await see.outcome(
        "long prompt of wide characters",
        c.process_hook_result(HookResult(action="ask_user", approval_prompt="é" * 200), "e"),
    )
    await see.outcome(
        "with injections",
        c.process_hook_result(
            HookResult(action="ask_user", approval_prompt="?", context_injections=ITEMS), "e"
        ),
    )  # type: ignore[arg-type]


@scenario
async def messages(see: Recorder) -> None:
    for label, fields in {
        "plain": {"user_message": "hello"},
        "level": {"user_message": "hello", "user_message_level": "error"},
        "source": {"user_message": "hello", "user_message_source": "src"},
        "empty": {"user_message": ""},
        "empty source": {"user_message": "x", "user_message_source": ""},
        "deny": {"user_message": "x", "action": "deny"},
        "long": {"user_message": "x" * 500},
    }.items():
        c, _, display = await ready()
        result = HookResult(**fields)
        processed = await c.process_hook_result(result, "e", "hook name")
        see(label, display.shown)
        see(f"{label}: same object", processed is result)

    class Broken:
        def show_message(self, *_: Any) -> None:
            raise ValueError("x")

    c, context, _ = await ready()
    c.display_system = Broken()
    await see.outcome(
        "broken display",
        c.process_hook_result(
            HookResult(action="inject_context", context_injection="t", user_message="m"), "e"
        ),
    )
    see("still stored", [m["content"] for m in context.messages])

    c.display_system = None
    await see.outcome("no display", c.process_hook_result(HookResult(user_message="m"), "e"))


@scenario
async def results_that_are_no_models(see: Recorder) -> None:
    c, context, _ = await ready()
    for label, value in {
        "dict": {"action": "continue"},
        "none": None,
        "text": "continue",
        "partial object": SimpleNamespace(action="continue"),
    }.items():
        await see.outcome(label, lambda value=value: c.process_hook_result(value, "e"))
    full = SimpleNamespace(**HookResult(action="inject_context", context_injection="t").__dict__)
    await see.outcome("full object", c.process_hook_result(full, "e"))
    see("stored", [m["content"] for m in context.messages])
    old = {
        k: v
        for k, v in HookResult(action="inject_context", context_injection="old").__dict__.items()
        if k not in ("context_injections", "append_to_last_tool_result")
    }
    await see.outcome("object without the list", lambda: c.process_hook_result(SimpleNamespace(**old), "e"))
    for label, change in {
        "action unknown": {"action": "explode"},
        "role unknown": {"context_injection_role": "robot"},
        "role none": {"context_injection_role": None},
        "injection number": {"context_injection": 3},
        "ephemeral text": {"ephemeral": "x"},
        "items text": {"context_injections": "x"},
        "item text": {"context_injections": ["x"]},
        "item dict": {"context_injections": [{"content": "c"}]},
        "item role": {
            "context_injections": [
                SimpleNamespace(
                    content="c",
                    role="robot",
                    ephemeral=False,
                    append_to_last_tool_result=False,
                    hook_name="h",
                    event="e",
                )
            ]
        },
    }.items():
        fields = {**HookResult(action="inject_context", context_injection="t").__dict__, **change}
        context.messages.clear()
        await see.outcome(label, lambda fields=fields: c.process_hook_result(SimpleNamespace(**fields), "e"))
        see(f"{label}: stored", [m["content"] for m in context.messages])
    concurrent = await asyncio.gather(
        *(
            c.process_hook_result(HookResult(action="inject_context", context_injection=f"{n}" * 8), "e")
            for n in range(3)
        )
    )
    see("concurrent", [len(concurrent), c._current_turn_injections])
