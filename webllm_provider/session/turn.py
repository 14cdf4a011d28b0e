"""One turn of a session: what it works with, and how it hears a cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from amplifier_core.models import HookResult

from .._hooks import BLOCK_DELTA
from .events import CONTINUE

T = TypeVar("T")

LOOK_EVERY = 0.05
"""Seconds between two looks at the cancellation token, which calls nobody."""


class Stopped(Exception):
    """The session's cancellation token asked for an end."""


@dataclass
class Turn:
    """What one call of `execute` works with."""

    context: Any
    provider_name: str
    provider: Any
    tools: Mapping[str, Any]
    hooks: Any
    coordinator: Any
    iteration: int = 0
    written: str = ""
    """What a reader has seen of the answer that is being written."""
    called: bool = False
    """Whether an answer of this turn was tool calls."""
    corrected: bool = False
    """Whether a malformed call has been handed back: that is done once in a turn."""
    injections: list[HookResult] = field(default_factory=list)
    """Ephemeral injections for the next request."""

    @property
    def cancelled(self) -> bool:
        return self.coordinator is not None and bool(self.coordinator.cancellation.is_cancelled)

    async def emit(self, name: str, payload: dict[str, Any], by: str = "orchestrator") -> HookResult:
        """Emit, and let the coordinator act on what the hooks said."""
        result: HookResult = await self.hooks.emit(name, payload)
        if self.coordinator is not None:
            result = await self.coordinator.process_hook_result(result, name, by)
        if result.action == "inject_context" and result.ephemeral and result.context_injection:
            self.injections.append(result)
        return result


async def until_cancelled(turn: Turn, work: Coroutine[Any, Any, T], *, immediate_only: bool = False) -> T:
    """Await `work`, but end it when the session is cancelled, or this task is.

    Raises:
        Stopped: the session's token asked for it; `work` has ended before this is raised.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=None if turn.coordinator is None else LOOK_EVERY)
            if not task.done() and turn.cancelled:
                token = turn.coordinator.cancellation
                if token.is_immediate or not immediate_only:
                    await _end_task(task)
                    raise Stopped
    except asyncio.CancelledError:
        await _end_task(task)
        raise
    return task.result()


async def _end_task(task: asyncio.Future[Any]) -> None:
    task.cancel()
    # What it still says is of no interest to anybody.
    with suppress(asyncio.CancelledError, Exception):
        await task


def watch_text(turn: Turn) -> Callable[[], None]:
    """Collect what a reader sees of the answer, from whichever provider writes it."""
    turn.written = ""

    async def listen(event: str, payload: Mapping[str, Any]) -> HookResult:
        if payload.get("block_type") == "text":
            turn.written += str(payload.get("text", ""))
        return CONTINUE

    if not hasattr(turn.hooks, "register"):
        return lambda: None
    forget: Callable[[], None] = turn.hooks.register(BLOCK_DELTA, listen, name="loop-webllm")
    return forget
