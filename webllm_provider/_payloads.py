"""What listeners are told of a completion as a whole: normative keys of `llm:request` and the like (pure)."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from amplifier_core.llm_errors import LLMError
from amplifier_core.utils import redact_secrets

from ._answer import ENGINE, FIGURES, MODEL, RECOVERED, WebLLMResponse
from ._repair import Repair
from ._request import Prepared
from .errors import PROVIDER, to_wire_error

OnChunk = Callable[[dict[str, str]], Awaitable[None] | None]
"""Hears the text of an answer, piece by piece."""


@dataclass
class CompletionRun:
    """One call of `complete()`: its request, its id, its clock."""

    prepared: Prepared
    listening: bool
    on_chunk: OnChunk | None = None
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    began: float = field(default_factory=time.monotonic)
    shown: bool = False

    @property
    def model(self) -> str | None:
        return self.prepared.body.get("model")

    @property
    def elapsed_ms(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


def request_payload(call: CompletionRun, *, raw: bool) -> dict[str, Any]:
    """`llm:request`; `raw` adds the body, which holds the whole conversation."""
    body = call.prepared.body
    payload: dict[str, Any] = {
        "provider": PROVIDER,
        "model": call.model,
        "request_id": call.request_id,
        "message_count": len(body["messages"]),
        "has_instructions": call.prepared.has_instructions,
        "reasoning_enabled": call.prepared.thinking,
        "thinking_enabled": call.prepared.thinking,
        "thinking_budget": None,
    }
    if raw:
        payload["raw"] = redact_secrets(dict(body))
    return payload


def response_payload(call: CompletionRun, response: WebLLMResponse) -> dict[str, Any]:
    """`llm:response` of an answer."""
    metadata = response.metadata or {}
    usage = response.usage
    assert usage is not None
    counts: dict[str, Any] = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.cost_usd is not None:
        counts["cost_usd"] = str(usage.cost_usd)
    if usage.cache_read_tokens is not None:
        counts["cache_read_tokens"] = usage.cache_read_tokens
    recovered = [error["code"] for error in metadata.get(RECOVERED, [])]
    return {
        "provider": PROVIDER,
        "model": metadata[MODEL],
        "request_id": call.request_id,
        "status": "ok",
        "duration_ms": call.elapsed_ms,
        "usage": counts,
        "finish_reason": response.finish_reason,
        "engine": metadata[ENGINE],
        "figures": metadata[FIGURES],
        "degradation": response.degradation.model_dump() if response.degradation else None,
        **({"recovered": recovered} if recovered else {}),
    }


def error_payload(call: CompletionRun, error: BaseException) -> dict[str, Any]:
    """`llm:response` of a failure or a cancellation."""
    stopped = isinstance(error, asyncio.CancelledError)
    return {
        "provider": PROVIDER,
        "model": call.model,
        "request_id": call.request_id,
        "status": "error",
        "duration_ms": call.elapsed_ms,
        "error": {
            "type": type(error).__name__,
            "code": "aborted" if stopped else to_wire_error(error)["code"],
            "msg": str(error).strip() or ("The answer was stopped." if stopped else type(error).__name__),
        },
    }


def retry_payload(
    call: CompletionRun, attempt: int, max_retries: int, delay: float, error: LLMError
) -> dict[str, Any]:
    """`provider:retry`: attempt number `attempt` failed, the next begins after `delay` seconds."""
    return {
        "provider": PROVIDER,
        "model": call.model,
        "request_id": call.request_id,
        "attempt": attempt,
        "max_retries": max_retries,
        "delay": delay,
        "error_type": type(error).__name__,
        "error_message": str(error),
    }


def repair_payload(repairs: Sequence[Repair]) -> dict[str, Any]:
    """`provider:tool_sequence_repaired`."""
    return {
        "provider": PROVIDER,
        "repair_count": len(repairs),
        "repairs": [{"tool_call_id": one.tool_call_id, "tool_name": one.tool_name} for one in repairs],
    }
