"""The rich content of tool results: which blocks are accepted, and what hooks get to see of them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, Final

from . import arguments
from .payload import Json, canonical

_OMITTED_IMAGE: Final = "[Image omitted from tool event; original retained for model request if unmodified.]"
_MEDIA_TYPE: Final = re.compile(r"image/[a-z0-9][a-z0-9!#$&^_.+-]*")


def _normalize_tool_result_content(content_json: str) -> str | None:
    """Canonical JSON of a tool result's content blocks, or None where there are none.

    Unknown fields are dropped: a tool's output is untrusted and only what is understood goes on to a model.

    Raises:
        ValueError: a block is not text or a base64 image; the message does not quote the content.
    """
    blocks = _blocks(_parsed(arguments.text(content_json)))
    if not blocks:
        return None
    return json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))


def _tool_result_safe_hook_presentation(tool_result_json: str) -> str:
    """JSON of a tool result as events carry it: images replaced by a sentence, so that logs stay readable.

    Raises:
        ValueError: the result or its content is malformed.
    """
    result = _parsed(arguments.text(tool_result_json))
    if isinstance(result, list) and not result:
        result = {}
    if not isinstance(result, dict):
        raise _invalid("content")
    success, error = result.get("success", True), result.get("error")
    if not isinstance(success, bool) or not (error is None or isinstance(error, dict)):
        raise _invalid("content")
    shown: dict[str, Json] = {"error": error, "output": result.get("output"), "success": success}
    try:
        blocks = _blocks(result.get("content"))
    except ValueError:
        raise _invalid("content") from None
    if blocks:
        shown["content"] = [_without_image(block) for block in blocks]
    return json.dumps(canonical(shown), ensure_ascii=False, separators=(",", ":"))


def _parsed(text: str) -> Json:
    try:
        return canonical(json.loads(text))
    except (ValueError, RuntimeError, RecursionError):
        raise _invalid("content") from None


def _blocks(content: Json) -> list[dict[str, Any]]:
    if content is None:
        return []
    if not isinstance(content, list):
        raise _invalid("content")
    return [_block(item) for item in content]


def _block(item: Json) -> dict[str, Any]:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind == "text" and isinstance(item.get("text"), str):
        return {"type": "text", "text": item["text"]}
    if kind == "image":
        return {"type": "image", "source": _source(item.get("source"))}
    raise _invalid("content")


def _source(source: Json) -> dict[str, str]:
    if not isinstance(source, dict) or source.get("type") != "base64":
        # A URL would make the host fetch what a tool names.
        raise _invalid("image source")
    media_type, data = source.get("media_type"), source.get("data")
    if not isinstance(media_type, str) or not _MEDIA_TYPE.fullmatch(media_type):
        raise _invalid("image media type")
    if not isinstance(data, str) or not _is_canonical_base64(data):
        raise _invalid("image data")
    return {"data": data, "media_type": media_type, "type": "base64"}


def _is_canonical_base64(data: str) -> bool:
    """Whether decoding and encoding gives the same text: no blanks, no stray bits, right padding."""
    try:
        decoded = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return False
    return bool(decoded) and base64.b64encode(decoded).decode("ascii") == data


def _without_image(block: dict[str, Any]) -> dict[str, Any]:
    return block if block["type"] == "text" else {"type": "text", "text": _OMITTED_IMAGE}


def _invalid(what: str) -> ValueError:
    return ValueError(f"invalid tool result {what}")
