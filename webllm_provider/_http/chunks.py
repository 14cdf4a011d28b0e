"""From the chunks of a streamed chat completion to the events of the wire (pure but for its clock)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .._wire import EngineIdentity, Figures, FinishReason, StreamEvent, TokenUsage, WireError
from .failures import error_in_stream

DONE = "[DONE]"
REASONS: dict[str, FinishReason] = {"length": "length"}
"""Everything else that is no filter (stop, tool_calls, function_call, eos) is an end by itself."""


@dataclass
class _Call:
    name: str = ""
    arguments: str = ""

    @property
    def text(self) -> str:
        """`{name, arguments}`; arguments that are no JSON stand there as a string, and are refused."""
        arguments = self.arguments.strip() or "{}"
        try:
            json.loads(arguments)
        except (ValueError, RecursionError):
            # Put in as they are, they could rewrite the name.
            arguments = json.dumps(arguments)
        return f'{{"name": {json.dumps(self.name)}, "arguments": {arguments}}}'


@dataclass
class ChunkReader:
    """Feed it the data of each event in order, then `end()`.

    Args:
        engine: who answers, as the server was asked before.
        model: said of the answer where the server names none.
        clock: seconds; it starts when the request was sent.
    """

    engine: EngineIdentity
    model: str
    clock: Callable[[], float] = time.monotonic
    over: bool = False
    """Whether the last event has been given: nothing more is to be read."""

    _usage: dict[str, Any] = field(default_factory=dict)
    _timings: dict[str, Any] = field(default_factory=dict)
    _calls: dict[int, _Call] = field(default_factory=dict)
    _reason: str | None = None
    _started: bool = False
    _first: float | None = None

    def __post_init__(self) -> None:
        self._began = self.clock()

    def read(self, data: str) -> Iterator[StreamEvent]:
        """The events of one chunk."""
        if self.over:
            return
        if data.strip() == DONE:
            yield from self.end()
            return
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            chunk = None
        if not isinstance(chunk, dict):
            yield from self._fail(
                {"code": "stream_broken", "message": "The server sent a chunk that is no JSON."}
            )
        elif chunk.get("error") is not None:
            yield from self._fail(error_in_stream(chunk["error"]))
        else:
            yield from self._chunk(chunk)

    def end(self) -> Iterator[StreamEvent]:
        """The last events; a failure where the answer had not come to its own end."""
        if self.over:
            return
        if self._reason is None:
            message = "The connection ended before the answer did."
            yield from self._fail({"code": "stream_broken", "message": message, "hint": "Ask once more."})
        elif self._reason == "content_filter":
            yield from self._fail(
                {"code": "content_filtered", "message": "The server's filter stopped the answer."}
            )
        else:
            yield from self._start(self.model)
            for call in self._calls.values():
                yield {"type": "delta", "text": call.text, "channel": "call"}
            self.over = True
            yield {
                "type": "finished",
                "reason": REASONS.get(self._reason, "stop"),
                "usage": self._tokens(),
                "figures": self._figures(),
            }

    def _fail(self, error: WireError) -> Iterator[StreamEvent]:
        self.over = True
        yield {"type": "failure", "error": error}

    def _start(self, model: str) -> Iterator[StreamEvent]:
        if not self._started:
            self._started = True
            yield {"type": "started", "model": model, "engine": self.engine}

    def _chunk(self, chunk: dict[str, Any]) -> Iterator[StreamEvent]:
        name = chunk.get("model")
        yield from self._start(name if isinstance(name, str) and name else self.model)
        self._usage = _object(chunk.get("usage")) or self._usage
        self._timings = _object(chunk.get("timings")) or self._timings
        choices = chunk.get("choices")
        choice = _object(choices[0]) if isinstance(choices, list) and choices else {}
        delta = _object(choice.get("delta"))
        yield from self._parts(delta)
        if choice.get("finish_reason") is not None:
            self._reason = str(choice["finish_reason"])

    def _parts(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        thinking = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thinking, str) and thinking:
            yield from self._text({"type": "delta", "text": thinking, "channel": "thinking"})
        content = delta.get("content") or delta.get("refusal")
        if isinstance(content, str) and content:
            yield from self._text({"type": "delta", "text": content})
        calls = delta.get("tool_calls")
        if isinstance(calls, list) and calls:
            for place, part in enumerate(calls):
                self._fragment(place, _object(part))
            # A call is given out whole; that something comes is a sign of life until then.
            yield from self._text({"type": "delta", "text": ""})

    def _text(self, event: StreamEvent) -> Iterator[StreamEvent]:
        if self._first is None:
            self._first = self.clock()
        yield event

    def _fragment(self, place: int, part: dict[str, Any]) -> None:
        index = part.get("index", place)
        call = self._calls.setdefault(index if isinstance(index, int) else place, _Call())
        function = _object(part.get("function"))
        call.name += str(function.get("name") or "")
        arguments = function.get("arguments")
        # Some send the object itself.
        call.arguments += (
            arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""
        )

    def _tokens(self) -> TokenUsage:
        """As the server counted; 0 from one that does not count."""
        prompt, answer = _count(self._usage, "prompt_tokens"), _count(self._usage, "completion_tokens")
        total = _count(self._usage, "total_tokens") or prompt + answer
        return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": total}

    def _figures(self) -> Figures:
        now = self.clock()
        decoding = now - self._first if self._first is not None else 0.0
        answer = _count(self._usage, "completion_tokens")
        measured = _number(self._timings.get("predicted_per_second"))
        cached = _object(self._usage.get("prompt_tokens_details")).get("cached_tokens")
        prompt = _count(self._usage, "prompt_tokens")
        return {
            "time_to_first_token_ms": None if self._first is None else (self._first - self._began) * 1000,
            "duration_ms": (now - self._began) * 1000,
            "prefill_tokens_per_s": _number(self._timings.get("prompt_per_second")),
            "decode_tokens_per_s": measured
            or ((answer - 1) / decoding if answer > 1 and decoding > 0 else None),
            "prefilled_tokens": max(0, prompt - cached) if isinstance(cached, int) and prompt else None,
        }


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(counts: dict[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _number(value: object) -> float | None:
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
    )
