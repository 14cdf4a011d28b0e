"""What a server's refusal means: from a status and a body to an error of the wire (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .._wire import ErrorCode, WireError
from ..errors import EngineError, engine_error

LONGEST_SENTENCE = 500
"""Characters of a server's own words that are kept; some send whole pages."""

_CONTEXT = re.compile(
    r"context.{0,20}(length|size|window)|maximum.{0,20}tokens|exceed_context|too many tokens"
    r"|prompt is too long",
    re.IGNORECASE,
)
_TOOLS = re.compile(r"tool.choice|tool.call|\btools\b|function.call", re.IGNORECASE)

# Status: the code, what is said where the server has no words, and what to do.
STATUSES: dict[int, tuple[ErrorCode, str, str | None]] = {
    401: ("authentication_failed", "The server does not know this API key.", "Check api_key."),
    403: (
        "access_denied",
        "The server does not allow this.",
        "Ask whoever runs it, or choose another model.",
    ),
    408: ("server_unavailable", "The server gave up waiting.", None),
    429: ("rate_limited", "The server asks for a pause.", None),
}


def refusal(status: int, headers: Mapping[str, str], body: str) -> WireError:
    """The error for an answer whose status is no success.

    Args:
        headers: names in lower case.
        body: its text, JSON in one of the usual shapes or anything else.
    """
    told = _told(body)
    words = _sentence(told)
    details: dict[str, Any] = {"status": status}
    if (pause := _pause(headers)) is not None:
        details["retry_after"] = pause
    for name, key in (("prompt_tokens", "n_prompt_tokens"), ("context_window", "n_ctx")):
        if isinstance(told.get(key), int):
            details[name] = told[key]
    code, sentence, hint = _meaning(status, told, words)
    said = f"{sentence} It says: {words}" if words else sentence
    error: WireError = {"code": code, "message": said, "details": details}
    if hint is not None:
        error["hint"] = hint
    return error


def error_in_stream(value: object) -> WireError:
    """The error that a server sends in place of a chunk, after its status was 200."""
    told = value if isinstance(value, dict) else {"message": str(value)}
    status = told.get("code")
    if isinstance(status, int) and 400 <= status < 600:
        return refusal(status, {}, json.dumps({"error": told}))
    words = _sentence(told)
    sentence = "The server broke off the answer."
    return {"code": "stream_broken", "message": f"{sentence} It says: {words}" if words else sentence}


def redacted(error: WireError, secrets: tuple[str, ...]) -> WireError:
    """The error without the secrets: some servers quote the key that they refuse."""
    message = error["message"]
    for secret in secrets:
        message = message.replace(secret, "[the key]")
    return {**error, "message": message}


def _meaning(status: int, told: Mapping[str, Any], words: str) -> tuple[ErrorCode, str, str | None]:
    marks = " ".join(str(told.get(key) or "") for key in ("type", "code"))
    everything = f"{marks} {words}"
    if status in (400, 413, 422) and _CONTEXT.search(everything):
        return "context_exceeded", "The conversation does not fit into the server's context.", None
    if "content_filter" in marks or "content_policy" in marks:
        return "content_filtered", "The server's filter refused the conversation.", None
    if status == 404 or "model_not_found" in marks:
        if "model" in everything.lower():
            return "model_not_found", "The server does not have this model.", "Choose one that it lists."
        return "unsupported", "The server has nothing at this address.", "base_url usually ends in /v1."
    if status == 429 and "insufficient_quota" in marks:
        return "access_denied", "The account has nothing left to spend.", None
    if status in STATUSES:
        return STATUSES[status]
    if status >= 500:
        return "server_unavailable", f"The server failed (HTTP {status}).", None
    if 300 <= status < 400:
        return "unsupported", "The server sends this address elsewhere.", "Give base_url as it is in the end."
    if status in (400, 422) and _TOOLS.search(everything):
        hint = "Switch its native tools on, or set native_tools to false."
        return "unsupported", "The server does not take these tools.", hint
    return "invalid_request", f"The server refused the request (HTTP {status}).", None


def _told(body: str) -> dict[str, Any]:
    """The object that speaks of the error, in the shapes of OpenAI, vLLM, llama.cpp and FastAPI."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        # A proxy's page of HTML says less than the status.
        return {} if "<" in body else {"message": body.strip()}
    value = value.get("error", value) if isinstance(value, dict) else value
    if isinstance(value, dict):
        return value
    return {"message": value if isinstance(value, str) else json.dumps(value)}


def _sentence(told: Mapping[str, Any]) -> str:
    words = told.get("message") or told.get("detail") or ""
    text = words if isinstance(words, str) else json.dumps(words)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SENTENCE else f"{text[:LONGEST_SENTENCE]}…"


def _pause(headers: Mapping[str, str]) -> float | None:
    """Seconds: the header holds a number or a date."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def serverside(what: str) -> EngineError:
    """The error for what only an engine in a browser does."""
    return engine_error(
        "unsupported",
        f"A server cannot be asked for {what!r} here: its models, files and queue are its own.",
        hint="Use the server's own tools, or an engine in the browser.",
        details={"what": what},
    )
