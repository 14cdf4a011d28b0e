"""Putting what hooks inject into the conversation: cleaned, within limits, traceable to its hook."""

from __future__ import annotations

import datetime
import inspect
import logging
from dataclasses import dataclass
from typing import Any, Final

from amplifier_core.models import HookResult, _sanitize_for_llm

from . import arguments, hook_results
from .hook_answers import Fields

logger = logging.getLogger(__name__)

_CHARACTERS_PER_TOKEN: Final = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen to the injections of one result; nothing has happened yet."""

    durable: list[Fields]
    fleeting: list[Fields]
    tokens: int


def planned(result: Any, event: str, hook_name: str, size_limit: int | None) -> Plan:
    """Cleans and checks every injection of a result before any of them is stored.

    Raises:
        ValueError: one is longer than the session's `injection_size_limit`; then none is stored.
    """
    # What is empty, or is only control characters, has nothing to say and is dropped.
    items = [item for item in map(_cleaned, _items(result, event, hook_name)) if item["content"]]
    for item in items:
        if size_limit is not None and len(item["content"]) > size_limit:
            logger.error("Hook '%s' injects %d characters", item["hook_name"], len(item["content"]))
            raise ValueError(f"Context injection exceeds {size_limit} characters")
    return Plan(
        durable=[item for item in items if not item["ephemeral"]],
        fleeting=[item for item in items if item["ephemeral"]],
        tokens=sum(len(item["content"]) // _CHARACTERS_PER_TOKEN for item in items),
    )


def _items(result: Any, event: str, hook_name: str) -> list[Fields]:
    listed = [
        {
            "content": arguments.text(item.content),
            "role": arguments.text(item.role),
            "ephemeral": arguments.flag(item.ephemeral),
            "append_to_last_tool_result": arguments.flag(item.append_to_last_tool_result),
            "hook_name": arguments.text(item.hook_name),
            "event": arguments.text(item.event),
        }
        for item in result.context_injections
    ]
    content = arguments.optional_text(result.context_injection)
    if listed or not content:
        return listed
    return [
        {
            "content": content,
            "role": arguments.text(result.context_injection_role),
            "ephemeral": arguments.flag(result.ephemeral),
            "append_to_last_tool_result": arguments.flag(result.append_to_last_tool_result),
            "hook_name": hook_name,
            "event": event,
        }
    ]


def _cleaned(item: Fields) -> Fields:
    # Limits count what is stored, so control characters go first.
    return {**item, "content": _sanitize_for_llm(item["content"])}


async def stored(context: Any, durable: list[Fields]) -> None:
    """Adds durable injections, with their source, to the context manager; without one they are lost."""
    if context is None or not hasattr(context, "add_message"):
        return
    for item in durable:
        outcome = context.add_message(_message(item))
        if inspect.iscoroutine(outcome):
            await outcome


def _message(item: Fields) -> dict[str, Any]:
    return {
        "role": item["role"],
        "content": item["content"],
        "metadata": {
            "source": "hook",
            "hook_name": item["hook_name"],
            "event": item["event"],
            "timestamp": datetime.datetime.now(datetime.UTC).isoformat(),
            "requested_role": item["role"],
            "ephemeral": False,
            "persisted": True,
        },
    }


def residual(result: Any, fleeting: list[Fields]) -> HookResult:
    """What is left for the orchestrator: the injections that last for one model call, or nothing to do."""
    left = (
        {"action": "inject_context", **hook_results.projected(fleeting)}
        if fleeting
        else hook_results.CONSUMED
    )
    return HookResult.model_validate({**result.model_dump(), **left})
