"""Which Amplifier events a session passes on to its application."""

from __future__ import annotations

from amplifier_core import events
from amplifier_core.models import HookResult

from .._hooks import ABORTED, BLOCK_DELTA, BLOCK_END, BLOCK_START, FALLBACK

CONTINUE = HookResult()
"""What a handler answers that only listens; one for all, as every delta asks for it."""

TURN_METRICS = "webllm:turn_metrics"
"""The figures of a turn; see `hooks/metrics.py`."""

STREAMED_EVENTS: tuple[str, ...] = (
    events.SESSION_START,
    events.SESSION_RESUME,
    events.SESSION_END,
    events.PROMPT_SUBMIT,
    events.PROMPT_COMPLETE,
    events.EXECUTION_START,
    events.EXECUTION_END,
    events.ORCHESTRATOR_COMPLETE,
    events.PROVIDER_REQUEST,
    events.PROVIDER_RESPONSE,
    events.PROVIDER_ERROR,
    events.PROVIDER_RETRY,
    events.PROVIDER_TOOL_SEQUENCE_REPAIRED,
    events.LLM_REQUEST,
    events.LLM_RESPONSE,
    BLOCK_START,
    BLOCK_DELTA,
    BLOCK_END,
    ABORTED,
    FALLBACK,
    events.CONTENT_BLOCK_START,
    events.CONTENT_BLOCK_END,
    events.TOOL_PRE,
    events.TOOL_POST,
    events.TOOL_ERROR,
    events.CONTEXT_COMPACTION,
    events.APPROVAL_REQUIRED,
    events.APPROVAL_GRANTED,
    events.APPROVAL_DENIED,
    events.USER_NOTIFICATION,
    events.CANCEL_REQUESTED,
    events.CANCEL_COMPLETED,
    events.MODULE_LOAD_FAILED,
    TURN_METRICS,
)
