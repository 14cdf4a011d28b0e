"""Server-sent events from the bytes of a response (pure).

The one decoder for both fetchers: a browser's Python has no httpx, and what cuts the lines must not
differ between them. Where a chunk ends never changes the events.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ServerSentEvent:
    """One event: its name, and its data lines joined by newlines."""

    name: str
    data: str


class SseDecoder:
    """Feed it the bytes in order, and `end()` when there are no more.

    Damaged UTF-8 becomes U+FFFD. An event without its closing blank line was cut off, and is dropped as
    the standard says: who needs to know whether the stream was whole looks for the protocol's own end.
    """

    def __init__(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._text = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._rest = ""
        self._name = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """The events that are complete with these bytes."""
        return self._take(self._text.decode(chunk))

    def end(self) -> Iterator[ServerSentEvent]:
        """The events that only the end of the bytes completes: their last newline was a lone CR."""
        return self._take(self._text.decode(b"", final=True))

    def _take(self, text: str) -> Iterator[ServerSentEvent]:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line:
                self._field(line)
                continue
            if self._data:
                yield ServerSentEvent(self._name or "message", "\n".join(self._data))
            self._name, self._data = "", []

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        # Comments keep a connection open; ids and retry times belong to streams that are taken up again.
