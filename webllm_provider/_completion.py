"""The events of one stream as one answer: the OpenAI completion that `js_llm_complete` promises."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from ._wire import Completion, CompletionFailure, StreamEvent, WireError

UNENDED: WireError = {"code": "internal", "message": "The engine's answer ended without an ending."}


async def collected(
    stream: AsyncGenerator[StreamEvent, None], on_text: Callable[[str], Any] = lambda text: None
) -> Completion | CompletionFailure:
    """Read a stream to its end. `on_text` is called with each piece of text on the way."""
    text, started = "", None
    async with aclosing(stream) as events:
        async for event in events:
            if event["type"] == "started":
                started = event
            elif event["type"] == "delta":
                text += event["text"]
                on_text(event["text"])
            elif event["type"] == "failure":
                return _failed(event["error"], text)
            elif event["type"] == "finished" and started is not None:
                return {
                    "id": f"chatcmpl-{uuid.uuid4()}",
                    "object": "chat.completion",
                    "created": int(time.time()),
                    "model": started["model"],
                    "choices": [
                        {
                            "index": 0,
                            "message": {"role": "assistant", "content": text},
                            "finish_reason": event["reason"],
                        }
                    ],
                    "usage": event["usage"],
                    "engine": started["engine"],
                    "figures": event["figures"],
                }
    return _failed(UNENDED, text)


def _failed(error: WireError, text: str) -> CompletionFailure:
    return {"error": error, "partial": text} if text else {"error": error}
