"""Tools in OpenAI's own shape, for an engine that takes them natively (pure).

A server renders them with its model's own template, and separates the calls from the text itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from amplifier_core.message_models import Degradation

from ._constraint import ToolChoice
from ._repair import StoredCall
from ._syntax import CallSyntax
from ._tools import ToolLike
from ._wire import BodyMessage, CompletionBody, LoadedModel

NATIVE_SYNTAX = CallSyntax(opens=())
"""Calls do not stand in the text: what looks like one there is text about calls."""


def takes_tools(loaded: LoadedModel | None) -> bool:
    """Whether tools go to the engine as such. One that can hold a constraint gets the stricter way."""
    if loaded is None:
        return False
    can = loaded["capabilities"]
    return can["native_tools"] and can["constraint"] == "none"


def native_assistant(text: str, calls: Sequence[StoredCall]) -> BodyMessage:
    """An answer of the model with its calls."""
    message: BodyMessage = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
            }
            for call in calls
        ]
    return message


def native_result(call_id: str, output: str) -> BodyMessage:
    """One tool result; native ones stand each in a message of its own."""
    return {"role": "tool", "tool_call_id": call_id, "content": output}


def add_tools(
    body: CompletionBody,
    choice: ToolChoice,
    readable: Sequence[ToolLike],
    degradations: list[Degradation],
) -> None:
    """Put the tools of a choice into a body; a named one is the only one, and required."""
    if not choice.tools:
        return
    body["tools"] = [_function(tool) for tool in readable]
    body["tool_choice"] = "required" if choice.required else "auto"
    if choice.single:
        reason = "not every server can be told"
        degradations.append(
            Degradation(requested="at most one call", actual="as many as the model writes", reason=reason)
        )


def _function(tool: ToolLike) -> dict[str, Any]:
    parameters = tool.parameters or {"type": "object", "properties": {}}
    function = {"name": tool.name, "description": tool.description or "", "parameters": parameters}
    return {"type": "function", "function": function}
