"""One turn of a session: what it works with, and how it hears a cancellation."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from amplifier_core.models import HookResult

from .._hooks import BLOCK_DELTA
from .events import CONTINUE
from .stopping import EndedByToken, Stops

T = TypeVar("T")


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

    def __post_init__(self) -> None:
        self.stops = None if self.coordinator is None else Stops(self.coordinator.cancellation)

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
    if turn.stops is None:
        return await work
    with EndedByToken(turn.stops, immediate_only=immediate_only):
        return await work


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
