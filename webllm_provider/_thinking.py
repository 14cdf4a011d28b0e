"""Whether a request wants its model to think before it answers (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amplifier_core.message_models import ChatRequest, Degradation

from ._habits import habit_of
from ._wire import CompletionBody
from .config import ProviderConfig

OFF = frozenset({"none", "off", "minimal", "disabled"})


def add_thinking(
    body: CompletionBody,
    request: ChatRequest,
    options: Mapping[str, Any],
    config: ProviderConfig,
    degradations: list[Degradation],
) -> bool:
    """Turn thinking on or off where the model has that switch; whether the answer will begin with it."""
    effort = _effort(request, options, config)
    habit = habit_of(body.get("model"))
    wanted = None if effort is None else effort not in OFF
    if wanted is not None and habit == "switch":
        body["enable_thinking"] = wanted
    does = (habit == "always") or (habit == "switch" and wanted is not False)
    if effort is not None and (does != wanted or effort in ("low", "medium", "high")):
        actual = "it thinks" if does else "it does not think"
        reason = "the model has no degrees of it" if does == wanted else "the model cannot do otherwise"
        degradations.append(Degradation(requested=f"reasoning_effort {effort}", actual=actual, reason=reason))
    return does


def _effort(request: ChatRequest, options: Mapping[str, Any], config: ProviderConfig) -> str | None:
    for value in (
        options.get("reasoning_effort"),
        options.get("reasoning"),
        request.reasoning_effort,
        # What the official loops say when their user wants thinking.
        "on" if options.get("extended_thinking") is True else None,
        config.reasoning_effort,
    ):
        effort = value.get("effort") if isinstance(value, Mapping) else value
        if effort is not None:
            return str(effort).lower()
    return None
