"""The `todo` tool: the to-do list of one session."""

from __future__ import annotations

from typing import Any

NAME = "todo"
DESCRIPTION = "Keep the to-do list of this session."
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "action": {"type": "string", "enum": ["add", "list", "done"]},
        "text": {"type": "string"},
        "id": {"type": "integer"},
    },
    "required": ["action"],
    "additionalProperties": False,
}


def added(number: int, text: str) -> str:
    return f"Task {number} added: {text}"


def listed(tasks: list[tuple[int, str, bool]]) -> str:
    if not tasks:
        return "The to-do list is empty."
    return "\n".join(f"{number}. [{'x' if done else ' '}] {text}" for number, text, done in tasks)


def done(number: int) -> str:
    return f"Task {number} is done."


def missing(number: int) -> str:
    return f"There is no task {number}."
