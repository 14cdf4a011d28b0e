"""Coordinator: mounts, capabilities, contributions, cleanup, introspection."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from amplifier_core import ModuleCoordinator
from amplifier_core.testing import MockCoordinator, create_test_coordinator
from recording import Recorder, scenario


def coordinator(session: dict[str, Any] | None = None, **more: Any) -> ModuleCoordinator:
    config = {"session": {"orchestrator": "o", "context": "c", **(session or {})}}
    return ModuleCoordinator(SimpleNamespace(session_id="s-1", parent_id=None, config=config), **more)


@scenario
async def a_new_one(see: Recorder) -> None:
    c = coordinator()
    see("mount points", {k: v for k, v in c.mount_points.items() if k != "hooks"})
    see("order", list(c.mount_points))
    see("hooks are the registry", c.mount_points["hooks"] is c.hooks and c.get("hooks") is c.hooks)
    see("identity", [c.session_id, c.parent_id, type(c.session).__name__])
    see("config is the caller's object", c.config is c.session.config)
    see("to_dict", {k: c.to_dict()[k] for k in sorted(c.to_dict())})
    see("limits", [c.injection_budget_per_turn, c.injection_size_limit, c._current_turn_injections])
    see("systems", [c.loader, c.approval_system, c.display_system])
    see("session state", c.session_state)
    see("channels", c.channels)
    see("same token", c.cancellation is c.cancellation)
    await see.outcome(
        "without a session",
        lambda: [ModuleCoordinator().session_id, ModuleCoordinator().config, ModuleCoordinator().session],
    )
    await see.outcome(
        "session without config", lambda: ModuleCoordinator(SimpleNamespace(session_id="x", parent_id=None))
    )
    await see.outcome(
        "session id number",
        lambda: ModuleCoordinator(SimpleNamespace(session_id=3, parent_id=None, config={})),
    )
    await see.outcome(
        "config list",
        lambda: ModuleCoordinator(SimpleNamespace(session_id="x", parent_id="p", config=[1])).parent_id,
    )
    await see.outcome(
        "config with nan",
        lambda: (
            ModuleCoordinator(
                SimpleNamespace(session_id="x", parent_id=None, config={"x": float("nan")})
            ).config
        ),
    )
    await see.outcome(
        "config recursive key",
        lambda: (
            ModuleCoordinator(SimpleNamespace(session_id="x", parent_id=None, config={(1, 2): 1})).session_id
        ),
    )
    await see.outcome("budget without config", lambda: ModuleCoordinator().injection_budget_per_turn)


@scenario
async def mounting(see: Recorder) -> None:
    c = coordinator()
    tool = SimpleNamespace(name="echo")
    await see.outcome("tool by its name", c.mount("tools", tool))
    await see.outcome("tool by a given name", c.mount("tools", tool, name="other"))
    await see.outcome("tool positional name", c.mount("tools", tool, "third"))
    see("names", [list(c.get("tools")), c.get("tools", "echo") is tool, c.get("tools", "none")])
    await see.outcome("empty name", c.mount("tools", tool, name=""))
    see("with the empty name", list(c.get("tools")))
    for label, call in {
        "nameless": lambda: c.mount("providers", object()),
        "name number": lambda: c.mount("providers", SimpleNamespace(name=3)),
        "name none": lambda: c.mount("tools", SimpleNamespace(name=None)),
        "unknown point": lambda: c.mount("none", object()),
        "hooks": lambda: c.mount("hooks", object()),
        "get unknown": lambda: c.get("none"),
        "unmount unknown": lambda: c.unmount("none"),
        "unmount nameless": lambda: c.unmount("tools"),
        "get single with name": lambda: c.get("orchestrator", "x"),
        "none as a tool": lambda: c.mount("tools", None),
    }.items():
        await see.outcome(label, call)
    for point in ("orchestrator", "context", "module-source-resolver"):
        await see.outcome(f"mount {point}", c.mount(point, point.upper(), name="ignored"))
        see(f"get {point}", c.get(point))
        await see.outcome(f"unmount {point}", c.unmount(point))
        see(f"get {point} afterwards", c.get(point))
    await see.outcome("unmount a tool", c.unmount("tools", "echo"))
    await see.outcome("unmount a missing tool", c.unmount("tools", "echo"))
    await see.outcome("unmount hooks", c.unmount("hooks"))
    see("hooks stay", c.get("hooks") is c.hooks)
    see("left", list(c.get("tools")))
    await see.outcome("mount before await", lambda: c.mount("tools", tool, "early").close())
    see("mounted at the call", "early" in c.get("tools"))
    c.mount_points["tools"]["direct"] = tool
    see("direct", c.get("tools", "direct") is tool)
    c.mount_points = {"tools": {}}
    see("replaced", list(c.mount_points))
    await see.outcome("custom point", lambda: c.get("orchestrator"))
    c.mount_points["custom"] = 3
    see("get custom", c.get("custom"))
    await see.outcome("mount custom", c.mount("custom", 4))
    see("custom afterwards", c.mount_points["custom"])
    await see.outcome("mount points as text", lambda: setattr(c, "mount_points", "x"))


@scenario
async def capabilities(see: Recorder) -> None:
    c = coordinator()
    see("missing", c.get_capability("x"))
    value = object()
    c.register_capability("x", value)
    see("same object", c.get_capability("x") is value)
    c.register_capability("x", None)
    see("replaced", c.get_capability("x"))
    c.register_capability("f", lambda: 1)
    see("to_dict", c.to_dict()["capabilities"])
    await see.outcome("name number", lambda: c.register_capability(3, 1))  # type: ignore[arg-type]


@scenario
async def contributions(see: Recorder) -> None:
    c = coordinator()

    async def later() -> list[int]:
        return [1, 2]

    def fails() -> None:
        raise ValueError("x")

    c.register_contributor("ch", "plain", lambda: {"b": 1, "a": 2})
    c.register_contributor("ch", "later", later)
    c.register_contributor("ch", "none", lambda: None)
    c.register_contributor("ch", "fails", fails)
    c.register_contributor("ch", "coroutine", lambda: later())  # noqa: PLW0108  (a plain function that returns a coroutine)
    c.register_contributor("ch", "falsy", lambda: 0)
    see("collected", await c.collect_contributions("ch"))
    see("unknown", await c.collect_contributions("none"))
    see("channels", {k: [e["name"] for e in v] for k, v in c.channels.items()})
    see("entry", list(c.channels["ch"][0]))
    pending = c.collect_contributions("ch")
    see("is a coroutine", asyncio.iscoroutine(pending))
    pending.close()


@scenario
async def cleaning_up(see: Recorder) -> None:
    c = coordinator()
    seen: list[str] = []

    async def later() -> None:
        await asyncio.sleep(0)
        seen.append("async")

    def fails() -> None:
        seen.append("fails")
        raise ValueError("x")

    async def fails_later() -> None:
        seen.append("fails later")
        raise ValueError("x")

    c.register_cleanup(lambda: seen.append("first"))
    c.register_cleanup(later)
    c.register_cleanup(fails)
    c.register_cleanup(fails_later)
    c.register_cleanup(lambda: later())  # noqa: PLW0108  (a plain function that returns a coroutine)
    c.register_cleanup(None)  # type: ignore[arg-type]
    c.register_cleanup(3)  # type: ignore[arg-type]
    see("stored", len(c._cleanup_fns))
    await see.outcome("cleanup", c.cleanup())
    see("order", list(seen))
    seen.clear()
    await see.outcome("again", c.cleanup())
    see("order again", list(seen))
    c.register_cleanup(lambda: seen.append("new"))
    await c.cleanup()
    see("registered afterwards", list(seen))


@scenario
async def cleaning_up_hard(see: Recorder) -> None:
    for label, error in {
        "keyboard": KeyboardInterrupt("k"),
        "cancelled": asyncio.CancelledError("c"),
    }.items():
        c = coordinator()
        seen: list[str] = []

        def raises(error: BaseException = error) -> None:
            raise error

        c.register_cleanup(lambda seen=seen: seen.append("ran"))
        c.register_cleanup(raises)
        await see.outcome(label, c.cleanup())
        see(f"{label}: the rest", seen)
    c = coordinator()

    async def cancelled() -> None:
        raise asyncio.CancelledError

    c.register_cleanup(cancelled)
    await see.outcome("cancelled later", c.cleanup())
    c = coordinator()
    seen = []

    async def registers() -> None:
        c.register_cleanup(lambda: seen.append("registered while cleaning"))

    c.register_cleanup(registers)
    await c.cleanup()
    see("registered while cleaning", seen)
    await c.cleanup()
    see("and then", seen)


@scenario
async def concurrent_cleanups(see: Recorder) -> None:
    c = coordinator()
    seen: list[str] = []

    async def slow() -> None:
        seen.append("start")
        await asyncio.sleep(0.02)
        seen.append("end")

    c.register_cleanup(slow)
    c.register_cleanup(slow)
    await asyncio.gather(c.cleanup(), c.cleanup())
    see("all ran twice", sorted(seen))
    see("at the same time", seen[:2])


@scenario
async def cancelling(see: Recorder) -> None:
    c = coordinator()
    events: list[Any] = []
    c.hooks.register("cancel:requested", lambda e, d: events.append(d))
    c.cancellation.on_cancel(lambda: events.append("callback"))
    await see.outcome("graceful", c.request_cancel())
    see("state", c.cancellation.state)
    await see.outcome("immediate", c.request_cancel(immediate=True))
    see("state afterwards", c.cancellation.state)
    see("events", events)
    c._current_turn_injections = 5
    c.reset_turn()
    see("reset_turn", [c._current_turn_injections, c.cancellation.state])
    await see.outcome("negative", lambda: setattr(c, "_current_turn_injections", -1))


@scenario
async def settings(see: Recorder) -> None:
    c = coordinator({"injection_budget_per_turn": 10, "injection_size_limit": 100})
    see("limits", [c.injection_budget_per_turn, c.injection_size_limit])
    c.config["session"]["injection_size_limit"] = 7
    see("changed in the config", c.injection_size_limit)
    c.loader, c.approval_system, c.display_system = "L", "A", "D"
    see("assigned", [c.loader, c.approval_system, c.display_system])
    see("to_dict", [c.to_dict()["has_approval_provider"], c.to_dict()["has_display_service"]])
    c.approval_system = c.display_system = None
    see("to_dict after removal", [c.to_dict()["has_approval_provider"], c.to_dict()["has_display_service"]])
    given = coordinator(approval_system="A", display_system="D")
    see(
        "given at the start",
        [
            given.to_dict()["has_approval_provider"],
            given.to_dict()["has_display_service"],
            given.approval_system,
        ],
    )
    c.session_state["k"] = 1
    see("session state", c.session_state)
    c.session_state = {"n": 2}
    see("session state replaced", c.session_state)
    for name in (
        "hooks",
        "cancellation",
        "config",
        "session_id",
        "parent_id",
        "session",
        "channels",
        "injection_size_limit",
    ):
        await see.outcome(f"assign {name}", lambda name=name: setattr(c, name, "x"))
    c.my_attribute = 1
    see("own attributes", [c.my_attribute, list(vars(c))])


@scenario
async def subclassing(see: Recorder) -> None:
    mock = MockCoordinator()
    await mock.mount("tools", SimpleNamespace(name="t"))
    await mock.unmount("tools", "t")
    see("mock", [len(mock.mount_history), len(mock.unmount_history), mock.session_id])
    ready = create_test_coordinator()
    see("test coordinator", [sorted(ready.get("tools")), ready.to_dict()["has_context"]])

    class Own(ModuleCoordinator):
        def __init__(self, session: Any) -> None:
            super().__init__()
            self.extra = 1

    own = Own(SimpleNamespace(session_id="own", parent_id="p", config={}))
    see("own class", [own.session_id, own.parent_id, own.extra])
