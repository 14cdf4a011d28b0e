"""Carrying out what the result of an emit asks for: inject, ask the user, show a message."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from . import approval, arguments, injections

logger = logging.getLogger(__name__)


class Host(Protocol):
    """What carrying out a result needs of the coordinator."""

    _current_turn_injections: int

    @property
    def approval_system(self) -> Any: ...
    @property
    def display_system(self) -> Any: ...
    @property
    def mount_points(self) -> dict[str, Any]: ...
    @property
    def injection_budget_per_turn(self) -> Any: ...
    @property
    def injection_size_limit(self) -> Any: ...


def process(host: Host, result: Any, event: str, hook_name: str) -> Coroutine[Any, Any, Any]:
    """Checks, charges and shows now; what it returns stores and asks when awaited.

    Everything is checked before anything happens, so that a refused result leaves no half of itself behind.
    """
    action = arguments.text(result.action)
    size_limit, budget = _limit(host.injection_size_limit), _limit(host.injection_budget_per_turn)
    if action == "ask_user":
        return approval.decided(
            host.approval_system,
            arguments.optional_text(result.approval_prompt),
            result.approval_options,
            arguments.number(result.approval_timeout),
            arguments.text(result.approval_default),
        )
    if action != "inject_context":
        _show(host, result, hook_name)
        return _unchanged(result)
    plan = injections.planned(result, event, hook_name, size_limit)
    _charge(host, plan.tokens, budget, hook_name)
    _show(host, result, hook_name)
    return _injected(host, result, plan)


async def _unchanged(result: Any) -> Any:
    return result


async def _injected(host: Host, result: Any, plan: injections.Plan) -> Any:
    await injections.stored(host.mount_points.get("context"), plan.durable)
    return injections.residual(result, plan.fleeting)


def _limit(value: Any) -> int | None:
    return None if value is None else arguments.count(value)


def _charge(host: Host, tokens: int, budget: int | None, hook_name: str) -> None:
    # Over budget is a warning, not an error: dropping feedback in silence would be worse than a long turn.
    if budget is not None and host._current_turn_injections + tokens > budget:
        logger.warning("Hook '%s' exceeds the turn's injection budget of %d tokens", hook_name, budget)
    host._current_turn_injections += tokens


def _show(host: Host, result: Any, hook_name: str) -> None:
    message = arguments.optional_text(result.user_message)
    if not message or host.display_system is None:
        return
    source = hook_name if result.user_message_source is None else result.user_message_source
    try:
        host.display_system.show_message(message, result.user_message_level, f"hook:{source}")
    except Exception:
        logger.exception("The display system failed to show a hook's message")
