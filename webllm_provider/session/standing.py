"""Where a session stands: at which message a turn begins, and whether a cut answer belongs there (pure)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from .context import is_question


def question_of(messages: Sequence[Mapping[str, Any]]) -> int:
    """Where the last turn begins."""
    for place in reversed(range(len(messages))):
        if is_question(dict(messages[place])):
            return place
    return 0


def continues(history: Sequence[Mapping[str, Any]] | None, messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether recorded messages are the turn behind this history; where none is given, the session is there.

    What was said is compared, not how it is stored: a page writes numbers otherwise, and of a turn without
    messages of its own it knows only the text.
    """
    if history is None:
        return True
    return [_said(one) for one in messages[: question_of(messages)]] == [_said(one) for one in history]


def fingerprint(messages: Sequence[Mapping[str, Any]]) -> str:
    """Tells one history from another by what was said in it, as `continues` compares them."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(json.dumps(_said(message)).encode() + b"\n")
    return digest.hexdigest()


def _said(message: Mapping[str, Any]) -> tuple[str, str]:
    content = message.get("content") or ""
    if not isinstance(content, str):
        content = "".join(str(block.get("text", "")) for block in content if block.get("type") == "text")
    return str(message.get("role")), content
