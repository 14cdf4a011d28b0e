"""`hooks-logging`: what happens in a session, one line of the log for each event, without a word of it.

Lines hold names, ids, counts, times and codes. What people and models said, arguments and results are told by
their length alone.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from amplifier_core.models import HookResult

from ..._hooks import BLOCK_DELTA
from ..events import STREAMED_EVENTS

NAME = "hooks-logging"
PRIORITY = 950
TOLD = frozenset(
    {"provider", "model", "request_id", "tool_name", "tool_call_id", "iteration", "turn_count", "status"}
    | {"duration_ms", "finish_reason", "message_count", "choice", "attempt", "delay", "error_type", "rule"}
    | {"before_messages", "after_messages", "left_out_turns", "token_budget", "module_id", "block_type"}
)
"""Keys of payloads whose values are nobody's words."""
LONGEST = 120
WARNINGS = frozenset({"provider:error", "tool:error", "module:load_failed", "approval:denied"})

logger = logging.getLogger("webllm_provider.session.events")


def line_of(event: str, payload: Mapping[str, Any]) -> str:
    """The line of an event."""
    facts = [f"{name}={_value(value)}" for name, value in payload.items() if name in TOLD]
    facts += [f"{name}:{len(value)}" for name, value in payload.items() if name not in TOLD and _sized(value)]
    error = payload.get("error")
    if isinstance(error, Mapping):
        facts += [f"error.{name}={_value(error[name])}" for name in ("type", "code") if name in error]
    usage = payload.get("usage")
    if isinstance(usage, Mapping):
        facts += [f"{name}={count}" for name, count in usage.items() if isinstance(count, int)]
    return " ".join([event, *facts])


def _sized(value: object) -> bool:
    return isinstance(value, str | list)


def _value(value: object) -> str:
    # A tool's or a model's name may come from a model: it stays on its line.
    return "".join(sign if sign.isprintable() else "?" for sign in str(value)[:LONGEST])


async def mount(coordinator: Any, config: Mapping[str, Any] | None = None) -> Callable[[], Awaitable[None]]:
    """Mount the hook; `config` may hold `level` (of ordinary lines, "INFO" by default)."""
    level = logging.getLevelNamesMapping()[str((config or {}).get("level", "INFO")).upper()]
    if not logger.hasHandlers():
        # Nobody has set up logging, as in a browser: who mounts this hook wants to see its lines.
        logger.addHandler(logging.StreamHandler())
        logger.setLevel(level)

    async def write(event: str, payload: Mapping[str, Any]) -> HookResult:
        chosen = logging.WARNING if event in WARNINGS else level
        if logger.isEnabledFor(chosen):
            logger.log(chosen, "%s", line_of(event, payload))
        return HookResult()

    # Not of every piece of an answer: that would be most of the log, and says nothing.
    forgets = [
        coordinator.hooks.register(event, write, priority=PRIORITY, name=NAME)
        for event in STREAMED_EVENTS
        if event != BLOCK_DELTA
    ]

    async def cleanup() -> None:
        for forget in forgets:
            forget()

    return cleanup
