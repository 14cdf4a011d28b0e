"""Cut a model's raw text into thinking, text and tool calls, whatever the chunk boundaries (pure).

A marker can arrive split over many deltas, so the end of what has come is held back as long as it
could still be the beginning of one. The pieces depend on the text alone, not on how it was cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ._tools import CALL_CLOSE, CALL_OPEN, load_json, name_so_far

THINK_OPEN = "<think>"
THINK_CLOSE = "</think>"

Kind = Literal["text", "thinking", "call"]


@dataclass(frozen=True)
class Piece:
    """Part of a stretch of one kind."""

    kind: Kind
    text: str
    """What came in addition; a call's is its JSON."""
    closed: bool = False
    """The stretch ends here, by its closing marker or by the end of the answer."""
    name: str | None = None
    """The tool's name, with the first piece of a call."""


class Segmenter:
    """Feed it the deltas in order, then `finish()`; join the pieces of a stretch for its text.

    Thinking is recognised only where an answer begins: later on the marker is text about markers.
    A call ends at the first closing marker behind which its JSON is complete, so that a marker inside
    a JSON string does not end it; a call that never becomes valid JSON ends at the first marker.

    Args:
        calls: whether there are tools; without any, the markers of calls are text.
    """

    def __init__(self, *, calls: bool = True) -> None:
        self._calls = [CALL_OPEN] if calls else []
        self._kind: Kind = "text"
        self._held = ""
        self._begun = False
        """Whether any text has come: then thinking is over."""
        self._open = False
        """Whether a piece of the current stretch has been given out."""
        self._strip = False
        """Whether white space at the beginning of the next text belongs to the marker before it."""
        self._scanned = 0
        """How much of a held call has been searched for its end."""

    def feed(self, text: str) -> Iterator[Piece]:
        """The pieces that are certain after `text`."""
        self._held += text
        while True:
            step = {"text": self._text, "thinking": self._thinking, "call": self._call}[self._kind]
            piece, again = step()
            if piece is not None:
                yield piece
            if not again:
                return

    def finish(self) -> Iterator[Piece]:
        """The rest: nothing more will come. A stretch that is still open ends here."""
        while self._kind == "call" and (at := self._held.find(CALL_CLOSE)) >= 0:
            yield self._leave(at, CALL_CLOSE)
            yield from self.feed("")
        rest, self._held = self._held, ""
        if self._kind == "call" or self._open or rest.strip():
            yield Piece(self._kind, rest, closed=True)
        self._kind, self._open = "text", False

    def _text(self) -> tuple[Piece | None, bool]:
        if self._strip and not self._open:
            self._held = self._held.lstrip()
        markers = self._calls if self._begun else [THINK_OPEN, *self._calls]
        found = [(at, marker) for marker in markers if (at := self._held.find(marker)) >= 0]
        if found:
            at, marker = min(found)
            if marker == CALL_OPEN or not self._held[:at].strip():
                return self._enter(at, marker)
        # A <think> behind text is text: look again without it.
        if found and not self._begun:
            self._begun = True
            return None, True
        keep = max((_partial(self._held, marker) for marker in markers), default=0)
        return self._give(len(self._held) - keep), False

    def _enter(self, at: int, marker: str) -> tuple[Piece | None, bool]:
        before, self._held = self._held[:at], self._held[at + len(marker) :]
        piece = Piece("text", before, closed=True) if self._open or before.strip() else None
        self._kind, self._open, self._scanned = ("call" if marker == CALL_OPEN else "thinking"), False, 0
        self._begun = self._begun or marker == CALL_OPEN
        return piece, True

    def _give(self, end: int) -> Piece | None:
        """The first `end` characters; white space before a stretch waits for what follows it."""
        ready = self._held[:end]
        if not ready or (self._kind == "text" and not self._open and not ready.strip()):
            return None
        self._held = self._held[end:]
        self._open = True
        self._begun = self._begun or self._kind == "text"
        return Piece(self._kind, ready)

    def _thinking(self) -> tuple[Piece | None, bool]:
        at = self._held.find(THINK_CLOSE)
        if at < 0:
            return self._give(len(self._held) - _partial(self._held, THINK_CLOSE)), False
        return self._leave(at, THINK_CLOSE), True

    def _call(self) -> tuple[Piece | None, bool]:
        while (at := self._held.find(CALL_CLOSE, self._scanned)) >= 0:
            if _is_json(self._held[:at]):
                return self._leave(at, CALL_CLOSE), True
            self._scanned = at + 1
        self._scanned = max(self._scanned, len(self._held) - len(CALL_CLOSE) + 1)
        # A call is given out whole, but that it comes, and of which tool, is known much earlier.
        if not self._open and (name := name_so_far(self._held)):
            self._open = True
            return Piece("call", "", name=name), False
        return None, False

    def _leave(self, at: int, marker: str) -> Piece:
        inside, self._held = self._held[:at], self._held[at + len(marker) :]
        name = name_so_far(inside) if self._kind == "call" else None
        piece = Piece(self._kind, inside, closed=True, name=name)
        self._kind, self._open, self._strip = "text", False, True
        return piece


def _partial(text: str, marker: str) -> int:
    """How many characters at the end of `text` could begin `marker`."""
    for length in range(min(len(marker) - 1, len(text)), 0, -1):
        if marker.startswith(text[-length:]):
            return length
    return 0


def _is_json(text: str) -> bool:
    try:
        load_json(text)
    except ValueError:
        return False
    return True
