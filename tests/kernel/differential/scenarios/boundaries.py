"""Values at the edge of what is allowed, and one beyond: where an off-by-one would hide."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import amplifier_core._engine as engine
from amplifier_core import CancellationToken, HookRegistry, HookResult, ModuleCoordinator
from amplifier_core._engine import RetryConfig, compute_delay
from recording import Recorder, by_key, scenario


async def as_received(data: Any) -> Any:
    """The data as a handler gets it."""
    hooks = HookRegistry()
    received: list[Any] = []
    hooks.register("e", lambda e, d: received.append(d))  # type: ignore[func-returns-value]
    await hooks.emit("e", {"x": data})
    return received[0]["x"]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@scenario
async def integers(see: Recorder) -> None:
    for name, number in {
        "2^63-1": 2**63 - 1,
        "2^63": 2**63,
        "2^64-1": 2**64 - 1,
        "2^64": 2**64,
        "2^64+1": 2**64 + 1,
        "2^64+2^12": 2**64 + 2**12,
        "2^65-1": 2**65 - 1,
        "-2^63": -(2**63),
        "-2^63-1": -(2**63) - 1,
        "-2^64": -(2**64),
        **{f"10^{exponent}": 10**exponent for exponent in (16, 17, 18, 19, 20)},
        **{f"-10^{exponent}": -(10**exponent) for exponent in (16, 17, 18, 19)},
    }.items():
        # As text, because an int and a float of the same value are equal.
        see(name, repr(await as_received(number)))


@scenario
async def depths_and_texts(see: Recorder) -> None:
    # The whole payload is one level deeper. Brackets in texts, and brackets side by side, do not count.
    for depth in (125, 126, 127):
        for label, beside in {
            "alone": [],
            "beside siblings": [[]] * 200,
            "after an escaped quote": ['"' + "[" * 200],
            "after a backslash at the end": ["\\", "[" * 200],
            "after a blank": [" " + "[{" * 200],
            "after two backslashes": ["\\\\" + '"[' * 200],
            "with closing brackets in texts": ["]}" * 200],
        }.items():
            await see.outcome(f"{depth}, {label}", _accepted([*beside, nested(depth - 1)]))


async def _accepted(value: Any) -> str:
    await as_received(value)
    return "accepted"


@scenario
async def priorities(see: Recorder) -> None:
    hooks = HookRegistry()
    for name, priority in {
        "highest": 2**31 - 1,
        "too high": 2**31,
        "lowest": -(2**31),
        "too low": -(2**31) - 1,
        "far too high": 2**40,
    }.items():
        await see.outcome(
            name, lambda name=name, priority=priority: hooks.register("e", str, priority, name) and None
        )
    see("order", hooks.list_handlers("e"))


@scenario
async def retries(see: Recorder) -> None:
    for name, count in {"most": 2**32 - 1, "too many": 2**32, "none": 0}.items():
        await see.outcome(f"retries: {name}", lambda count=count: RetryConfig(max_retries=count).max_retries)
        await see.outcome(
            f"attempt: {name}", lambda count=count: compute_delay(RetryConfig(jitter=False), count)
        )


@scenario
async def no_configuration(see: Recorder) -> None:
    for bad in (None, 3, RetryConfig):
        await see.outcome(f"{type(bad).__name__}", lambda bad=bad: compute_delay(bad, 0))


@scenario
async def names_that_are_no_text(see: Recorder) -> None:
    hooks, token = HookRegistry(), CancellationToken()
    c = ModuleCoordinator(SimpleNamespace(session_id="s", parent_id=None, config={}))
    for bad in (3, None, b"x", "\ud800"):
        for label, call in {
            "register": lambda bad=bad: hooks.register(bad, str) and None,
            "on": lambda bad=bad: hooks.on(bad, str) and None,
            "handler name": lambda bad=bad: hooks.register("e", str, 0, bad) and None,
            "unregister": lambda bad=bad: hooks.unregister(bad),
            "emit": lambda bad=bad: hooks.emit(bad, {}),
            "collect": lambda bad=bad: hooks.emit_and_collect(bad, {}),
            "list": lambda bad=bad: list(hooks.list_handlers(bad).values()),
            "mount": lambda bad=bad: c.mount(bad, object()),
            "get": lambda bad=bad: c.get(bad),
            "unmount": lambda bad=bad: c.unmount(bad),
            "capability": lambda bad=bad: c.get_capability(bad),
            "contributor": lambda bad=bad: c.register_contributor(bad, "n", str),
            "contributor name": lambda bad=bad: c.register_contributor("c", bad, str),
            "contributions": lambda bad=bad: c.collect_contributions(bad),
            "tool started": lambda bad=bad: token.register_tool_start(bad, "n"),
            "tool named": lambda bad=bad: token.register_tool_start("i", bad),
            "tool completed": lambda bad=bad: token.register_tool_complete(bad),
            "child": lambda bad=bad: token.register_child(bad),
            "child that leaves": lambda bad=bad: token.unregister_child(bad),
        }.items():
            await see.outcome(f"{label} {bad!a}", call)


@scenario
async def unregistering_by_name(see: Recorder) -> None:
    hooks = HookRegistry()
    for name in ("b", "a", "b", "c"):
        hooks.register("e", str, name=name)
    hooks.register("f", str, name="b")
    hooks.unregister("".join(["", "a"]))
    see("the one in the middle", by_key(hooks.list_handlers()))
    hooks.unregister("b")
    see("the latest of three, of another event", by_key(hooks.list_handlers()))
    hooks.unregister("b")
    see("the latest of two", by_key(hooks.list_handlers()))
    hooks.unregister("nobody")
    see("nobody", by_key(hooks.list_handlers()))


@scenario
async def models_that_hold_a_surrogate(see: Recorder) -> None:
    for field in ("reason", "user_message", "user_message_source", "approval_prompt", "context_injection"):
        for action in ("deny", "continue"):
            hooks = HookRegistry()
            answer = HookResult(action=action, **{field: "\ud800"})
            hooks.register("e", lambda e, d, answer=answer: answer)
            await see.outcome(f"{field}, {action}", hooks.emit("e", {}))


@scenario
async def names_of_own_mount_points(see: Recorder) -> None:
    c = ModuleCoordinator(SimpleNamespace(session_id="s", parent_id=None, config={}))
    for name in ("aardvark", "hookt", "zebra"):
        c.mount_points[name] = "mounted by hand"
        see(f"get {name}", c.get(name))
        await see.outcome(f"mount {name}", c.mount(name, "other"))
        await see.outcome(f"unmount {name}", c.unmount(name))
        see(f"{name} afterwards", c.mount_points[name])


@scenario
async def folders(see: Recorder) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        see.hide(name, "<root>")
        artifact = root / "with-artifact"
        artifact.mkdir()
        (artifact / "amplifier.toml").write_text('[module]\ntype = "tool"\ntransport = "wasm"\n')
        (artifact / "module.wasm").touch()
        packaged = root / "packaged"
        (packaged / "inner").mkdir(parents=True)
        (packaged / "inner" / "__init__.py").touch()
        (packaged / "notes.zip").touch()
        for folder in (artifact, packaged):
            await see.outcome(folder.name, lambda folder=folder: by_key(engine.resolve_module(str(folder))))


@scenario
async def the_moment_of_an_event(see: Recorder) -> None:
    hooks = HookRegistry()
    received: dict[str, Any] = {}
    hooks.register("e", lambda e, d: received.update(d))
    before = datetime.datetime.now(datetime.UTC)
    await hooks.emit("e", {})
    after = datetime.datetime.now(datetime.UTC)
    # To the microsecond, which is what Python reads of the nanoseconds.
    stamp = datetime.datetime.fromisoformat(received["timestamp"])
    see("between its call and its end", before <= stamp <= after)


@scenario
async def budgets_reached(see: Recorder) -> None:
    for spent, more in ((0, 40), (0, 44), (5, 20), (5, 24), (10, 0), (11, 4)):
        config = {"session": {"injection_budget_per_turn": 10}}
        c = ModuleCoordinator(SimpleNamespace(session_id="s", parent_id=None, config=config))
        c._current_turn_injections = spent
        result = HookResult(action="inject_context", context_injection="x" * more)
        await see.outcome(f"{spent} and {more // 4}", c.process_hook_result(result, "e", "h"))
        see(f"{spent} and {more // 4}: charged", c._current_turn_injections)


@scenario
async def other_timeouts_of_approvals(see: Recorder) -> None:
    class Late:
        def __init__(self, error: BaseException) -> None:
            self.error = error

        async def request_approval(self, *_: Any) -> str:
            raise self.error

    for error in (TimeoutError("late"), TimeoutError(), OSError("gone")):
        for default in ("allow", "deny"):
            c = ModuleCoordinator(
                SimpleNamespace(session_id="s", parent_id=None, config={}), approval_system=Late(error)
            )
            result = HookResult(action="ask_user", approval_prompt="?", approval_default=default)
            await see.outcome(
                f"{type(error).__name__} {error}, {default}", c.process_hook_result(result, "e", "h")
            )
