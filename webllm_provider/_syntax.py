"""How calls stand in a model's text: their markers, and where their JSON ends (pure)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from ._tools import CALL_CLOSE, CALL_OPEN, name_so_far

CALL_KEYS = (',"arguments":', ',"parameters":')
"""What stands behind the name in a call, without white space."""


@dataclass(frozen=True)
class CallSyntax:
    """The markers around calls.

    Attributes:
        opens: what begins a stretch of calls; any of them does.
        close: what ends it; None where it ends with its JSON.
        bare: there is no marker: the opening is the beginning of the JSON itself.
        separators: characters between two stretches that mean nothing.
    """

    opens: tuple[str, ...] = (CALL_OPEN,)
    close: str | None = CALL_CLOSE
    bare: bool = False
    separators: str = " \t\r\n"


DEFAULT_SYNTAX = CallSyntax()


class JsonEnd:
    """Finds where the first JSON object or array of a growing text ends, looking at each character once."""

    def __init__(self) -> None:
        self._place = 0
        self._depth = 0
        self._quoted = False
        self._escaped = False
        self._hopeless = False

    def find(self, text: str) -> int | None:
        """The place behind its last bracket; None as long as that has not come."""
        while self._place < len(text) and not self._hopeless:
            character = text[self._place]
            self._place += 1
            if self._step(character):
                return self._place
        return None

    def _step(self, character: str) -> bool:
        if self._quoted:
            self._quoted = self._escaped or character != '"'
            self._escaped = not self._escaped and character == "\\"
        elif character in "{[":
            self._depth += 1
        elif self._depth == 0:
            # Something else stands where JSON should begin: there is no end to be found.
            self._hopeless = not character.isspace()
        elif character in "}]":
            self._depth -= 1
            return self._depth == 0
        elif character == '"':
            self._quoted = True
        return False


def split_calls(raw: str) -> list[str]:
    """The JSON of each call in a stretch: models that write several at once write them as an array."""
    text = raw.strip()
    if not text.startswith("["):
        return [raw]
    decoder = json.JSONDecoder()
    found: list[str] = []
    place = _past(text, 1)
    try:
        while text[place : place + 1] not in ("]", ""):
            _, end = decoder.raw_decode(text, place)
            found.append(text[place:end])
            place = _past(text, end)
            if text[place : place + 1] == ",":
                place = _past(text, place + 1)
    except (ValueError, RecursionError):
        # What cannot be read is one malformed call, with all of its text.
        return [raw]
    return found if text[place:] == "]" and found else [raw]


def bare_state(held: str) -> Literal["call", "text", "open"]:
    """Whether JSON that begins without a marker is a call; "open" as long as both are possible."""
    name_end = _name_end(held)
    if name_end is None:
        return "open"
    if name_so_far(held) is None:
        return "text"
    rest = "".join(held[name_end:].split())
    if rest.startswith(CALL_KEYS):
        return "call"
    return "open" if any(key.startswith(rest) for key in CALL_KEYS) else "text"


def _name_end(held: str) -> int | None:
    """The place behind the closing quotation mark of the name's value."""
    quotes = 0
    place = 0
    while place < len(held):
        if held[place] == "\\":
            place += 1
        elif held[place] == '"':
            quotes += 1
            if quotes == 4:
                return place + 1
        place += 1
    return None


def _past(text: str, place: int) -> int:
    while text[place : place + 1].isspace():
        place += 1
    return place
