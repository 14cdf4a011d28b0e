"""From the engine's events to a `ChatResponse` (pure).

`Assembler` takes the events one by one and gives out what a listener may be told at once; at the end
it makes the response from the same state. There is no second way through, streamed or not.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from amplifier_core.message_models import (
    ContentBlockUnion,
    Degradation,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)

from ._answer import WebLLMResponse, make_response
from ._calls import Call, check_call, parse_call
from ._format import LONGER, JsonAnswer
from ._segments import Kind, Piece, Segmenter
from ._steps import BlockDelta, BlockEnd, BlockStart, BlockType, Step
from ._syntax import DEFAULT_SYNTAX, CallSyntax
from ._tools import name_so_far
from ._wire import Delta, EngineIdentity, Finished, Recovered, StreamEvent, WireError
from .errors import AnswerInvalid, EngineError, StreamBroken, engine_error, to_llm_error


@dataclass
class _Block:
    type: BlockType
    text: str = ""
    sequence: int = 0
    started: bool = False
    closed: bool = False


@dataclass
class Assembler:
    """Feed it every event of one completion in order, then ask for the `response`.

    Args:
        schemas: the JSON Schema of each tool of the request, by name; None leaves calls unchecked.
        degradations: what of the request could not be honoured, in words.
        syntax: how calls stand in the text.
        answer: what the whole answer has to be, where it has to be JSON.
        required: whether a call has to come.
        new_id: makes the id of a tool call.
    """

    schemas: Mapping[str, Mapping[str, Any]] | None = None
    degradations: Sequence[Degradation] = ()
    syntax: CallSyntax = DEFAULT_SYNTAX
    answer: JsonAnswer | None = None
    required: bool = False
    new_id: Callable[[], str] = field(default=lambda: f"call_{uuid.uuid4().hex[:24]}")

    model: str | None = None
    engine: EngineIdentity | None = None
    finished: Finished | None = None
    raw: str = ""

    def __post_init__(self) -> None:
        self._segments = Segmenter(calls=self.schemas is None or bool(self.schemas), syntax=self.syntax)
        self._blocks: list[_Block] = []
        self._surrogate = ""
        self._separated = False
        """Whether the engine has told the parts of this answer apart itself."""
        self._channel: Kind | None = None
        self._recoveries: list[WireError] = []
        self._changes: list[Degradation] = []

    @property
    def partial(self) -> str:
        """The text that a reader has seen so far."""
        return "".join(block.text for block in self._blocks if block.type == "text")

    def feed(self, event: StreamEvent) -> Iterator[Step]:
        """What a listener may be told after this event.

        Raises:
            EngineError: the event is a failure, or it cannot come here.
        """
        if self.finished is not None:
            raise self._broken(f"{event['type']} came after the end")
        match event["type"]:
            case "started":
                if self.engine is not None:
                    raise self._broken("a second start came")
                self.model, self.engine = event["model"], event["engine"]
            case "delta":
                if self.engine is None:
                    raise self._broken("text came before the start")
                yield from self._take(event)
            case "finished":
                if self.engine is None:
                    raise self._broken("the end came before the start")
                self.finished = event
                if self._surrogate:
                    yield from self._write("\ufffd")
                yield from self._leave_channel()
                yield from self._pieces(self._segments.finish())
            case "failure":
                raise to_llm_error(event["error"], model=self.model, partial=self.partial)
            case "recovered":
                if self.engine is None:
                    raise self._broken("a recovery came before the start")
                self._recoveries.append(event["error"])
                self._note_change(event)
                self.model, self.engine = event["model"], event["engine"]
            case (
                "progress" | "loaded" | "fetched" | "exported" | "observed" | "batch_item" | "batch_finished"
            ):
                raise self._broken(f"{event['type']} belongs to another stream, not to a completion")
            case other:
                assert_never(other)

    def response(self) -> WebLLMResponse:
        """The whole answer.

        Raises:
            EngineError: the stream ended early, or the completion was stopped, or an answer that had to be
                JSON or a call is not.
            InvalidToolCallError: a call is malformed or does not fit its tool's schema.
        """
        if self.finished is None or self.engine is None:
            raise self._broken("the stream ended without an end event")
        if self.finished["reason"] == "abort":
            raise engine_error("aborted", "The answer was stopped.", model=self.model, partial=self.partial)
        if self.answer is not None:
            self.answer.read(self.partial, cut=self.finished["reason"] == "length", model=self.model)
        if self.required and not any(block.type == "tool_use" for block in self._blocks):
            self._miss_call(cut=self.finished["reason"] == "length")
        return make_response(
            [self._content(block) for block in self._blocks],
            finished=self.finished,
            engine=self.engine,
            model=self.model,
            text=self.partial,
            # Text beside which calls came apart is not the whole answer, and must not stand for it.
            raw=None if self._separated else self.raw,
            degradations=[*self.degradations, *self._changes],
            recoveries=self._recoveries,
        )

    def _miss_call(self, *, cut: bool) -> None:
        """A call was required, and text is all that came."""
        if cut:
            raise engine_error(
                "engine_failed",
                "The answer reached its greatest length before the call that was required.",
                hint=LONGER,
                model=self.model,
                partial=self.partial,
                kind=AnswerInvalid,
            )
        reason = "the engine ended its answer without one"
        self._changes.append(Degradation(requested="a required call", actual="no call", reason=reason))

    def _note_change(self, event: Recovered) -> None:
        """Whoever goes on may be another model, or the same on another device."""
        before = f"{self.model} on {self.engine['device']}" if self.engine is not None else str(self.model)
        after = f"{event['model']} on {event['engine']['device']}"
        if before != after:
            requested, reason = f"an answer by {before}", event["error"]["message"]
            self._changes.append(
                Degradation(requested=requested, actual=f"gone on with by {after}", reason=reason)
            )

    def _take(self, delta: Delta) -> Iterator[Step]:
        text, channel = self._whole(delta["text"]), delta.get("channel")
        if channel is None:
            if text:
                yield from self._leave_channel()
            yield from self._write(text)
            return
        if channel != self._channel:
            yield from self._leave_channel()
            yield from self._pieces(self._segments.finish())
        self._separated = True
        if channel == "call":
            yield from self._pieces(iter([Piece("call", text, closed=True, name=name_so_far(text))]))
        else:
            self._channel = channel
            yield from self._pieces(iter([Piece(channel, text)]))

    def _leave_channel(self) -> Iterator[Step]:
        """The stretch that the engine itself had opened ends."""
        channel, self._channel = self._channel, None
        if channel is not None:
            yield from self._pieces(iter([Piece(channel, "", closed=True)]))

    def _write(self, text: str) -> Iterator[Step]:
        self.raw += text
        yield from self._pieces(self._segments.feed(text))

    def _pieces(self, pieces: Iterator[Piece]) -> Iterator[Step]:
        for piece in pieces:
            if not self._blocks or self._blocks[-1].closed:
                self._blocks.append(_Block("tool_use" if piece.kind == "call" else piece.kind))
            index, block = len(self._blocks) - 1, self._blocks[-1]
            block.text += piece.text
            block.closed = piece.closed
            if not block.started:
                block.started = True
                yield BlockStart(index, block.type, piece.name)
            if piece.text and block.type != "tool_use":
                yield BlockDelta(index, block.type, block.sequence, piece.text)
                block.sequence += 1
            if piece.closed:
                yield BlockEnd(index, block.type)

    def _content(self, block: _Block) -> ContentBlockUnion:
        if block.type == "text":
            return TextBlock(text=block.text)
        if block.type == "thinking":
            return ThinkingBlock(thinking=block.text.strip())
        call = self._call(block.text)
        return ToolCallBlock(id=self.new_id(), name=call.name, input=call.arguments)

    def _call(self, raw: str) -> Call:
        cut = self.finished is not None and self.finished["reason"] == "length"
        call = parse_call(raw, model=self.model, cut=cut)
        if self.schemas is not None:
            check_call(call, self.schemas, model=self.model)
        return call

    def _whole(self, text: str) -> str:
        """JavaScript may cut between the halves of a surrogate pair; a lone half becomes U+FFFD."""
        text, self._surrogate = self._surrogate + text, ""
        if text.isascii():
            return text
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self._surrogate = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _broken(self, what: str) -> EngineError:
        return engine_error(
            "engine_failed",
            f"The engine's events make no sense: {what}.",
            model=self.model,
            partial=self.partial,
            kind=StreamBroken,
        )
