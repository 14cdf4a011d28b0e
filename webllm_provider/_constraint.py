"""What a model's output may hold, so that a call can only be a call of a tool that exists (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._dialects import Dialect
from ._screen import expressible
from ._tools import ToolLike
from ._wire import Constraint, ConstraintTag
from .errors import RequestRefused, engine_error

ANY_OBJECT: dict[str, Any] = {"type": "object"}
TEXT_FIRST = 240
"""Characters that may stand before a call that must come: a model that may not end need not stop talking."""


@dataclass(frozen=True)
class ToolChoice:
    """What a request says of its tools.

    Attributes:
        tools: those that may be called; empty for "none".
        required: a call must come; where a grammar holds the model to it, at most `TEXT_FIRST` characters of
            text stand before it.
        single: at most one call.
    """

    tools: tuple[ToolLike, ...]
    required: bool
    single: bool


def read_tool_choice(
    tools: Sequence[ToolLike], choice: str | Mapping[str, Any] | None, *, parallel: bool = True
) -> ToolChoice:
    """`tool_choice` in OpenAI's words (none, auto, required, a tool's name) or as an object of either vendor.

    Raises:
        RequestRefused: it names a tool that the request does not bring, or needs one and has none.
    """
    named = _named(choice)
    if named is not None:
        chosen = tuple(tool for tool in tools if tool.name == named)
        if not chosen:
            raise engine_error(
                "invalid_request",
                f"tool_choice names a tool that the request does not bring: {named}.",
                details={"tool": named},
                kind=RequestRefused,
            )
        return ToolChoice(chosen, required=True, single=True)
    if isinstance(choice, Mapping):
        choice = str(choice.get("type", "auto"))
    if choice == "none":
        return ToolChoice((), required=False, single=False)
    required = choice in ("required", "any")
    if required and not tools:
        raise engine_error("invalid_request", "tool_choice requires a call, but the request brings no tools.")
    return ToolChoice(tuple(tools), required=required, single=not parallel)


def build_constraint(choice: ToolChoice, dialect: Dialect) -> tuple[Constraint | None, list[str]]:
    """The constraint for a choice of tools, and the names of tools whose schema had to be relaxed."""
    if not choice.tools:
        return None, []
    relaxed: list[str] = []
    tags: list[ConstraintTag] = []
    for tool in choice.tools:
        schema = tool.parameters or ANY_OBJECT
        if not expressible(schema):
            relaxed.append(tool.name)
            schema = ANY_OBJECT
        tags.append(dialect.tag(tool.name, schema))
    constraint: Constraint = {
        "triggers": [dialect.syntax.opens[0]],
        "tags": tags,
        "at_least_one": choice.required,
        "stop_after_first": choice.single,
    }
    if choice.required and not dialect.syntax.opens[0][0].isalnum():
        # That text holds no character with which a call begins: a letter would cripple it.
        constraint["text_first"] = TEXT_FIRST
    return constraint, relaxed


def _named(choice: str | Mapping[str, Any] | None) -> str | None:
    if isinstance(choice, Mapping):
        function = choice.get("function")
        name = function.get("name") if isinstance(function, Mapping) else choice.get("name")
        return str(name) if name else None
    return choice if choice not in (None, "", "none", "auto", "required", "any") else None
