"""The response of a whole answer (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from amplifier_core.content_models import ContentBlock, TextContent, ThinkingContent, ToolCallContent
from amplifier_core.message_models import (
    ChatResponse,
    ContentBlockUnion,
    Degradation,
    TextBlock,
    ThinkingBlock,
    ToolCall,
    ToolCallBlock,
    Usage,
)
from pydantic import Field

from ._wire import EngineIdentity, Figures, Finished, WireError

RAW_TEXT = "webllm:raw_text"
"""Metadata key of the answer as the model wrote it. Resent byte for byte, it keeps the KV cache valid."""
ENGINE = "webllm:engine"
FIGURES = "webllm:figures"
MODEL = "webllm:model"
RECOVERED = "webllm:recovered"
"""Metadata key of what the engine survived while it wrote the answer: a list of errors as data."""


class WebLLMResponse(ChatResponse):
    """`ChatResponse` with the two attributes that the official orchestrators read."""

    content_blocks: list[ContentBlock] | None = Field(default=None, exclude=True)
    text: str | None = None


def make_response(
    blocks: list[ContentBlockUnion],
    *,
    finished: Finished,
    engine: EngineIdentity,
    model: str | None,
    text: str,
    raw: str | None,
    degradations: Sequence[Degradation],
    recoveries: Sequence[WireError] = (),
) -> WebLLMResponse:
    """The response of an answer that has ended.

    Args:
        text: what a reader has seen of it.
        raw: all of it as the model wrote it; None where no one text is the whole answer.
        degradations: what of the request could not be honoured.
        recoveries: what the engine survived while it wrote.
    """
    calls = [block for block in blocks if isinstance(block, ToolCallBlock)]
    return WebLLMResponse(
        content=blocks,
        tool_calls=[ToolCall(id=call.id, name=call.name, arguments=call.input) for call in calls] or None,
        usage=_usage(finished, engine),
        degradation=_joined(degradations),
        finish_reason="tool_calls" if calls else finished["reason"],
        metadata={
            **({} if raw is None else {RAW_TEXT: raw}),
            MODEL: model,
            ENGINE: dict(engine),
            FIGURES: dict(finished["figures"]),
            **({RECOVERED: [dict(error) for error in recoveries]} if recoveries else {}),
        },
        content_blocks=[_event_block(block) for block in blocks],
        text=text or None,
    )


def _usage(finished: Finished, engine: EngineIdentity) -> Usage:
    tokens, figures = finished["usage"], finished["figures"]
    prefilled = figures["prefilled_tokens"]
    reused = None if prefilled is None else max(0, tokens["prompt_tokens"] - prefilled)
    return Usage(
        input_tokens=tokens["prompt_tokens"],
        output_tokens=tokens["completion_tokens"],
        total_tokens=tokens["total_tokens"],
        cache_read_tokens=reused,
        # On the user's own device it is free; what a server costs, its owner knows.
        cost_usd=None if engine["kind"] == "server" else Decimal(0),
        **_known(figures),
    )


def _known(figures: Figures) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if value is not None}


def _joined(degradations: Sequence[Degradation]) -> Degradation | None:
    """A response has room for one."""
    if len(degradations) < 2:
        return degradations[0] if degradations else None
    return Degradation(
        requested="; ".join(one.requested for one in degradations),
        actual="; ".join(one.actual for one in degradations),
        reason="; ".join(one.reason for one in degradations),
    )


def _event_block(block: ContentBlockUnion) -> ContentBlock:
    if isinstance(block, ToolCallBlock):
        return ToolCallContent(id=block.id, name=block.name, arguments=block.input)
    if isinstance(block, ThinkingBlock):
        return ThinkingContent(text=block.thinking)
    if isinstance(block, TextBlock):
        return TextContent(text=block.text)
    raise TypeError(f"an answer has no {type(block).__name__}")
