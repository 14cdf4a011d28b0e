"""The `notes` tool: short notes, kept in this browser."""

from __future__ import annotations

from typing import Any

NAME = "notes"
DESCRIPTION = "Keep short notes in this browser."
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "action": {"type": "string", "enum": ["add", "list", "remove"]},
        "text": {"type": "string"},
        "id": {"type": "integer"},
    },
    "required": ["action"],
    "additionalProperties": False,
}


def saved(number: int, text: str) -> str:
    return f"Note {number} saved: {text}"


def listed(notes: list[tuple[int, str]]) -> str:
    if not notes:
        return "There are no notes."
    return "\n".join(f"{number}. {text}" for number, text in notes)


def removed(number: int) -> str:
    return f"Note {number} removed."


def missing(number: int) -> str:
    return f"There is no note {number}."
