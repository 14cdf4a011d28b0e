"""Which turns of a long conversation a request takes along.

An engine's cache holds what a request began with. Were only as much left out as must be, then every request
of a long conversation would begin with another turn, and the engine would compute all of it anew for each
question. So more is left out at once, and the requests behind it begin with the same turn until they no
longer fit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]

FILLED_TO = 2 / 3
"""Share of the room beside the last turn that older ones get where some are left out."""
MUCH_MORE = 1.25
"""Growth of the room that takes in again what was left out: another model, or a better estimate."""
PER_MESSAGE = 8
"""Characters that a chat template adds to each message, roughly."""
PER_IMAGE = 6000
"""Characters that an image is counted as: vision models take up to about 2,000 tokens for one."""


class Fitting:
    """Chooses the turns of one conversation, request by request."""

    def __init__(self) -> None:
        self._first: Message | None = None
        """What the last request began with, where turns were left out."""
        self._room = 0.0

    def last_of(self, turns: list[list[Message]], room: float) -> list[list[Message]]:
        """As many of the last turns as are to be sent: the last one always.

        Args:
            turns: the history without the system's messages, cut before every question; its messages are told
                apart by identity.
            room: characters.
        """
        begun = self._as_before(turns, room)
        if not begun or sum(map(_length, begun)) <= room:
            return begun
        last = sum(map(_length, turns[-1:]))
        kept = _last_that_fit(turns, last + (room - last) * FILLED_TO)
        self._first, self._room = kept[0][0], room
        return kept

    def start_over(self) -> None:
        """The last request was too long after all: the next one is not to begin as it did."""
        self._first = None

    def _as_before(self, turns: list[list[Message]], room: float) -> list[list[Message]]:
        if self._first is not None and room < self._room * MUCH_MORE:
            for place, turn in enumerate(turns):
                if turn[0] is self._first:
                    return turns[place:]
        self._first = None
        return turns


def _last_that_fit(turns: list[list[Message]], room: float) -> list[list[Message]]:
    kept: list[list[Message]] = []
    for turn in reversed(turns):
        room -= _length(turn)
        if room < 0 and kept:
            break
        kept.append(turn)
    return kept[::-1]


def _length(turn: Sequence[Message]) -> int:
    return sum(map(characters, turn))


def characters(message: Message) -> int:
    """How many characters a message is counted as."""
    content = message.get("content") or ""
    raw = (message.get("metadata") or {}).get("webllm:raw_text")
    if isinstance(raw, str):
        return len(raw) + PER_MESSAGE
    if isinstance(content, str):
        return len(content) + PER_MESSAGE
    images = [block for block in content if block.get("type") == "image"]
    others = [block for block in content if block.get("type") != "image"]
    written = len(json.dumps(others, ensure_ascii=False, default=str))
    return written + PER_IMAGE * len(images) + PER_MESSAGE
