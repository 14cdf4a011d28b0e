"""`hooks-metrics`: the figures of each turn, as one event at its end.

    webllm:turn_metrics {requests, retries, input_tokens, output_tokens, cache_read_tokens, model_ms,
                         tools {name: {calls, errors, denied, ms}}, first_text_ms, total_ms}

Times are milliseconds on this device's own clock; `first_text_ms` is None where no text was shown.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from amplifier_core.events import (
    APPROVAL_DENIED,
    APPROVAL_GRANTED,
    EXECUTION_END,
    EXECUTION_START,
    LLM_RESPONSE,
    PROVIDER_RETRY,
    TOOL_ERROR,
    TOOL_POST,
    TOOL_PRE,
)
from amplifier_core.models import HookResult

from ..._hooks import BLOCK_START
from ..events import TURN_METRICS

NAME = "hooks-metrics"
PRIORITY = 990
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens")


@dataclass
class TurnFigures:
    """What is counted in one turn."""

    began: float
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("requests", "retries", *TOKENS), 0))
    model_ms: int = 0
    first_text_ms: int | None = None
    tools: dict[str, dict[str, int]] = field(default_factory=dict)
    running: dict[str, float] = field(default_factory=dict)

    def tool(self, name: str) -> dict[str, int]:
        """The counts of one tool."""
        return self.tools.setdefault(name, {"calls": 0, "errors": 0, "denied": 0, "ms": 0})


class Metrics:
    """Counts, and tells at the end of each turn.

    Args:
        hooks: where the figures go.
        clock: seconds.
    """

    def __init__(self, hooks: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._hooks = hooks
        self._clock = clock
        self._turn = TurnFigures(clock())

    async def hear(self, event: str, payload: Mapping[str, Any]) -> HookResult:
        """Count one event."""
        turn, tool = self._turn, str(payload.get("tool_name", ""))
        if event == EXECUTION_START:
            self._turn = TurnFigures(self._clock())
        elif event == LLM_RESPONSE:
            self._count(payload)
        elif event == PROVIDER_RETRY:
            turn.counts["retries"] += 1
        elif event == BLOCK_START:
            self._shown(payload)
        elif event in (TOOL_PRE, APPROVAL_GRANTED):
            # From here the tool runs: how long a person has thought about it is no figure of the tool.
            turn.running[str(payload.get("tool_call_id"))] = self._clock()
        elif event == APPROVAL_DENIED:
            turn.tool(tool)["denied"] += 1
        elif event in (TOOL_POST, TOOL_ERROR):
            self._used(event, tool, payload)
        elif event == EXECUTION_END:
            await self._hooks.emit(TURN_METRICS, self._told())
        return HookResult()

    def _shown(self, payload: Mapping[str, Any]) -> None:
        if payload.get("block_type") == "text" and self._turn.first_text_ms is None:
            self._turn.first_text_ms = self._since(self._turn.began)

    def _count(self, payload: Mapping[str, Any]) -> None:
        self._turn.counts["requests"] += 1
        self._turn.model_ms += int(payload.get("duration_ms") or 0)
        usage = payload.get("usage") or {}
        for name in TOKENS:
            self._turn.counts[name] += int(usage.get(name) or 0)

    def _used(self, event: str, tool: str, payload: Mapping[str, Any]) -> None:
        """A tool's end. A tool that raises is told of by both events, and counted by the first."""
        began = self._turn.running.pop(str(payload.get("tool_call_id")), None)
        if began is None:
            return
        counts = self._turn.tool(tool)
        counts["calls"] += 1
        counts["ms"] += self._since(began)
        result = payload.get("result")
        succeeded = result.get("success", True) if isinstance(result, Mapping) else True
        counts["errors"] += event == TOOL_ERROR or not succeeded

    def _told(self) -> dict[str, Any]:
        turn = self._turn
        return {
            **turn.counts,
            "model_ms": turn.model_ms,
            "first_text_ms": turn.first_text_ms,
            "tools": turn.tools,
            "total_ms": self._since(turn.began),
        }

    def _since(self, moment: float) -> int:
        return round((self._clock() - moment) * 1000)


HEARD = (
    EXECUTION_START,
    EXECUTION_END,
    LLM_RESPONSE,
    PROVIDER_RETRY,
    BLOCK_START,
    TOOL_PRE,
    TOOL_POST,
    TOOL_ERROR,
    APPROVAL_DENIED,
    APPROVAL_GRANTED,
)


async def mount(coordinator: Any, config: Mapping[str, Any] | None = None) -> Callable[[], Awaitable[None]]:
    """Mount the hook."""
    metrics = Metrics(coordinator.hooks)
    forgets = [
        coordinator.hooks.register(event, metrics.hear, priority=PRIORITY, name=NAME) for event in HEARD
    ]
    coordinator.register_contributor("observability.events", NAME, lambda: [TURN_METRICS])

    async def cleanup() -> None:
        for forget in forgets:
            forget()

    return cleanup
