"""Messages of the page, as Python can use them."""

from __future__ import annotations

import json
from typing import Any

LONE = "\\ud"
"""How a lone half of a character begins in JSON text: JavaScript escapes nothing else so, and pairs never."""


def read_message(text: str) -> Any:
    """The JSON text of a message of the wire. Halves of characters, which JavaScript's strings may hold and
    the kernel's payloads may not, become the replacement character."""
    read = json.loads(text)
    return _whole(read) if LONE in text.lower() else read


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value
