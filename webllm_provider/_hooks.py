"""What listeners are told while a model writes: `llm:stream_*` names and payloads (pure).

The payloads are those of Amplifier's streaming contract: one `request_id` a call, block indices shared
by all types, `sequence` from 0 within a block, no delta for a tool call.
"""

from __future__ import annotations

from typing import Any, assert_never

from ._steps import BlockDelta, BlockEnd, BlockStart, Step

BLOCK_START = "llm:stream_block_start"
BLOCK_DELTA = "llm:stream_block_delta"
BLOCK_END = "llm:stream_block_end"
ABORTED = "llm:stream_aborted"
FALLBACK = "webllm:fallback"
"""A server answers in the browser's place: `{"rule", "code", "message", "server_model"}`."""

Event = tuple[str, dict[str, Any]]


def stream_event(request_id: str, step: Step) -> Event:
    """The event for one step of a stream."""
    common = {"request_id": request_id, "block_index": step.index, "block_type": step.type}
    match step:
        case BlockStart():
            return BLOCK_START, {**common, **({} if step.name is None else {"name": step.name})}
        case BlockDelta():
            return BLOCK_DELTA, {**common, "sequence": step.sequence, "text": step.text}
        case BlockEnd():
            return BLOCK_END, common
        case other:
            assert_never(other)


def aborted_event(request_id: str, error: BaseException) -> Event:
    """The event for a stream that broke off after something had been shown."""
    message = str(error).strip() or "The answer was stopped."
    return ABORTED, {"request_id": request_id, "error": {"type": type(error).__name__, "msg": message}}
