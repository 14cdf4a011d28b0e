"""What the pure engine does where the native one has no example to give: cancellation, waiting, native names.

The engine is imported from its sources here, beside the native one that amplifier_core runs on in this
environment; the two do not meet.
"""

from __future__ import annotations

import asyncio
import contextvars
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from amplifier_core.models import HookResult

import kernel.amplifier_core_engine as engine
from kernel.amplifier_core_engine.isolation import within

PLAN = {"session": {"orchestrator": "orchestrator", "context": "context"}}
VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


class Loader:
    """Mounts one object wherever the plan asks for a module."""

    def __init__(self, module: Any, on_mount: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        self.module, self.on_mount, self.loads = module, on_mount, 0

    async def load(self, module_id: str, *_: Any, **__: Any) -> Any:
        async def mount(coordinator: Any) -> None:
            self.loads += 1
            if self.on_mount is not None:
                await self.on_mount()
            await coordinator.mount(module_id, self.module)

        return mount

    def get_on_session_ready_queue(self) -> list[Any]:
        return []

    def clear_on_session_ready_queue(self) -> None:
        """There is no queue."""


class Loop:
    """An orchestrator that runs a function."""

    def __init__(self, run: Callable[[], Coroutine[Any, Any, str]]) -> None:
        self.run = run

    async def execute(self, **_: Any) -> str:
        return await self.run()


async def forever() -> str:
    await asyncio.Event().wait()
    raise AssertionError("nothing sets the event")


def session_with(run: Callable[[], Coroutine[Any, Any, str]]) -> engine.RustSession:
    session = engine.RustSession(PLAN)
    session.coordinator.loader = Loader(Loop(run))
    return session


async def test_a_hook_on_the_end_may_clean_up_the_session() -> None:
    session = session_with(forever)
    ends: list[str] = []

    async def clean_up(event: str, data: dict[str, Any]) -> None:
        ends.append(event)
        await session.cleanup()

    session.coordinator.hooks.register("session:end", clean_up)
    await session.initialize()
    await session.cleanup()
    assert ends == ["session:end"]


async def test_a_module_may_initialise_the_session_that_mounts_it() -> None:
    session = session_with(forever)
    loader = Loader(Loop(forever), on_mount=session.initialize)
    session.coordinator.loader = loader
    await session.initialize()
    assert loader.loads == 2  # once as orchestrator, once as context


async def test_a_failed_initialisation_lets_the_next_one_through() -> None:
    session = session_with(forever)
    good, session.coordinator.loader = session.coordinator.loader, object()
    with pytest.raises(RuntimeError, match="Session initialization failed"):
        await session.initialize()
    session.coordinator.loader = good
    await session.initialize()
    assert session.initialized


async def test_a_cancelled_initialisation_is_cancelled_and_can_be_repeated() -> None:
    session = session_with(forever)
    session.coordinator.loader = Loader(Loop(forever), on_mount=lambda: _nothing_after(forever()))
    task = asyncio.create_task(session.initialize())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not session.initialized
    session.coordinator.loader = Loader(Loop(forever))
    await session.initialize()
    assert session.initialized


async def _nothing_after(work: Coroutine[Any, Any, Any]) -> None:
    await work


async def test_cancelling_a_turn_cancels_the_orchestrator_and_is_not_wrapped() -> None:
    session = session_with(forever)
    await session.initialize()
    told: list[Any] = []
    session.coordinator.hooks.register(
        "cancel:completed", lambda event, data: told.append(data["was_immediate"])
    )
    session.coordinator.cancellation.request_immediate()
    task = asyncio.create_task(session.execute("x"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == [True]
    session.coordinator.cancellation.reset()
    await session.cleanup()


async def test_a_deadline_around_a_turn_is_a_timeout() -> None:
    session = session_with(forever)
    await session.initialize()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await session.execute("x")


async def test_an_orchestrator_that_survives_a_cancellation_may_answer() -> None:
    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "partial"
        raise AssertionError("nothing sets the event")

    session = session_with(stubborn)
    await session.initialize()
    task = asyncio.create_task(session.execute("x"))
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "partial"


async def test_what_an_orchestrator_sets_in_its_context_stays_there() -> None:
    async def sets() -> str:
        VARIABLE.set("by the orchestrator")
        return VARIABLE.get()

    session = session_with(sets)
    await session.initialize()
    assert await session.execute("x") == "by the orchestrator"
    assert VARIABLE.get() == "unset"


async def test_an_interrupt_in_the_orchestrator_is_not_turned_into_an_error() -> None:
    async def interrupted() -> str:
        raise SystemExit(3)

    session = session_with(interrupted)
    await session.initialize()
    running = session.execute("x")
    with pytest.raises(SystemExit):
        running.send(None)


async def test_a_cancelled_cleanup_still_calls_the_other_functions() -> None:
    session = session_with(forever)
    await session.initialize()
    called: list[str] = []
    session.coordinator.register_cleanup(lambda: called.append("first registered"))
    session.coordinator.register_cleanup(forever)
    task = asyncio.create_task(session.cleanup())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert called == ["first registered"]
    assert not session.initialized


async def test_a_cancelled_emit_stops_the_handler_and_skips_the_rest() -> None:
    hooks = engine.RustHookRegistry()
    called: list[str] = []
    hooks.register("e", lambda event, data: forever())
    hooks.register("e", lambda event, data: called.append("second"))
    task = asyncio.create_task(hooks.emit("e", {}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert called == []


async def test_a_handler_that_cancels_itself_is_only_a_failed_handler() -> None:
    hooks = engine.RustHookRegistry()

    async def gives_up(event: str, data: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    hooks.register("e", gives_up)
    assert (await hooks.emit("e", {})).action == "continue"


async def test_a_cancelled_callback_run_stops() -> None:
    token = engine.RustCancellationToken()
    token.on_cancel(forever)
    task = asyncio.create_task(token.trigger_callbacks())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_dropped_coroutine_is_closed_inside_its_context() -> None:
    seen: list[str] = []

    async def waits() -> None:
        VARIABLE.set("inside")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append(VARIABLE.get())

    outer = within(contextvars.copy_context(), waits())
    outer.send(None)
    outer.close()
    assert seen == ["inside"]


async def test_a_timeout_inside_a_handler_works() -> None:
    hooks = engine.RustHookRegistry()

    async def limited(event: str, data: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(0):
                await forever()
        except TimeoutError:
            return {"action": "deny", "reason": "too slow"}
        raise AssertionError("the time was up")

    hooks.register("e", limited)
    assert (await hooks.emit("e", {})).reason == "too slow"


async def test_a_coroutine_that_was_cancelled_goes_on_where_it_waits_again() -> None:
    seen: list[str] = []

    async def closes_with_care() -> str:
        try:
            for _ in range(1000):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            seen.append("cancelled")
        for step in ("first", "second"):
            await asyncio.sleep(0)
            seen.append(step)
        return "closed"

    async def turn() -> str:
        return await within(contextvars.copy_context(), closes_with_care())

    task = asyncio.create_task(turn())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "closed"
    assert seen == ["cancelled", "first", "second"]


def test_without_an_event_loop_nobody_can_have_cancelled_anything() -> None:
    hooks = engine.RustHookRegistry()

    def gives_up(event: str, data: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    hooks.register("e", gives_up)
    with pytest.raises(StopIteration) as ended:
        hooks.emit("e", {}).send(None)
    assert ended.value.value.action == "continue"


async def test_a_handler_that_fails_is_logged_by_name_and_event(caplog: pytest.LogCaptureFixture) -> None:
    hooks = engine.RustHookRegistry()

    async def gives_up(event: str, data: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    def fails(event: str, data: dict[str, Any]) -> None:
        raise ValueError("broken")

    hooks.register("e", gives_up, name="first")
    hooks.register("e", fails, name="second")
    await hooks.emit("e", {})
    await hooks.emit_and_collect("e", {})
    told = [record.getMessage() for record in caplog.records]
    assert told == 2 * [
        "Handler 'first' failed on event 'e': first",
        "Handler 'second' failed on event 'e': broken",
    ]


@pytest.mark.parametrize(
    ("budget", "spent", "more", "warned"),
    [
        (10, 0, 10, False),
        (10, 0, 11, True),
        (10, 6, 4, False),
        (10, 6, 5, True),
        (10, 3, 6, False),
        (10, 11, 0, True),
        (10, 10, 1, True),
        (2, 2, 0, False),
        (0, 0, 0, False),
        (None, 10, 10, False),
    ],
)
async def test_injections_above_the_budget_are_stored_and_logged(
    budget: int | None, spent: int, more: int, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    session = SimpleNamespace(
        session_id="s", parent_id=None, config={"session": {"injection_budget_per_turn": budget}}
    )
    coordinator = engine.RustCoordinator(session)
    coordinator._current_turn_injections = spent
    result = HookResult(action="inject_context", context_injection="x" * 4 * more)
    await coordinator.process_hook_result(result, "e", "wordy")
    told = [record.getMessage() for record in caplog.records]
    assert told == (
        [f"Hook 'wordy' exceeds the turn's injection budget of {budget} tokens"] if warned else []
    )
    assert coordinator._current_turn_injections == spent + more


@pytest.mark.parametrize(
    "use",
    [
        lambda: engine.RetryConfig(min_delay=2.0),
        lambda: engine.RetryConfig(backoff_multiplier=3.0),
        lambda: engine.RetryConfig(jitter=0.5),
        lambda: engine.RetryConfig(jitter="yes"),  # type: ignore[arg-type]
        lambda: engine.RetryConfig().min_delay,
        lambda: engine.RetryConfig().backoff_multiplier,
    ],
)
def test_a_warning_names_the_line_that_has_to_change(use: Callable[[], Any]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        use()
    assert [(Path(one.filename).name, one.lineno) for one in caught] == [
        ("test_engine.py", use.__code__.co_firstlineno)
    ]


async def test_an_interrupt_while_initialising_is_not_passed_over() -> None:
    async def interrupted() -> None:
        raise SystemExit(3)

    session = session_with(forever)
    session.coordinator.loader = Loader(Loop(forever), on_mount=interrupted)
    with pytest.raises(SystemExit):
        session.initialize().send(None)
    assert not session.initialized


async def test_a_dropped_cleanup_asks_nothing_more_of_the_functions() -> None:
    session = SimpleNamespace(session_id="s", parent_id=None, config={})
    coordinator = engine.RustCoordinator(session)
    called: list[str] = []

    async def waits() -> None:
        called.append("waits")
        await asyncio.Event().wait()

    coordinator.register_cleanup(waits)
    coordinator.register_cleanup(waits)
    dropped = coordinator.cleanup()
    dropped.send(None)
    dropped.close()
    assert called == ["waits"]


def test_a_loader_that_is_not_used_is_said_not_to_be(caplog: pytest.LogCaptureFixture) -> None:
    engine.RustSession(PLAN)
    assert caplog.records == []
    engine.RustSession(PLAN, loader=object())
    assert "assign session.coordinator.loader instead" in caplog.text


def test_the_engine_says_which_one_it_is() -> None:
    assert engine.ENGINE == "python"


def test_a_component_without_a_manifest_is_left_to_the_native_wheel(tmp_path: Path) -> None:
    (tmp_path / "tool.wasm").touch()
    with pytest.raises(NotImplementedError, match="native amplifier-core wheel"):
        engine.resolve_module(str(tmp_path))


def test_a_manifest_cannot_reach_outside_its_folder_by_a_link(tmp_path: Path) -> None:
    module = tmp_path / "module"
    module.mkdir()
    (tmp_path / "outside.wasm").touch()
    (module / "inside.wasm").symlink_to(tmp_path / "outside.wasm")
    (module / "amplifier.toml").write_text(
        '[module]\ntype = "tool"\ntransport = "wasm"\nartifact = "inside.wasm"\n', encoding="utf-8"
    )
    with pytest.raises(RuntimeError, match="escapes module directory"):
        engine.resolve_module(str(module))


def test_every_name_in_all_exists() -> None:
    assert [name for name in engine.__all__ if not hasattr(engine, name)] == []


def test_a_plan_that_cannot_be_written_is_refused_as_a_plan() -> None:
    with pytest.raises(RuntimeError, match="Invalid config JSON: NaN"):
        engine.RustSession({**PLAN, "x": float("nan")})


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_timeout_that_is_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="neither zero nor a positive number"):
        engine.RustHookRegistry().emit_and_collect("e", {}, timeout=seconds).close()


async def test_a_timeout_of_zero_still_asks_plain_handlers() -> None:
    hooks = engine.RustHookRegistry()
    hooks.register("e", lambda event, data: {"data": {"x": 1}})
    assert await hooks.emit_and_collect("e", {}, timeout=0) == [{"x": 1}]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf"), "\ud800"])
def test_a_refused_payload_says_what_is_wrong_with_it(bad: Any) -> None:
    with pytest.raises(RuntimeError, match=r"Invalid JSON: (-?Infinity|NaN|lone surrogate)"):
        engine.RustHookRegistry().emit("e", {"x": bad}).close()
