"""The kernel, as it was installed: which engine, which packages, what works in one thread."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import sys

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


async def check_a_cancelled_task_reaches_the_orchestrator() -> None:
    started, reached = asyncio.Event(), asyncio.Event()

    class Loop:
        async def execute(self, **_: object) -> str:
            started.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                reached.set()
                raise
            return "too late"

    class Loader:
        async def load(self, module_id: str, *_: object, **__: object) -> object:
            async def mount(coordinator: amplifier_core.ModuleCoordinator) -> None:
                await coordinator.mount(module_id, Loop())

            return mount

        def get_on_session_ready_queue(self) -> list[object]:
            return []

        def clear_on_session_ready_queue(self) -> None:
            pass

    session = amplifier_core.AmplifierSession(
        {"session": {"orchestrator": "orchestrator", "context": "context"}}
    )
    session.coordinator.loader = Loader()
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
