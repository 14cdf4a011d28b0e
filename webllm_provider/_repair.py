"""A conversation in which every tool call has its result behind it (pure).

A turn can break off between a call and its result, and a hook can put something between the two. Models
and engines take such a history badly, so results are put in or put back, on a copy: the stored
conversation stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from amplifier_core.message_models import Message, ToolCallBlock, ToolResultBlock

from ._tools import load_json

RESULT_ROLES = ("tool", "function")
MISSING = "There is no result: the turn was interrupted before this tool had answered."


@dataclass(frozen=True)
class Repair:
    """A result that was missing."""

    tool_call_id: str
    tool_name: str


@dataclass(frozen=True)
class StoredCall:
    """A tool call as a message holds it."""

    id: str
    name: str
    arguments: dict[str, Any]


def stored_calls(message: Message) -> list[StoredCall]:
    """The calls of an assistant message: from its blocks and from its `tool_calls`.

    The official loops store both, with the key `tool` for the name; OpenAI's form nests it.
    """
    if isinstance(message.content, str) and not message.model_extra:
        return []
    found: dict[str, StoredCall] = {}
    if not isinstance(message.content, str):
        for block in message.content:
            if isinstance(block, ToolCallBlock):
                found[block.id] = StoredCall(block.id, block.name, block.input)
    for call in _listed(message):
        found.setdefault(call.id, call)
    return list(found.values())


def repaired(messages: Sequence[Message]) -> tuple[list[Message], list[Repair]]:
    """A copy of the messages with a result for every call, and what had to be added."""
    if not any(map(stored_calls, messages)):
        return list(messages), []
    answered = {identity for message in messages for identity in _results(message)}
    waiting = {
        message.tool_call_id: place
        for place, message in enumerate(messages)
        if message.role in RESULT_ROLES and message.tool_call_id is not None
    }
    copy: list[Message] = []
    repairs: list[Repair] = []
    placed: set[int] = set()

    def take(place: int) -> None:
        copy.append(messages[place])
        placed.add(place)

    for place, message in enumerate(messages):
        if place in placed:
            continue
        take(place)
        if message.role != "assistant":
            continue
        # The results that are there already keep their order: they belong to the same turn.
        behind = place + 1
        while behind < len(messages) and messages[behind].role in RESULT_ROLES:
            take(behind)
            behind += 1
        for call in stored_calls(message):
            later = waiting.get(call.id, place)
            if later > place and later not in placed:
                take(later)
            elif call.id not in answered:
                repairs.append(Repair(call.id, call.name))
                copy.append(Message(role="tool", content=MISSING, name=call.name, tool_call_id=call.id))
    return copy, repairs


def _results(message: Message) -> Iterator[str]:
    if message.tool_call_id is not None and message.role in RESULT_ROLES:
        yield message.tool_call_id
    if not isinstance(message.content, str):
        for block in message.content:
            if isinstance(block, ToolResultBlock):
                yield block.tool_call_id


def _listed(message: Message) -> Iterator[StoredCall]:
    listed = (message.model_extra or {}).get("tool_calls")
    for number, call in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(call, dict):
            continue
        function = call.get("function")
        source = function if isinstance(function, dict) else call
        name = source.get("name") or call.get("tool")
        arguments = source.get("arguments", source.get("input"))
        if name:
            identity = str(call.get("id") or f"{name}#{number}")
            yield StoredCall(identity, str(name), _arguments(arguments))


def _arguments(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = load_json(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
