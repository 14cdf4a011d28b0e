"""Redis Streams as the shared queue reads them: entries by stream, in either version of Redis' protocol."""

from __future__ import annotations

from typing import Any

Entry = tuple[str, dict[str, str]]
"""An entry's id and its fields."""


def entries(answer: Any) -> list[tuple[str, Entry]]:
    """What a read of several streams has brought: the stream and the entry, in order."""
    if not answer:
        return []
    pairs = answer.items() if isinstance(answer, dict) else answer
    return [(stream, entry) for stream, found in pairs for entry in _flat(found)]


def _flat(found: Any) -> list[Entry]:
    # The newer protocol wraps the entries of a stream once more.
    inner = found[0] if found and isinstance(found[0], list) else found
    return [(id, fields) for id, fields in inner]
