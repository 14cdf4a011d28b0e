"""Cut a model's raw text into thinking, text and tool calls, whatever the chunk boundaries (pure).

A marker can arrive split over many deltas, so the end of what has come is held back as long as it
could still be the beginning of one. The pieces depend on the text alone, not on how it was cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ._syntax import DEFAULT_SYNTAX, CallSyntax, JsonEnd, bare_state, split_calls
from ._tools import load_json, name_so_far

THINKING: dict[str, str] = {
    # Qwen, DeepSeek, SmolLM, GLM, MiniMax
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    # Mistral
    "[THINK]": "[/THINK]",
    # Gemma 4
    "<|channel>thought\n": "<channel|>",
    # Command A
    "<|START_THINKING|>": "<|END_THINKING|>",
    # Seed
    "<seed:think>": "</seed:think>",
    # Kimi
    "◁think▷": "◁/think▷",
}
"""What begins a model's thinking, and what ends it."""

Kind = Literal["text", "thinking", "call"]
WHITE = " \t\r\n"


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


Step = tuple[list[Piece], bool]
"""What is certain now, and whether to look again at once."""


class Segmenter:
    """Feed it the deltas in order, then `finish()`; join the pieces of a stretch for its text.

    Thinking is recognised only where an answer begins: later on the marker is text about markers.
    A call ends at the first closing marker behind which its JSON is complete, so that a marker inside
    a JSON string does not end it; a call that never becomes valid JSON ends at the first marker.

    Args:
        calls: whether there are tools; without any, the markers of calls are text.
        syntax: how calls stand in the text of this family of models.
    """

    def __init__(self, *, calls: bool = True, syntax: CallSyntax = DEFAULT_SYNTAX) -> None:
        self._syntax = syntax
        self._calls = syntax.opens if calls else ()
        self._kind: Kind = "text"
        self._held = ""
        self._begun = False
        """Whether any text has come: then thinking is over."""
        self._open = False
        """Whether a piece of the current stretch has been given out."""
        self._strip = ""
        """Characters at the beginning of the next text that belong to the marker before it."""
        self._scanned = 0
        """How much of a held call has been searched for its end."""
        self._end = JsonEnd()
        self._think_close = ""
        self._opened = False
        """Whether a piece of the stretch that was left last had been given out."""

    def feed(self, text: str) -> Iterator[Piece]:
        """The pieces that are certain after `text`."""
        self._held += text
        while True:
            step = {"text": self._text, "thinking": self._thinking, "call": self._call}[self._kind]
            pieces, again = step()
            yield from pieces
            if not again:
                return

    def finish(self) -> Iterator[Piece]:
        """The rest: nothing more will come. A stretch that is still open ends here."""
        close = self._syntax.close
        while self._kind == "call" and close is not None and (at := self._held.find(close)) >= 0:
            yield from self._leave_call(at, len(close))
            yield from self.feed("")
        rest, self._held = self._held, ""
        if self._kind == "call":
            yield from _calls_in(rest)
        elif self._open or rest.strip():
            yield Piece(self._kind, rest, closed=True)
        self._kind, self._open = "text", False

    def _text(self) -> Step:
        if self._strip and not self._open:
            self._held = self._held.lstrip(self._strip)
        markers = self._calls if self._begun else (*THINKING, *self._calls)
        found = [(at, marker) for marker in markers if (at := self._held.find(marker)) >= 0]
        if not found:
            keep = max((_partial(self._held, marker) for marker in markers), default=0)
            return self._give(len(self._held) - keep), False
        at, marker = min(found)
        if marker in self._calls:
            return self._call_or_text(at, marker)
        if not self._held[:at].strip():
            self._think_close = THINKING[marker]
            return self._enter("thinking", at, len(marker)), True
        # A <think> behind text is text: look again without it.
        self._begun = True
        return [], True

    def _call_or_text(self, at: int, marker: str) -> Step:
        state = bare_state(self._held[at:]) if self._syntax.bare else "call"
        if state == "call":
            self._begun, self._scanned, self._end = True, 0, JsonEnd()
            return self._enter("call", at, 0 if self._syntax.bare else len(marker)), True
        if state == "open":
            return self._give(at), False
        return self._give(at + len(marker)), True

    def _enter(self, kind: Kind, at: int, marker: int) -> list[Piece]:
        before, self._held = self._held[:at], self._held[at + marker :]
        pieces = [Piece("text", before, closed=True)] if self._open or before.strip() else []
        self._kind, self._open = kind, False
        return pieces

    def _give(self, end: int) -> list[Piece]:
        """The first `end` characters; white space at the beginning waits for what follows it."""
        ready = self._held[:end]
        if not ready or not (self._open or ready.strip()):
            return []
        self._held = self._held[end:]
        self._open = True
        self._begun = self._begun or self._kind == "text"
        return [Piece(self._kind, ready)]

    def _thinking(self) -> Step:
        at = self._held.find(self._think_close)
        if at < 0:
            return self._give(len(self._held) - _partial(self._held, self._think_close)), False
        inside = self._leave(at, len(self._think_close))
        self._strip = WHITE
        # A model that was told not to think writes an empty stretch.
        return [Piece("thinking", inside, closed=True)] if self._opened or inside.strip() else [], True

    def _call(self) -> Step:
        close = self._syntax.close
        if close is None:
            end = self._end.find(self._held)
            if end is not None:
                return self._leave_call(end, 0), True
        else:
            while (at := self._held.find(close, self._scanned)) >= 0:
                if _is_json(self._held[:at]):
                    return self._leave_call(at, len(close)), True
                self._scanned = at + 1
            self._scanned = max(self._scanned, len(self._held) - len(close) + 1)
        # A call is given out whole, but that it comes, and of which tool, is known much earlier.
        if not self._open and (name := name_so_far(self._held)):
            self._open = True
            return [Piece("call", "", name=name)], False
        return [], False

    def _leave_call(self, at: int, marker: int) -> list[Piece]:
        self._strip = self._syntax.separators
        return _calls_in(self._leave(at, marker))

    def _leave(self, at: int, marker: int) -> str:
        inside, self._held = self._held[:at], self._held[at + marker :]
        self._opened, self._kind, self._open = self._open, "text", False
        return inside


def _calls_in(inside: str) -> list[Piece]:
    """The calls of one stretch; the first may have been announced."""
    return [Piece("call", raw, closed=True, name=name_so_far(raw)) for raw in split_calls(inside)]


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
