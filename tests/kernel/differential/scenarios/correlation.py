"""`request_id` on the events of one model call."""

from __future__ import annotations

import asyncio
from typing import Any

from amplifier_core import HookRegistry
from amplifier_core.correlation import current_request_id
from recording import Recorder, scenario

EVENTS = (
    "llm:request",
    "llm:response",
    "provider:error",
    "provider:retry",
    "provider:throttle",
    "provider:request",
    "provider:response",
    "llm:stream_block_delta",
    "tool:pre",
)


def listening() -> tuple[HookRegistry, list[Any]]:
    hooks, seen = HookRegistry(), []
    for event in EVENTS:
        hooks.register(event, lambda e, d: seen.append((e, d.get("request_id", "absent"))))
    return hooks, seen


@scenario
async def one_call(see: Recorder) -> None:
    hooks, seen = listening()
    for event in (
        "llm:response",
        "llm:request",
        "provider:throttle",
        "provider:retry",
        "llm:stream_block_delta",
        "tool:pre",
        "provider:request",
        "provider:response",
        "llm:response",
        "llm:response",
        "provider:retry",
    ):
        await hooks.emit(event, {})
    see("events", seen)
    see("current afterwards", current_request_id())


@scenario
async def ending_in_an_error(see: Recorder) -> None:
    hooks, seen = listening()
    for event in ("llm:request", "provider:error", "provider:error", "llm:response"):
        await hooks.emit(event, {})
    see("events", seen)


@scenario
async def given_by_the_provider(see: Recorder) -> None:
    hooks, seen = listening()
    for event, data in [
        ("llm:request", {"request_id": "mine"}),
        ("provider:retry", {}),
        ("llm:response", {}),
        ("llm:request", {}),
        ("llm:response", {"request_id": "other"}),
        ("provider:retry", {}),
        ("provider:retry", {"request_id": "third"}),
        ("llm:response", {}),
        ("llm:request", {"request_id": ""}),
        ("llm:request", {"request_id": None}),
        ("llm:request", {"request_id": 7}),
        ("tool:pre", {"request_id": "kept"}),
        ("llm:request", {"request_id": ["x"]}),
        ("provider:throttle", {}),
    ]:
        await hooks.emit(event, data)
    see("events", seen)


@scenario
async def concurrent_calls(see: Recorder) -> None:
    hooks, seen = listening()

    async def call(name: str) -> None:
        await hooks.emit("llm:request", {})
        await asyncio.sleep(0.01)
        await hooks.emit("llm:response", {})

    await asyncio.gather(call("a"), call("b"))
    identifiers = [identifier for _, identifier in seen]
    see("pairs", sorted(identifiers.count(i) for i in identifiers))


@scenario
async def visible_to_handlers_and_caller(see: Recorder) -> None:
    hooks, seen = HookRegistry(), []

    async def handler(event: str, data: dict[str, Any]) -> None:
        seen.append((event, current_request_id() == data.get("request_id")))

    hooks.register("llm:request", handler)
    hooks.register("llm:response", handler)
    await hooks.emit("llm:request", {})
    see("caller during the call", current_request_id() is not None)
    await hooks.emit("llm:response", {})
    see("handlers", seen)
    see("caller afterwards", current_request_id())


@scenario
async def without_handlers(see: Recorder) -> None:
    hooks = HookRegistry()
    result = await hooks.emit("llm:request", {})
    see("result", result)
    see("current", current_request_id() is not None)
    collected = await hooks.emit_and_collect("llm:request", {})
    see("collected", collected)
    see("data that is no object", await hooks.emit("llm:request", [1]))  # type: ignore[arg-type]


@scenario
async def collecting_correlates(see: Recorder) -> None:
    hooks, seen = listening()
    await hooks.emit_and_collect("llm:request", {})
    await hooks.emit("llm:response", {})
    see("events", seen)


@scenario
async def defaults_with_a_request_id(see: Recorder) -> None:
    hooks, seen = listening()
    hooks.set_default_fields(request_id="default")
    await hooks.emit("llm:request", {})
    await hooks.emit("llm:response", {})
    see("events", seen)
