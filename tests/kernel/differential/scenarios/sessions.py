"""Session lifecycle: construction, initialise, execute, cleanup, cancellation, children."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import amplifier_core
from amplifier_core import AmplifierSession
from recording import Recorder, scenario

EVERY_EVENT = [
    "session:start",
    "session:resume",
    "session:fork",
    "session:end",
    "session:config",
    "cancel:completed",
    "module:load_failed",
    "module:on_session_ready_failed",
    "cancel:requested",
]


class Loop:
    """An orchestrator that does what the scenario says."""

    def __init__(self, do: Callable[..., Any] | None = None) -> None:
        self.do = do

    async def execute(
        self, prompt: str, context: Any, providers: Any, tools: Any, hooks: Any, coordinator: Any
    ) -> Any:
        if self.do is None:
            return f"answer to {prompt}"
        return await self.do(
            prompt=prompt,
            context=context,
            providers=providers,
            tools=tools,
            hooks=hooks,
            coordinator=coordinator,
        )


class Loader:
    """A module loader that mounts given objects."""

    def __init__(self, modules: dict[str, Any], seen: list[Any]) -> None:
        self.modules, self.seen, self.queue = modules, seen, []

    async def load(
        self, module_id: str, config: Any = None, source_hint: Any = None, coordinator: Any = None
    ) -> Any:
        self.seen.append(f"load {module_id}")
        module = self.modules[module_id]
        if isinstance(module, BaseException):
            raise module
        return module

    def get_on_session_ready_queue(self) -> list[Any]:
        return self.queue

    def clear_on_session_ready_queue(self) -> None:
        self.queue = []

    def enqueue_on_session_ready(self, module_id: str, function: Any) -> None:
        self.queue.append((module_id, function))

    def cleanup(self) -> None:
        self.seen.append("loader cleanup")


def mounts(point: str, module: Any, seen: list[Any], cleanup: Any = None, name: str | None = None) -> Any:
    async def mount(coordinator: Any) -> Any:
        await coordinator.mount(point, module, name=name)
        return cleanup or (lambda: seen.append(f"cleanup {point}"))

    return mount


def plan(**session: Any) -> dict[str, Any]:
    return {
        "session": {"orchestrator": "loop", "context": "ctx", **session},
        "providers": [{"module": "provider-p"}],
    }


async def make(
    loop: Any = None,
    config: dict[str, Any] | None = None,
    modules: dict[str, Any] | None = None,
    **arguments: Any,
) -> tuple[Any, list[Any]]:
    seen: list[Any] = []
    session = AmplifierSession(config or plan(), **arguments)
    provided = {
        "loop": mounts("orchestrator", loop or Loop(), seen),
        "ctx": mounts("context", SimpleNamespace(), seen),
        "provider-p": mounts("providers", SimpleNamespace(name="p"), seen),
        **(modules or {}),
    }
    session.coordinator.loader = Loader(provided, seen)
    for event in EVERY_EVENT:
        session.coordinator.hooks.register(event, lambda e, d: seen.append((e, d)), name="watch")
    return session, seen


@scenario
async def construction(see: Recorder) -> None:
    for label, arguments in {
        "empty": ({},),
        "no session": ({"x": 1},),
        "no orchestrator": ({"session": {"context": "c"}},),
        "no context": ({"session": {"orchestrator": "o"}},),
        "orchestrator none": ({"session": {"orchestrator": None, "context": "c"}},),
        "orchestrator empty": ({"session": {"orchestrator": "", "context": "c"}},),
        "session text": ({"session": "x"},),
        "session none": ({"session": None},),
        "config none": (None,),
        "config text": ("x",),
        "nan": ({**plan(), "x": float("nan")},),
        "context empty dict": ({"session": {"orchestrator": "o", "context": {}}},),
        "tuple key": ({**plan(), (1, 2): 3},),
        "object inside": ({**plan(), "x": object},),
        "surrogate": ({**plan(), "x": "\ud800"},),
    }.items():
        await see.outcome(label, lambda arguments=arguments: AmplifierSession(*arguments).session_id)
    config = plan()
    session = AmplifierSession(config, session_id="given", parent_id="parent", is_resumed=True)
    see("given", [session.session_id, session.parent_id, session.is_resumed, session.initialized])
    see("config is the caller's", session.config is config and session.coordinator.config is config)
    see(
        "coordinator's session",
        [
            type(session.coordinator.session).__name__,
            session.coordinator.session.session_id,
            session.coordinator.session_id,
        ],
    )
    see(
        "generated",
        [
            AmplifierSession(config).session_id,
            AmplifierSession(config, session_id="").session_id,
            AmplifierSession(config, is_resumed=True).session_id,
        ],
    )
    see(
        "systems",
        [AmplifierSession(config, approval_system="A", display_system="D").coordinator.approval_system],
    )
    await see.outcome(
        "loader argument", lambda: AmplifierSession(config, loader=SimpleNamespace()).coordinator.loader
    )
    await see.outcome("session id number", lambda: AmplifierSession(config, session_id=3))  # type: ignore[arg-type]
    await see.outcome("resumed number", lambda: AmplifierSession(config, is_resumed=1))  # type: ignore[arg-type]
    for name in ("session_id", "config", "coordinator", "initialized", "status", "own"):
        await see.outcome(f"assign {name}", lambda name=name: setattr(session, name, "x"))
    await see.outcome("status", lambda: session.status)
    see("both names", amplifier_core.RustSession is AmplifierSession)
    see("repr of the class", AmplifierSession.__name__)


@scenario
async def a_whole_life(see: Recorder) -> None:
    session, seen = await make(
        config={
            **plan(metadata={"b": 1, "a": 2}),
            "tools": [{"module": "tool-t"}],
            "hooks": [{"module": "hooks-h"}],
        },
        modules={
            "tool-t": mounts("tools", SimpleNamespace(name="t"), []),
            "hooks-h": mounts("tools", SimpleNamespace(name="h"), []),
        },
    )
    await see.outcome("initialize", session.initialize())
    see("initialized", [session.initialized, session.coordinator.session is session])
    await see.outcome("initialize again", session.initialize())
    await see.outcome("first", session.execute("one"))
    await see.outcome("second", session.execute("two"))
    await see.outcome("cleanup", session.cleanup())
    see("seen", seen)
    see("initialized afterwards", session.initialized)
    seen.clear()
    await see.outcome("cleanup again", session.cleanup())
    await see.outcome("execute afterwards", lambda: session.execute("three"))
    see("seen afterwards", seen)
    await see.outcome("initialize anew", session.initialize())
    await see.outcome("execute anew", session.execute("four"))
    await session.cleanup()
    see("second life", seen)


@scenario
async def never_initialised(see: Recorder) -> None:
    session, seen = await make()
    await see.outcome("execute", lambda: session.execute("x"))
    session.coordinator.register_cleanup(lambda: seen.append("own cleanup"))
    await see.outcome("cleanup", session.cleanup())
    see("seen", seen)


@scenario
async def resumed_raw_and_child(see: Recorder) -> None:
    for label, config, arguments in [
        ("resumed", plan(), {"is_resumed": True, "session_id": "r"}),
        ("raw", plan(raw=True, api_key="secret", metadata={"m": 1}), {"session_id": "w"}),
        ("child", plan(metadata={"m": 1}), {"parent_id": "p", "session_id": "c"}),
        ("resumed raw child", plan(raw=True), {"is_resumed": True, "parent_id": "p", "session_id": "x"}),
        ("metadata empty", plan(metadata={}), {"session_id": "e"}),
        ("metadata text", plan(metadata="text"), {"session_id": "e"}),
        ("raw text", plan(raw="yes"), {"session_id": "e"}),
        ("metadata none", plan(metadata=None), {"session_id": "e"}),
    ]:
        session, seen = await make(config=config, **arguments)
        await session.initialize()
        await see.outcome(f"{label}: execute", session.execute("one"))
        await session.execute("two")
        await session.cleanup()
        see(label, [entry for entry in seen if isinstance(entry, tuple)])


@scenario
async def failures_while_initialising(see: Recorder) -> None:
    broken = ValueError("broken")
    for label, modules in {
        "loop": {"loop": broken},
        "context": {"ctx": broken},
        "provider": {"provider-p": broken},
        "provider mounts nothing": {"provider-p": None},
    }.items():

        async def nothing(coordinator: Any) -> None:
            return None

        session, seen = await make(modules={k: (nothing if v is None else v) for k, v in modules.items()})
        await see.outcome(f"{label}: initialize", session.initialize())
        see(f"{label}: initialized", session.initialized)
        await see.outcome(f"{label}: execute", lambda session=session: session.execute("x").close())
        if session.initialized:
            await see.outcome(f"{label}: really execute", session.execute("x"))
        await see.outcome(f"{label}: cleanup", session.cleanup())
        see(f"{label}: seen", seen)
    session, seen = await make(modules={"loop": broken})
    await see.outcome("first", session.initialize())
    session.coordinator.loader.modules["loop"] = mounts("orchestrator", Loop(), seen)
    await see.outcome("second", session.initialize())
    await see.outcome("execute", session.execute("x"))
    await session.cleanup()
    see("seen", seen)


@scenario
async def what_the_orchestrator_gets(see: Recorder) -> None:
    got: dict[str, Any] = {}

    async def keep(**arguments: Any) -> str:
        got.update(arguments)
        return "done"

    session, _ = await make(Loop(keep))
    await session.initialize()
    await session.execute("prompt")
    c = session.coordinator
    see("names", sorted(got))
    see(
        "objects",
        [
            got["prompt"],
            got["context"] is c.get("context"),
            list(got["providers"]),
            got["tools"],
            got["hooks"] is c.hooks,
            got["coordinator"] is c,
        ],
    )
    await session.cleanup()


@scenario
async def results_of_the_orchestrator(see: Recorder) -> None:
    class Text(str):
        pass

    for label, value in {
        "text": "x",
        "empty": "",
        "none": None,
        "number": 3,
        "list": ["x"],
        "subclass": Text("sub"),
        "bytes": b"x",
    }.items():

        async def returns(value: Any = value, **_: Any) -> Any:
            return value

        session, _ = await make(Loop(returns))
        await session.initialize()
        await see.outcome(label, session.execute("x"))
        await session.cleanup()
    session, _ = await make()
    await session.initialize()
    await see.outcome("prompt number", lambda: session.execute(3).close())
    await see.outcome("prompt surrogate", lambda: session.execute("\ud800").close())


@scenario
async def errors_of_the_orchestrator(see: Recorder) -> None:
    class Own(Exception):
        def __str__(self) -> str:
            return "own text"

    class Unprintable(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    for label, error in {
        "value": ValueError("bad"),
        "empty": ValueError(),
        "own": Own(),
        "key": KeyError("k"),
        "two arguments": ValueError("a", "b"),
        "runtime": RuntimeError("r"),
        "timeout": TimeoutError("t"),
        "lines": ValueError("a\nb"),
        "unprintable": Unprintable(),
        "llm": amplifier_core.RateLimitError("slow down", provider="p"),
        "cancelled": asyncio.CancelledError(),
        "cancelled text": asyncio.CancelledError("why"),
        "group": ExceptionGroup("g", [ValueError("x")]),
        "stop": StopAsyncIteration("s"),
    }.items():

        async def raises(error: BaseException = error, **_: Any) -> str:
            raise error

        session, seen = await make(Loop(raises))
        await session.initialize()
        await see.outcome(label, session.execute("x"))
        await session.cleanup()
        see(f"{label}: events", [entry for entry in seen if isinstance(entry, tuple)])


@scenario
async def missing_modules(see: Recorder) -> None:
    for point in ("orchestrator", "context", "providers"):
        session, seen = await make()
        await session.initialize()
        await session.coordinator.unmount(point, "p" if point == "providers" else None)
        await see.outcome(point, lambda session=session: session.execute("x"))
        await session.cleanup()
        see(f"{point}: events", [entry for entry in seen if isinstance(entry, tuple)])


@scenario
async def cancelled_by_token(see: Recorder) -> None:
    for label, immediate, error in [
        ("graceful", False, None),
        ("immediate", True, None),
        ("graceful, raising", False, ValueError("stop")),
        ("immediate, raising", True, asyncio.CancelledError()),
    ]:

        async def cancels(
            coordinator: Any, immediate: bool = immediate, error: BaseException | None = error, **_: Any
        ) -> str:
            await coordinator.request_cancel(immediate)
            if error:
                raise error
            return "partial"

        session, seen = await make(Loop(cancels))
        await session.initialize()
        await see.outcome(label, session.execute("x"))
        await see.outcome(f"{label}: next", session.execute("y"))
        await session.cleanup()
        see(f"{label}: events", [entry for entry in seen if isinstance(entry, tuple)])


@scenario
async def cancelled_by_task(see: Recorder) -> None:
    started, reached = asyncio.Event(), []

    async def waits(**_: Any) -> str:
        started.set()
        try:
            await asyncio.sleep(0.2)
        except asyncio.CancelledError:
            reached.append("cancelled")
            raise
        reached.append("finished")
        return "x"

    session, seen = await make(Loop(waits))
    await session.initialize()
    task = asyncio.create_task(session.execute("x"))
    await started.wait()
    task.cancel()
    await see.outcome("execute", task)
    await asyncio.sleep(0.3)
    see("orchestrator", reached)
    await see.outcome("cleanup", session.cleanup())
    see("events", [entry for entry in seen if isinstance(entry, tuple)])


@scenario
async def hooks_that_fail_around_the_lifecycle(see: Recorder) -> None:
    for event in ("session:start", "session:end", "session:fork"):
        session, seen = await make(parent_id="p")

        async def raises(event: str, data: Any) -> None:
            raise ValueError("hook")

        session.coordinator.hooks.register(event, raises, priority=-1)
        session.coordinator.hooks.register(event, lambda e, d: {"action": "deny", "reason": "no"}, priority=1)
        await see.outcome(f"{event}: initialize", session.initialize())
        await see.outcome(f"{event}: execute", session.execute("x"))
        await see.outcome(f"{event}: cleanup", session.cleanup())
        see(f"{event}: seen", [entry[0] if isinstance(entry, tuple) else entry for entry in seen])


@scenario
async def cleanups_that_fail(see: Recorder) -> None:
    for label, error in {
        "error": ValueError("x"),
        "keyboard": KeyboardInterrupt("k"),
        "cancelled": asyncio.CancelledError(),
    }.items():
        session, seen = await make()
        await session.initialize()

        def raises(error: BaseException = error) -> None:
            raise error

        session.coordinator.register_cleanup(lambda seen=seen: seen.append("before"))
        session.coordinator.register_cleanup(raises)
        session.coordinator.register_cleanup(lambda seen=seen: seen.append("after"))
        await see.outcome(label, session.cleanup())
        see(f"{label}: seen", [entry[0] if isinstance(entry, tuple) else entry for entry in seen])
        see(f"{label}: initialized", session.initialized)


@scenario
async def concurrency(see: Recorder) -> None:
    async def slow(prompt: str, **_: Any) -> str:
        await asyncio.sleep(0.01)
        return prompt

    session, seen = await make(Loop(slow))
    await asyncio.gather(session.initialize(), session.initialize())
    see("two initialisations", [entry for entry in seen if isinstance(entry, str)])
    see("answers", await asyncio.gather(session.execute("a"), session.execute("b"), session.execute("c")))
    seen_end = len(seen)
    await asyncio.gather(session.cleanup(), session.cleanup(), session.cleanup())
    see("events", [entry[0] for entry in seen if isinstance(entry, tuple)])
    see("cleanup", [entry[0] if isinstance(entry, tuple) else entry for entry in seen[seen_end:]])


@scenario
async def cleanup_during_execute(see: Recorder) -> None:
    started = asyncio.Event()

    async def slow(**_: Any) -> str:
        started.set()
        await asyncio.sleep(0.05)
        return "late"

    session, seen = await make(Loop(slow))
    await session.initialize()
    task = asyncio.create_task(session.execute("x"))
    await started.wait()
    await see.outcome("cleanup", session.cleanup())
    await see.outcome("execute", task)
    see("seen", [entry[0] if isinstance(entry, tuple) else entry for entry in seen])


@scenario
async def what_a_cleanup_sees(see: Recorder) -> None:
    session, seen = await make()
    await session.initialize()

    async def looks() -> None:
        seen.append(f"initialized {session.initialized}")
        await see.outcome("execute while cleaning up", lambda: session.execute("x"))

    async def at_the_end(event: str, data: Any) -> None:
        seen.append(f"at the end {session.initialized}")

    session.coordinator.register_cleanup(looks)
    session.coordinator.hooks.register("session:end", at_the_end)
    await session.cleanup()
    see("seen", [entry for entry in seen if isinstance(entry, str)])


@scenario
async def a_plan_that_changes(see: Recorder) -> None:
    config = plan(metadata={"n": 1})
    session, seen = await make(config=config, session_id="s")
    config["session"]["metadata"]["n"] = 2
    await session.initialize()
    config["session"]["metadata"]["n"] = 3
    await session.execute("x")
    see("metadata", [entry for entry in seen if isinstance(entry, tuple)])
    config["session"]["raw"] = True
    config["late"] = float("nan")
    await see.outcome("raw that became unwritable", lambda: session.execute("y"))
    await session.cleanup()


@scenario
async def as_a_context_manager(see: Recorder) -> None:
    session, seen = await make()
    async with session as entered:
        see("entered", [entered is session, session.initialized])
        see("answer", await session.execute("x"))
    see("seen", [entry[0] if isinstance(entry, tuple) else entry for entry in seen])
    session, seen = await make()

    async def raising() -> None:
        async with session:
            raise ValueError("inside")

    await see.outcome("raising inside", raising())
    see("cleaned", [entry[0] if isinstance(entry, tuple) else entry for entry in seen])


@scenario
async def child_sessions(see: Recorder) -> None:
    parent, _ = await make(session_id="parent")
    child, seen = await make(session_id="child", parent_id="parent")
    await parent.initialize()
    await child.initialize()
    parent.coordinator.cancellation.register_child(child.coordinator.cancellation)
    parent.coordinator.cancellation.request_graceful()
    await see.outcome("child", child.execute("x"))
    see("seen", [entry for entry in seen if isinstance(entry, tuple)])
    await child.cleanup()
    await parent.cleanup()
    see("parent id of the coordinator", child.coordinator.parent_id)


@scenario
async def statuses_of_the_python_session(see: Recorder) -> None:
    from amplifier_core.session import AmplifierSession as PythonSession

    async def fails(**_: Any) -> str:
        raise ValueError("bad")

    async def cancels(coordinator: Any, **_: Any) -> str:
        await coordinator.request_cancel()
        return "partial"

    async def cancels_and_fails(coordinator: Any, **_: Any) -> str:
        await coordinator.request_cancel(immediate=True)
        raise ValueError("stopped")

    for label, do in {
        "completed": None,
        "failed": fails,
        "cancelled": cancels,
        "cancelled with an error": cancels_and_fails,
    }.items():
        seen: list[Any] = []
        modules = {
            "loop": mounts("orchestrator", Loop(do), seen),
            "ctx": mounts("context", SimpleNamespace(), seen),
            "provider-p": mounts("providers", SimpleNamespace(name="p"), seen),
        }
        session = PythonSession(plan(), loader=Loader(modules, seen), session_id="s", parent_id="p")  # type: ignore[arg-type]
        for event in EVERY_EVENT:
            session.coordinator.hooks.register(
                event, lambda e, d, seen=seen: seen.append((e, d)), name="watch"
            )
        see(f"{label}: before", session.status.status)
        await session.initialize()
        await see.outcome(f"{label}: execute", session.execute("x"))
        see(f"{label}: status", session.status.status)
        await see.outcome(f"{label}: cleanup", session.cleanup())
        see(f"{label}: after", session.status.status)
        see(f"{label}: seen", [entry for entry in seen if isinstance(entry, tuple)])


@scenario
async def failures_of_tools_and_hooks(see: Recorder) -> None:
    for kind in ("tools", "hooks"):
        broken = {**plan(), kind: [{"module": "bad"}, {"module": "good"}]}

        async def raises(coordinator: Any) -> None:
            raise ValueError("no mount")

        async def nothing(coordinator: Any) -> None:
            return None

        for label, bad in {"load": ValueError("no load"), "mount": raises, "mounts nothing": nothing}.items():
            good = mounts("tools", SimpleNamespace(name="good"), [])
            session, seen = await make(config=broken, modules={"bad": bad, "good": good})
            await see.outcome(f"{kind}, {label}: initialize", session.initialize())
            await see.outcome(f"{kind}, {label}: execute", session.execute("x"))
            await see.outcome(f"{kind}, {label}: cleanup", session.cleanup())
            see(f"{kind}, {label}: seen", seen)


@scenario
async def failures_side_by_side(see: Recorder) -> None:
    async def odd(prompt: str, **_: Any) -> str:
        await asyncio.sleep(0.01)
        if prompt == "bad":
            raise ValueError("bad")
        return prompt

    session, seen = await make(Loop(odd))
    await session.initialize()
    outcomes = await asyncio.gather(
        *(session.execute(prompt) for prompt in ("a", "bad", "b")), return_exceptions=True
    )
    see("executions", [str(outcome) for outcome in outcomes])
    await see.outcome("afterwards", session.execute("c"))
    see("initialized", session.initialized)
    see("events", [entry[0] for entry in seen if isinstance(entry, tuple)])
    await asyncio.gather(session.cleanup(), session.cleanup())
    see("at the end", [entry[0] if isinstance(entry, tuple) else entry for entry in seen])

    session, seen = await make(modules={"ctx": ValueError("broken")})
    outcomes = await asyncio.gather(session.initialize(), session.initialize(), return_exceptions=True)
    see("initialisations that fail", [str(outcome) for outcome in outcomes])
    see("initialized after them", session.initialized)
    await session.cleanup()


@scenario
async def forks(see: Recorder) -> None:
    told: list[Any] = []
    parent, _ = await make(session_id="parent", config=plan(metadata={"of": "parent"}))
    await parent.initialize()
    for label, arguments in {
        "fork": {"session_id": "fork", "parent_id": "parent"},
        "fork without an id": {"parent_id": "parent"},
        "fork that is resumed": {"session_id": "again", "parent_id": "parent", "is_resumed": True},
        "parent id empty": {"session_id": "e", "parent_id": ""},
    }.items():
        child, seen = await make(config=plan(metadata={"of": label}), **arguments)
        child.coordinator.hooks.register("custom", lambda e, d: told.append(d))
        await child.initialize()
        await see.outcome(f"{label}: execute", child.execute("x"))
        await child.coordinator.hooks.emit("custom", {})
        await child.cleanup()
        see(label, [entry for entry in seen if isinstance(entry, tuple)])
        see(f"{label}: ids", [child.parent_id, child.coordinator.parent_id])
    see("custom events", told)
    see("the parent goes on", await parent.execute("y"))
    await parent.cleanup()


@scenario
async def cancelling_down_the_tree(see: Recorder) -> None:
    seen: list[str] = []
    sessions = [(await make(session_id=name))[0] for name in ("root", "branch", "leaf")]
    tokens = [session.coordinator.cancellation for session in sessions]
    for session, token in zip(sessions, tokens, strict=True):
        await session.initialize()
        token.on_cancel(lambda session=session: seen.append(session.session_id))
    tokens[0].register_child(tokens[1])
    tokens[1].register_child(tokens[2])
    await sessions[1].coordinator.request_cancel()
    see("from the branch", [token.state for token in tokens])
    await sessions[0].coordinator.request_cancel(immediate=True)
    see("from the root", [token.state for token in tokens])
    see("callbacks called by that", list(seen))
    for token in tokens:
        await token.trigger_callbacks()
    see("callbacks", seen)
    for session in sessions:
        await see.outcome(f"{session.session_id}: execute", session.execute("x"))
        session.coordinator.reset_turn()
        await session.cleanup()
    see("after the turn", [token.state for token in tokens])


@scenario
async def ready_callbacks(see: Recorder) -> None:
    seen_ready: list[Any] = []

    async def ready(coordinator: Any) -> None:
        seen_ready.append(coordinator.session.initialized)

    async def fails(coordinator: Any) -> None:
        raise ValueError("not ready")

    good, bad = mounts("orchestrator", Loop(), []), mounts("context", SimpleNamespace(), [])
    good.__on_session_ready__ = ("loop", ready)
    bad.__on_session_ready__ = ("ctx", fails)
    session, seen = await make(modules={"loop": good, "ctx": bad})
    await see.outcome("initialize", session.initialize())
    see("ready", seen_ready)
    see("seen", [entry for entry in seen if isinstance(entry, tuple)])
    await session.cleanup()


@scenario
async def events_of_the_session_carry_its_identity(see: Recorder) -> None:
    session, _ = await make(session_id="s", parent_id=None)
    seen: list[Any] = []
    session.coordinator.hooks.register("custom", lambda e, d: seen.append(d))
    await session.initialize()
    await session.coordinator.hooks.emit("custom", {"x": 1})
    await session.coordinator.hooks.emit("custom", {"session_id": "other", "parent_id": "q"})
    see("seen", seen)
    await session.cleanup()


@scenario
async def the_python_session(see: Recorder) -> None:
    from amplifier_core.session import AmplifierSession as PythonSession

    seen: list[Any] = []
    session = PythonSession(
        plan(),
        loader=Loader(
            {
                "loop": mounts("orchestrator", Loop(), seen),
                "ctx": mounts("context", SimpleNamespace(messages=[]), seen),
                "provider-p": mounts("providers", SimpleNamespace(name="p"), seen),
            },
            seen,
        ),
    )  # type: ignore[arg-type]
    for event in EVERY_EVENT:
        session.coordinator.hooks.register(event, lambda e, d: seen.append(e), name="watch")
    async with session:
        see("answer", await session.execute("x"))
        see("status", session.status.status)
    see("seen", seen)
