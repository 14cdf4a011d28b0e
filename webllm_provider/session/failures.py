"""What the loop tells of an answer that failed (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amplifier_core.llm_errors import InvalidToolCallError, LLMError

from .._wire import WireError
from ..errors import to_wire_error

MALFORMED = "Your tool call could not be used. {error} Write it again correctly, or answer without it."


def error_payload(provider: str, error: Exception) -> dict[str, Any]:
    """`provider:error`."""
    wire = to_wire_error(error)
    payload: dict[str, Any] = {
        "provider": provider,
        "error": {"type": type(error).__name__, "msg": str(error), **wire},
    }
    if isinstance(error, LLMError):
        payload |= {"retryable": error.retryable, "status_code": error.status_code}
    return payload


def handed_back_payload(provider: str, error: InvalidToolCallError) -> dict[str, Any]:
    """`provider:retry` of an answer whose tool call the model is asked to write again."""
    return {
        "provider": provider,
        "attempt": 1,
        "max_retries": 1,
        "delay": 0.0,
        "error_type": type(error).__name__,
        "error_message": str(error),
    }


def told_error(payload: Mapping[str, Any]) -> WireError | None:
    """The wire error inside `provider:error`; None where another provider's event has none."""
    given = payload.get("error")
    if not isinstance(given, Mapping) or "code" not in given:
        return None
    error: WireError = {"code": given["code"], "message": str(given.get("message") or given.get("msg"))}
    if "hint" in given:
        error["hint"] = given["hint"]
    if "details" in given:
        error["details"] = given["details"]
    return error
