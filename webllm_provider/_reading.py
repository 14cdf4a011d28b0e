"""Requests as callers bring them (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amplifier_core.message_models import ChatRequest
from pydantic import ValidationError

from ._sampling import NUMBERS
from .errors import RequestRefused, engine_error

OPTIONS = frozenset(
    {"model", "timeout", "stop", "logprobs", "tool_choice", "parallel_tool_calls"}
    | {"reasoning_effort", "reasoning", "extended_thinking"}
    | {name for field, (others, _, _) in NUMBERS.items() for name in (field, *others)}
)
"""What `complete()` reads of its keyword arguments."""


def read_request(request: ChatRequest | Mapping[str, Any]) -> ChatRequest:
    """A request, or its fields as a mapping.

    Raises:
        RequestRefused: a field is malformed; the sentence names it.
    """
    if isinstance(request, ChatRequest):
        return request
    if not isinstance(request, Mapping):
        raise engine_error(
            "invalid_request",
            f"A request is a ChatRequest or a mapping of its fields, not {type(request).__name__}.",
            kind=RequestRefused,
        )
    try:
        return ChatRequest.model_validate(_with_names(request))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise engine_error(
            "invalid_request", f"The request is malformed at {place}: {first['msg']}.", kind=RequestRefused
        ) from error


def unknown_options(options: Mapping[str, Any]) -> list[str]:
    """The names of keyword arguments of `complete()` that mean nothing here."""
    return sorted(set(options) - OPTIONS)


def _with_names(request: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in Amplifier's words: older recipes write tools in OpenAI's."""
    fields = dict(request)
    if isinstance(fields.get("tools"), list):
        fields["tools"] = [_unwrapped(tool) for tool in fields["tools"]]
    return fields


def _unwrapped(tool: Any) -> Any:
    function = tool.get("function") if isinstance(tool, Mapping) else None
    return function if isinstance(function, Mapping) else tool
