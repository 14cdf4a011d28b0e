"""Cancellation token: states, tools, children, callbacks."""

from __future__ import annotations

import asyncio
from typing import Any

from amplifier_core import CancellationToken
from recording import Recorder, scenario


def state(token: CancellationToken) -> list[Any]:
    return [token.state, token.is_cancelled, token.is_graceful, token.is_immediate]


@scenario
async def states(see: Recorder) -> None:
    token = CancellationToken()
    see("new", state(token))
    see("graceful", [token.request_graceful(), *state(token)])
    see("graceful again", [token.request_graceful(), *state(token)])
    see("immediate", [token.request_immediate(), *state(token)])
    see("immediate again", [token.request_immediate(), *state(token)])
    see("graceful after immediate", [token.request_graceful(), *state(token)])
    token.reset()
    see("reset", state(token))
    see("immediate at once", [token.request_immediate(), *state(token)])
    token.reset()
    see("request_cancellation", [token.request_cancellation(), *state(token)])


@scenario
async def tools(see: Recorder) -> None:
    token = CancellationToken()
    token.register_tool_start("1", "bash")
    token.register_tool_start("2", "read")
    token.register_tool_start("2", "write")
    see("running", [token.running_tools, sorted(token.running_tool_names)])
    see("types", [type(token.running_tools).__name__, type(token.running_tool_names).__name__])
    token.register_tool_complete("1")
    token.register_tool_complete("unknown")
    see("after one", [token.running_tools, token.running_tool_names])
    token.running_tools.add("mine")
    see("snapshot", token.running_tools)
    token.reset()
    see("after reset", [token.running_tools, token.running_tool_names])


@scenario
async def children(see: Recorder) -> None:
    parent, child, grandchild, late = (CancellationToken() for _ in range(4))
    parent.register_child(child)
    child.register_child(grandchild)
    parent.request_graceful()
    see("graceful reaches all", [state(child), state(grandchild)])
    parent.request_immediate()
    see("immediate reaches all", [state(child), state(grandchild)])
    parent.register_child(late)
    see("late child", state(late))
    early = CancellationToken()
    gracious = CancellationToken()
    gracious.request_graceful()
    gracious.register_child(early)
    see("late child of a graceful parent", state(early))
    parent.reset()
    see("reset stays with the parent", [state(parent), state(child)])
    child.reset()
    parent.unregister_child(child)
    parent.request_graceful()
    see("unregistered", state(child))
    see("child does not cancel its parent", [late.reset(), late.request_immediate(), state(parent)])
    parent.unregister_child(CancellationToken())
    twice = CancellationToken()
    parent.reset()
    parent.register_child(twice)
    parent.register_child(twice)
    parent.unregister_child(twice)
    parent.request_graceful()
    see("registered twice, removed once", state(twice))
    await see.outcome("child of another type", lambda: parent.register_child("x"))  # type: ignore[arg-type]


@scenario
async def callbacks(see: Recorder) -> None:
    token = CancellationToken()
    seen: list[str] = []

    async def asynchronous() -> None:
        await asyncio.sleep(0)
        seen.append("async")

    async def raises() -> None:
        raise ValueError("x")

    def raises_at_once() -> None:
        raise KeyError("x")

    token.on_cancel(asynchronous)
    token.on_cancel(raises)
    token.on_cancel(raises_at_once)
    token.on_cancel(lambda: seen.append("plain"))
    token.request_graceful()
    see("requesting calls none", list(seen))
    see("returns", await token.trigger_callbacks())
    see("called", list(seen))
    await token.trigger_callbacks()
    see("again", list(seen))
    token.reset()
    await token.trigger_callbacks()
    see("after reset", len(seen))

    async def adds() -> None:
        token.on_cancel(lambda: seen.append("added"))

    token = CancellationToken()
    seen.clear()
    token.on_cancel(adds)
    await token.trigger_callbacks()
    see("added while running", list(seen))

    async def cancelled() -> None:
        raise asyncio.CancelledError

    def exits() -> None:
        raise SystemExit(3)

    token = CancellationToken()
    token.on_cancel(cancelled)
    token.on_cancel(exits)
    token.on_cancel(lambda: seen.append("after"))
    await see.outcome("callbacks that stop hard", token.trigger_callbacks())
    see("after them", seen)
    await see.outcome("not callable", lambda: token.on_cancel(3))  # type: ignore[arg-type]
    await see.outcome("trigger with it", token.trigger_callbacks())


@scenario
async def children_callbacks(see: Recorder) -> None:
    parent, child = CancellationToken(), CancellationToken()
    seen: list[str] = []
    parent.on_cancel(lambda: seen.append("parent"))
    child.on_cancel(lambda: seen.append("child"))
    parent.register_child(child)
    parent.request_immediate()
    await parent.trigger_callbacks()
    see("called", seen)
