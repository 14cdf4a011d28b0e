"""Answers as the official loops store them, and what a request adds to the stored messages (pure)."""

from __future__ import annotations

from typing import Any

from amplifier_core.message_models import ChatResponse, ToolSpec
from amplifier_core.models import HookResult


def tool_spec(tool: Any) -> ToolSpec:
    """A mounted tool as a request tells of it."""
    return ToolSpec(
        name=tool.name, description=tool.description, parameters=getattr(tool, "input_schema", None) or {}
    )


def stored_answer(response: ChatResponse, calls: list[Any]) -> dict[str, Any]:
    """The assistant message of a response; its metadata comes back with the next request."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": [block.model_dump() for block in response.content],
    }
    if calls:
        message["tool_calls"] = [
            {"id": call.id, "tool": call.name, "arguments": call.arguments} for call in calls
        ]
    thinking = [block for block in message["content"] if block["type"] == "thinking"]
    if thinking:
        message["thinking_block"] = thinking[0]
    if response.metadata:
        message["metadata"] = response.metadata
    return message


def answer_text(response: ChatResponse) -> str:
    """The text of a response, from whichever provider."""
    given = getattr(response, "text", None)
    if isinstance(given, str):
        return given
    return "".join(block.text for block in response.content if block.type == "text")


def with_injections(messages: list[dict[str, Any]], injections: list[HookResult]) -> list[dict[str, Any]]:
    """Ephemeral injections, for this request only; the stored messages are not touched."""
    for injection in injections:
        last = messages[-1] if messages else None
        if injection.append_to_last_tool_result and last is not None and last.get("role") == "tool":
            messages[-1] = {**last, "content": f"{last.get('content', '')}\n\n{injection.context_injection}"}
        else:
            messages.append(
                {"role": injection.context_injection_role, "content": injection.context_injection or ""}
            )
    return messages
