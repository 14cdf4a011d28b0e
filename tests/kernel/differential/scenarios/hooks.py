"""Hook registry: order, actions, failures, registration."""

from __future__ import annotations

import asyncio
from typing import Any

from amplifier_core import HookRegistry, HookResult
from recording import Recorder, by_key, scenario


def result(action: str, **fields: Any) -> Any:
    """A handler that always answers with this result."""

    async def handler(event: str, data: dict[str, Any]) -> HookResult:
        return HookResult(action=action, **fields)  # type: ignore[arg-type]

    return handler


@scenario
async def order_of_handlers(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[str] = []

    def note(label: str) -> Any:
        async def handler(event: str, data: dict[str, Any]) -> HookResult:
            seen.append(label)
            return HookResult(action="continue")

        return handler

    hooks.register("e", note("late"), priority=10, name="late")
    hooks.register("e", note("first of equals"), name="a")
    hooks.register("e", note("second of equals"), name="b")
    hooks.register("e", note("early"), priority=-5, name="early")
    hooks.on("e", note("by on"), 3, "on")
    see("list", hooks.list_handlers("e"))
    see("list all", by_key(hooks.list_handlers()))
    see("list of an unknown event", hooks.list_handlers("none"))
    see("result", await hooks.emit("e", {"x": 1}))
    see("order", seen)


@scenario
async def emit_without_handlers(see: Recorder) -> None:
    hooks = HookRegistry()
    see("no defaults", await hooks.emit("e", {"b": 1, "a": 2}))
    hooks.set_default_fields(session_id="s", parent_id=None)
    see("with defaults", await hooks.emit("e", {"b": 1, "a": 2}))
    remove = hooks.register("e", result("continue"))
    remove()
    see("after the last one left", await hooks.emit("e", {"b": 1, "a": 2}))
    see("list after the last one left", by_key(hooks.list_handlers()))
    see("collect", await hooks.emit_and_collect("e", {"b": 1}))
    await see.outcome("data is a list", hooks.emit("e", [1, 2]))  # type: ignore[arg-type]
    await see.outcome("data is None", hooks.emit("e", None))  # type: ignore[arg-type]


@scenario
async def what_a_handler_receives(see: Recorder) -> None:
    hooks = HookRegistry()
    hooks.set_default_fields(session_id="default", parent_id=None, zebra=1)
    received: list[Any] = []

    def plain(event: str, data: dict[str, Any]) -> None:
        received.append((event, data))

    hooks.register("e", plain)
    see(
        "result",
        await hooks.emit("e", {"session_id": "given", "b": 1, "a": {"d": 1, "c": 2}, "timestamp": "mine"}),
    )
    see("received", received)
    hooks.set_default_fields(other=1)
    await hooks.emit("e", {})
    see("defaults are replaced, not merged", received[-1])
    hooks.set_default_fields()
    await hooks.emit("e", {})
    see("no defaults", received[-1])
    received.clear()
    await see.outcome("list data", hooks.emit("e", [1]))  # type: ignore[arg-type]
    see("list data received", received)
    received.clear()
    await see.outcome("text data", hooks.emit("e", "text"))  # type: ignore[arg-type]
    see("text data received", received)


@scenario
async def deny_stops_the_rest(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[str] = []
    hooks.register("e", result("inject_context", context_injection="lost"), priority=0)
    hooks.register("e", result("deny", reason="no", user_message="told", data={"k": 1}), priority=1)
    hooks.register("e", lambda e, d: seen.append("late"), priority=2)  # type: ignore[func-returns-value]
    see("result", await hooks.emit("e", {"x": 1}))
    see("later handlers", seen)


@scenario
async def modify_chains(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[Any] = []
    hooks.register("e", result("modify", data={"y": 2, "b": 1, "a": 3}), priority=0)
    hooks.register("e", lambda e, d: seen.append(d), priority=1)  # type: ignore[func-returns-value]
    hooks.register("e", result("modify"), priority=2)
    hooks.register("e", lambda e, d: seen.append(d), priority=3)  # type: ignore[func-returns-value]
    see("result", await hooks.emit("e", {"x": 1}))
    see("next handlers", seen)
    hooks.register("e", result("inject_context", context_injection="more"), priority=4)
    see("modify, then inject", await hooks.emit("e", {"x": 1}))


@scenario
async def modify_replaces_defaults(see: Recorder) -> None:
    hooks = HookRegistry()
    hooks.set_default_fields(session_id="s")
    seen: list[Any] = []
    hooks.register("e", result("modify", data={"only": 1}), priority=0)
    hooks.register("e", lambda e, d: seen.append(d), priority=1)  # type: ignore[func-returns-value]
    see("result", await hooks.emit("e", {"x": 1}))
    see("next handler", seen)
    hooks.register("e", result("modify", data={}), priority=2)
    see("modified to nothing", await hooks.emit("e", {"x": 1}))


@scenario
async def continue_with_data_and_messages(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[Any] = []
    hooks.register(
        "e", result("continue", data={"z": 1}, user_message="hello", suppress_output=True, reason="why")
    )
    hooks.register("e", lambda e, d: seen.append(d))  # type: ignore[func-returns-value]
    see("result", await hooks.emit("e", {"x": 1}))
    see("next handler", seen)
    hooks.register("e", result("continue", user_message="second", user_message_level="error"))
    see("two messages", await hooks.emit("e", {"x": 1}))


@scenario
async def one_injection(see: Recorder) -> None:
    hooks = HookRegistry()
    hooks.register(
        "e",
        result(
            "inject_context",
            context_injection="text",
            context_injection_role="user",
            ephemeral=True,
            append_to_last_tool_result=True,
            user_message="m",
            user_message_source="src",
            suppress_output=True,
            reason="r",
            data={"k": 1},
        ),
        name="injector",
    )
    see("result", await hooks.emit("e", {"x": 1}))


@scenario
async def merged_injections(see: Recorder) -> None:
    hooks = HookRegistry()
    hooks.register(
        "e",
        result(
            "inject_context", context_injection="one", context_injection_role="assistant", user_message="m1"
        ),
        name="n1",
    )
    hooks.register(
        "e",
        result(
            "inject_context",
            context_injection="two",
            ephemeral=True,
            append_to_last_tool_result=True,
            user_message="m2",
        ),
        name="n2",
    )
    hooks.register("e", result("inject_context", context_injection="three", suppress_output=True))
    see("result", await hooks.emit("e", {"x": 1}))
    hooks.register("e", result("inject_context", context_injection=""), name="empty")
    hooks.register("e", result("inject_context"), name="none")
    see("with empty ones", await hooks.emit("e", {"x": 1}))


@scenario
async def merging_keeps_the_first_suppression(see: Recorder) -> None:
    hooks = HookRegistry()
    hooks.register(
        "e", result("inject_context", context_injection="one", suppress_output=True, reason="r"), name="n1"
    )
    hooks.register("e", result("inject_context", context_injection="two", user_message="m"), name="n2")
    merged = await hooks.emit("e", {})
    see("result", merged)
    see("fields that count as set", sorted(merged.model_fields_set))
    see("fields of a plain result", sorted((await HookRegistry().emit("e", {})).model_fields_set))


@scenario
async def injections_without_text(see: Recorder) -> None:
    for label, fields in {
        "none": {},
        "empty": {"context_injection": ""},
        "blank": {"context_injection": " "},
    }.items():
        hooks = HookRegistry()
        hooks.register("e", result("inject_context", **fields), name="n")
        see(label, await hooks.emit("e", {"x": 1}))


@scenario
async def injections_in_a_list(see: Recorder) -> None:
    items = [
        {"content": "one", "role": "user", "ephemeral": True, "hook_name": "mine", "event": "mine"},
        {"content": "two", "append_to_last_tool_result": True},
    ]
    for label, fields in {
        "list only": {"context_injections": items},
        "list and scalar": {"context_injections": items, "context_injection": "scalar", "ephemeral": True},
        "empty content": {"context_injections": [{"content": ""}]},
    }.items():
        for action in ("inject_context", "continue", "deny", "ask_user", "modify"):
            hooks = HookRegistry()
            hooks.register("e", result(action, **fields), name="n")
            see(f"{label}, {action}", await hooks.emit("e", {"x": 1}))


@scenario
async def ask_user_wins_over_injections(see: Recorder) -> None:
    hooks = HookRegistry()
    hooks.register("e", result("inject_context", context_injection="before"), name="i1")
    hooks.register(
        "e",
        result(
            "ask_user",
            approval_prompt="first?",
            approval_options=["Yes"],
            approval_timeout=5.0,
            approval_default="allow",
        ),
        name="q1",
    )
    hooks.register("e", result("ask_user", approval_prompt="second?"), name="q2")
    hooks.register("e", result("inject_context", context_injection="after", ephemeral=True), name="i2")
    see("result", await hooks.emit("e", {"x": 1}))
    hooks.register("e", result("modify", data={"m": 1}), name="m")
    see("with a later modify", await hooks.emit("e", {"x": 1}))
    hooks.register("e", result("deny", reason="last"), name="d")
    see("with a later deny", await hooks.emit("e", {"x": 1}))


@scenario
async def handlers_that_fail(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[str] = []

    async def raises(event: str, data: dict[str, Any]) -> HookResult:
        raise ValueError("broken")

    def raises_at_once(event: str, data: dict[str, Any]) -> HookResult:
        raise KeyError("broken")

    async def cancelled(event: str, data: dict[str, Any]) -> HookResult:
        raise asyncio.CancelledError

    hooks.register("e", raises, priority=0)
    hooks.register("e", raises_at_once, priority=1)
    hooks.register("e", lambda: None, priority=2)
    hooks.register("e", cancelled, priority=3)
    hooks.register("e", lambda e, d: seen.append("later"), priority=4)  # type: ignore[func-returns-value]
    await see.outcome("result", hooks.emit("e", {"x": 1}))
    see("later handlers", seen)
    await see.outcome("register something not callable", lambda: hooks.register("f", 3) and None)
    await see.outcome("emit to it", hooks.emit("f", {"x": 1}))


@scenario
async def results_that_are_malformed(see: Recorder) -> None:
    cases: dict[str, Any] = {
        "none": None,
        "true": True,
        "false": False,
        "zero": 0,
        "text": "deny",
        "list": [],
        "empty dict": {},
        "dict continue": {"action": "continue"},
        "dict deny": {"action": "deny", "reason": "r"},
        "dict unknown action": {"action": "explode"},
        "dict action none": {"action": None},
        "dict action upper": {"action": "DENY"},
        "dict unknown field": {"action": "continue", "extra": 1},
        "dict wrong reason": {"action": "continue", "reason": 3},
        "dict wrong data": {"action": "modify", "data": [1]},
        "dict data text": {"action": "modify", "data": "x"},
        "dict wrong role": {"action": "continue", "context_injection_role": "robot"},
        "dict ephemeral text": {"action": "continue", "ephemeral": "yes"},
        "dict ephemeral int": {"action": "continue", "ephemeral": 1},
        "dict timeout text": {"action": "ask_user", "approval_timeout": "5"},
        "dict timeout int": {"action": "ask_user", "approval_timeout": 5},
        "dict timeout none": {"action": "ask_user", "approval_timeout": None},
        "dict default other": {"action": "ask_user", "approval_default": "maybe"},
        "dict default Allow": {"action": "ask_user", "approval_default": "Allow"},
        "dict options text": {"action": "ask_user", "approval_options": "Allow"},
        "dict options ints": {"action": "ask_user", "approval_options": [1]},
        "dict level": {"action": "continue", "user_message_level": "fatal"},
        "dict suppress none": {"action": "continue", "suppress_output": None},
        "dict injections text": {"action": "inject_context", "context_injections": "x"},
        "dict injections bad item": {"action": "inject_context", "context_injections": [{"role": "user"}]},
        "dict injections bad role": {
            "action": "inject_context",
            "context_injections": [{"content": "x", "role": "robot"}],
        },
        "dict injections none": {
            "action": "inject_context",
            "context_injections": None,
            "context_injection": "t",
        },
        "dict injections extra": {
            "action": "inject_context",
            "context_injections": [{"content": "x", "extra": 1}],
        },
        "dict injection number": {"action": "inject_context", "context_injection": 3},
        "dict no action": {"reason": "x"},
        "object": object(),
        "class": int,
        "set": {1},
        "nan": {"action": "modify", "data": {"x": float("nan")}},
        "int keys": {"action": "modify", "data": {1: 2}},
        "tuple data": {"action": "modify", "data": {"t": (1, 2)}},
        "decimal": {"action": "modify", "data": {"o": object}},
        "role none": {"action": "continue", "context_injection_role": None},
        "surrogate": {"action": "deny", "reason": "\ud800"},
    }
    for label, value in cases.items():
        hooks = HookRegistry()
        hooks.register("e", lambda e, d, value=value: value, name="n")
        await see.outcome(label, hooks.emit("e", {"x": 1}))


@scenario
async def every_value_that_is_allowed(see: Recorder) -> None:
    allowed = {
        "user_message_level": ["info", "warning", "error"],
        "context_injection_role": ["system", "user", "assistant"],
        "approval_default": ["allow", "deny"],
        "action": ["continue", "deny", "modify", "inject_context", "ask_user"],
    }
    for field, choices in allowed.items():
        for choice in choices:
            hooks = HookRegistry()
            answer = {"action": "ask_user", "approval_prompt": "?", "context_injection": "t", field: choice}
            hooks.register("e", lambda e, d, answer=answer: answer, name="n")
            see(f"{field} {choice}", await hooks.emit("e", {"x": 1}))


@scenario
async def results_that_cannot_be_json(see: Recorder) -> None:
    for label, answer in {
        "denies, with a key of two parts": {"action": "deny", "data": {(1, 2): 3}},
        "only a key of two parts": {(1, 2): 3},
    }.items():
        hooks = HookRegistry()
        hooks.register("e", lambda e, d, answer=answer: answer, name="n")
        await see.outcome(label, hooks.emit("e", {}))


@scenario
async def results_of_other_shapes(see: Recorder) -> None:
    class Dumps:
        def model_dump(self, **_: Any) -> dict[str, Any]:
            return {"action": "deny", "reason": "dumped"}

    class BareDump:
        def model_dump(self) -> dict[str, Any]:
            return {"action": "deny", "reason": "bare"}

    class BrokenDump:
        def model_dump(self, **_: Any) -> dict[str, Any]:
            raise RuntimeError("no")

    async def later() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"action": "deny", "reason": "awaited"}

    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result({"action": "deny", "reason": "future"})
    for label, value in {
        "dumps": Dumps(),
        "bare": BareDump(),
        "broken": BrokenDump(),
        "future": future,
        "coroutine": later(),
    }.items():
        hooks = HookRegistry()
        hooks.register("e", lambda e, d, value=value: value, name="n")
        await see.outcome(label, hooks.emit("e", {"x": 1}))

    class Callable:
        async def __call__(self, event: str, data: dict[str, Any]) -> HookResult:
            return HookResult(action="deny", reason="object")

    hooks = HookRegistry()
    hooks.register("e", Callable())
    see("callable object", await hooks.emit("e", {}))


@scenario
async def unregistering(see: Recorder) -> None:
    hooks = HookRegistry()
    first = hooks.register("e", result("deny", reason="1"), name="same")
    second = hooks.register("e", result("deny", reason="2"), name="same")
    other = hooks.register("f", result("deny", reason="3"), name="same")
    see("repr", repr(first))
    see("names", by_key(hooks.list_handlers()))
    hooks.unregister("same")
    see("unregister by name", by_key(hooks.list_handlers()))
    other()
    see("its handle afterwards", by_key(hooks.list_handlers()))
    first()
    see("the first handle", [by_key(hooks.list_handlers()), await hooks.emit("e", {})])
    first()
    see("the first handle again", by_key(hooks.list_handlers()))
    second()
    see("the second handle", by_key(hooks.list_handlers()))
    hooks.unregister("unknown")
    for event in ("x", "y", "x"):
        hooks.register(event, result("continue"), name="again")
    for time in ("first", "second", "third", "fourth"):
        hooks.unregister("again")
        see(f"unregister {time}", {event: hooks.list_handlers(event)[event] for event in ("x", "y")})
    third = hooks.register("e", result("continue"))
    see("automatic name", [name[:7] for name in hooks.list_handlers("e")["e"]])
    see("handle type", type(third).__name__)


@scenario
async def registering_during_an_emit(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[str] = []

    async def adds(event: str, data: dict[str, Any]) -> None:
        seen.append("adds")
        hooks.register("e", lambda e, d: seen.append("added"), name="added")  # type: ignore[func-returns-value]
        hooks.unregister("later")

    hooks.register("e", adds, priority=0)
    hooks.register("e", lambda e, d: seen.append("later"), priority=5, name="later")  # type: ignore[func-returns-value]
    await hooks.emit("e", {})
    see("first emit", list(seen))
    seen.clear()
    await hooks.emit("e", {})
    see("second emit", seen)


@scenario
async def nested_emits(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[Any] = []

    async def outer(event: str, data: dict[str, Any]) -> HookResult:
        inner = await hooks.emit("inner", {"from": event})
        seen.append(inner.action)
        return HookResult(action="continue")

    hooks.register("outer", outer)
    hooks.register("inner", result("deny", reason="inside"))
    see("result", await hooks.emit("outer", {}))
    see("inner", seen)


@scenario
async def collecting(see: Recorder) -> None:
    hooks = HookRegistry()
    hooks.set_default_fields(session_id="s")
    seen: list[Any] = []

    async def slow(event: str, data: dict[str, Any]) -> HookResult:
        await asyncio.sleep(5)
        return HookResult(action="continue", data={"slow": 1})

    async def raises(event: str, data: dict[str, Any]) -> HookResult:
        raise ValueError("x")

    hooks.register("e", lambda e, d: seen.append(d), name="plain")  # type: ignore[func-returns-value]
    hooks.register("e", result("deny", data={"b": 1, "a": 2}), name="denies")
    hooks.register("e", result("modify", data={"m": 1}), name="modifies")
    hooks.register("e", result("continue", data={}), name="empty")
    hooks.register("e", raises, name="raises")
    hooks.register("e", lambda e, d: {"action": "explode", "data": {"k": 1}}, name="malformed")
    hooks.register("e", slow, name="slow")
    hooks.register("e", result("continue", data={"last": 1}), name="last")
    collected = await hooks.emit_and_collect("e", {"x": 1}, timeout=0.5)
    see("result", [by_key(data) for data in collected])
    see("payload", seen)
    await see.outcome("negative timeout", lambda: hooks.emit_and_collect("e", {"x": 1}, timeout=-1))
    await see.outcome("no timeout", lambda: hooks.emit_and_collect("e", {"x": 1}, timeout=None).close())  # type: ignore[attr-defined]


@scenario
async def class_constants(see: Recorder) -> None:
    names = [name for name in sorted(vars(HookRegistry)) if name.isupper()]
    see("constants", {name: getattr(HookRegistry, name) for name in names})


@scenario
async def an_emit_is_a_coroutine(see: Recorder) -> None:
    hooks = HookRegistry()
    pending = hooks.emit("e", {})
    see("type", asyncio.iscoroutine(pending))
    await pending
    task = asyncio.create_task(hooks.emit("e", {"a": 1}))
    see("as a task", await task)
