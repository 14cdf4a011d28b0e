"""Where handlers run: tasks, context variables, what starts when, what a cancelled emit does."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

from amplifier_core import HookRegistry, HookResult
from recording import Recorder, scenario

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


@scenario
async def variables_of_the_caller(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[Any] = []

    async def asynchronous(event: str, data: dict[str, Any]) -> None:
        seen.append(("async", VARIABLE.get()))
        VARIABLE.set("changed by async")

    def plain(event: str, data: dict[str, Any]) -> None:
        seen.append(("plain", VARIABLE.get()))
        VARIABLE.set("changed by plain")

    for priority, handler in enumerate([asynchronous, asynchronous, plain, plain, asynchronous]):
        hooks.register("e", handler, priority=priority)
    VARIABLE.set("caller")
    await hooks.emit("e", {})
    see("seen by handlers", seen)
    see("caller afterwards", VARIABLE.get())
    pending = hooks.emit("e", {})
    VARIABLE.set("changed between call and await")
    seen.clear()
    await pending
    see("changed between call and await", seen)


@scenario
async def where_handlers_run(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[Any] = []
    mine = asyncio.current_task()

    async def asynchronous(event: str, data: dict[str, Any]) -> None:
        seen.append(
            ("async", asyncio.current_task() is mine, threading.current_thread() is threading.main_thread())
        )

    def plain(event: str, data: dict[str, Any]) -> None:
        try:
            task = asyncio.current_task() is mine
        except RuntimeError:
            task = "no running loop"  # type: ignore[assignment]
        seen.append(("plain", task, threading.current_thread() is threading.main_thread()))

    hooks.register("e", asynchronous)
    hooks.register("e", plain)
    await hooks.emit("e", {})
    see("seen", seen)


@scenario
async def an_emit_that_nobody_awaits_yet(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[str] = []

    async def handler(event: str, data: dict[str, Any]) -> None:
        seen.append(data["x"])

    hooks.register("e", handler)
    data = {"x": "at the call"}
    pending = hooks.emit("e", data)
    data["x"] = "after the call"
    await asyncio.sleep(0.05)
    see("before the await", list(seen))
    await pending
    see("after the await", seen)
    hooks.unregister("nothing")
    await see.outcome("bad payload fails at the call", lambda: hooks.emit("e", {"x": float("nan")}).close())


@scenario
async def cancelling_an_emit(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[str] = []
    started = asyncio.Event()

    async def slow(event: str, data: dict[str, Any]) -> HookResult:
        started.set()
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        seen.append("finished")
        return HookResult(action="continue")

    hooks.register("e", slow)
    hooks.register("e", lambda e, d: seen.append("next"))  # type: ignore[func-returns-value]
    task = asyncio.create_task(hooks.emit("e", {}))
    await started.wait()
    task.cancel()
    await see.outcome("the emit", task)
    await asyncio.sleep(0.05)
    see("the handlers", seen)


@scenario
async def concurrent_emits(see: Recorder) -> None:
    hooks = HookRegistry()
    seen: list[str] = []

    async def handler(event: str, data: dict[str, Any]) -> HookResult:
        seen.append(f"start {data['n']}")
        await asyncio.sleep(0.02 * (3 - data["n"]))
        seen.append(f"end {data['n']}")
        return HookResult(action="continue")

    hooks.register("e", handler)
    results = await asyncio.gather(*(hooks.emit("e", {"n": n}) for n in range(3)))
    see("ends", [line for line in seen if line.startswith("end")])
    see("results", [r.data["n"] for r in results if r.data])
