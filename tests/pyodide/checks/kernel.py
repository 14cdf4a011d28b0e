"""The kernel, as it was installed: which engine, which packages, what works in one thread."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import amplifier_core
import amplifier_core._engine


async def check_the_pure_engine_is_in_use() -> None:
    assert sys.platform == "emscripten"
    assert amplifier_core._engine.ENGINE == "python"
    assert importlib.metadata.version("amplifier-core") == "2.0.2+pyodide.1"


async def check_every_dependency_is_importable() -> None:
    for name in ("pydantic", "pydantic_core", "annotated_types", "typing_inspection", "typing_extensions"):
        importlib.import_module(name)


async def check_no_package_of_the_command_line_is_installed() -> None:
    installed = {distribution.metadata["Name"].lower() for distribution in importlib.metadata.distributions()}
    assert installed.isdisjoint({"click", "pyyaml", "tomli", "grpcio"}), installed


async def check_every_module_of_the_kernel_can_be_imported() -> None:
    for name in ("session", "loader", "testing", "validation", "cancellation", "events", "capabilities"):
        importlib.import_module(f"amplifier_core.{name}")


async def check_both_session_classes_are_there() -> None:
    from amplifier_core.session import AmplifierSession

    assert amplifier_core.AmplifierSession.__name__ == "RustSession"
    assert AmplifierSession.__name__ == "AmplifierSession"


async def check_what_needs_native_code_says_so() -> None:
    said = ""
    try:
        amplifier_core._engine.load_wasm_from_path("/nowhere")
    except NotImplementedError as error:
        said = str(error)
    assert "native amplifier-core wheel" in said


class Loop:
    """An orchestrator that runs a function."""

    def __init__(self, run: Callable[[str], Awaitable[str]]) -> None:
        self.run = run

    async def execute(self, prompt: str, **_: object) -> str:
        return await self.run(prompt)


class Loader:
    """Mounts the loop wherever a plan asks for a module, and a provider by its name."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop

    async def load(self, module_id: str, *_: object, **__: object) -> object:
        async def mount(coordinator: amplifier_core.ModuleCoordinator) -> None:
            await coordinator.mount(module_id, self.loop, name="p" if module_id == "providers" else None)

        return mount

    def get_on_session_ready_queue(self) -> list[object]:
        return []

    def clear_on_session_ready_queue(self) -> None:
        """There is no queue."""

    def cleanup(self) -> None:
        """There is nothing to clean up."""


PLAN = {
    "session": {"orchestrator": "orchestrator", "context": "context"},
    "providers": [{"module": "providers"}],
}


async def echo(prompt: str) -> str:
    return f"You said {prompt}"


def session_of(run: Callable[[str], Awaitable[str]] = echo, **arguments: object) -> Any:
    session = amplifier_core.AmplifierSession(PLAN, **arguments)
    session.coordinator.loader = Loader(Loop(run))
    return session


def heard(session: Any) -> list[tuple[str, object, object]]:
    """Events of a session's life with whose they are, as they come."""
    events: list[tuple[str, object, object]] = []
    for name in ("session:start", "session:resume", "session:fork", "session:end"):
        session.coordinator.hooks.register(
            name, lambda event, data: events.append((event, data["session_id"], data["parent_id"]))
        )
    return events


async def check_modules_behind_grpc_say_what_they_need() -> None:
    from amplifier_core.loader_grpc import load_grpc_module

    said = ""
    try:
        await (await load_grpc_module("tool-x", {}, {}, None))(None)
    except NotImplementedError as error:
        said = str(error)
    assert "native amplifier-core wheel" in said


async def check_a_session_is_a_context_manager() -> None:
    session = session_of(session_id="s")
    events = heard(session)
    async with session as entered:
        assert entered is session
        assert await session.execute("hello") == "You said hello"
    assert not session.initialized
    assert events == [("session:start", "s", None), ("session:end", "s", None)]


async def check_a_child_session_tells_of_its_fork_and_stops_with_its_parent() -> None:
    parent = session_of(session_id="parent")
    child = session_of(session_id="child", parent_id="parent")
    events = heard(child)
    async with parent, child:
        parent.coordinator.cancellation.register_child(child.coordinator.cancellation)
        assert await child.execute("hello") == "You said hello"
        await parent.coordinator.request_cancel(immediate=True)
        assert child.coordinator.cancellation.is_immediate
    assert child.parent_id == child.coordinator.parent_id == "parent"
    assert events == [
        ("session:fork", "child", "parent"),
        ("session:start", "child", "parent"),
        ("session:end", "child", "parent"),
    ], events


async def check_a_resumed_session_says_so() -> None:
    session = session_of(session_id="s", is_resumed=True)
    events = heard(session)
    async with session:
        await session.execute("hello")
    assert events[0] == ("session:resume", "s", None)


async def check_the_session_of_the_other_import_path_keeps_a_status() -> None:
    from amplifier_core import SessionStatus
    from amplifier_core.session import AmplifierSession

    async def fails(prompt: str) -> str:
        raise ValueError(prompt)

    for run, status in ((echo, "completed"), (fails, "failed")):
        session = AmplifierSession(PLAN, loader=Loader(Loop(run)), session_id="s")
        assert isinstance(session.status, SessionStatus)
        assert (session.status.session_id, session.status.status) == ("s", "running")
        async with session:
            outcome = (await asyncio.gather(session.execute("hello"), return_exceptions=True))[0]
        assert str(outcome) == ("You said hello" if run is echo else "hello"), outcome
        assert session.status.status == status, session.status


async def check_a_cancelled_task_reaches_the_orchestrator() -> None:
    started, reached = asyncio.Event(), asyncio.Event()

    async def waits(prompt: str) -> str:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            reached.set()
            raise
        return "too late"

    session = session_of(waits)
    await session.initialize()
    task = asyncio.create_task(session.execute("wait"))
    await started.wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        assert reached.is_set()
    else:
        raise AssertionError("the task was not cancelled")
    await session.cleanup()
