"""What of a command that a worker's death cut is asked of the next worker (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ._transport import Command
from ._wire import CompletionBody, EngineState, Finished, StreamEvent, WireError


class Replay:
    """A command that can be asked for once more as long as nothing of it would be repeated.

    Attributes:
        needs_model: whether it waits until the model is there again.
        waits: whether it waits for a next worker instead of starting one.
        error: what cut it last.
    """

    needs_model = False
    waits = False

    def __init__(self, command: Command) -> None:
        self.command = dict(command)
        self.error: WireError = {"code": "worker_died", "message": "The engine's worker has died."}

    def cut(self, error: WireError) -> None:
        """The worker has died under it."""
        self.error = error

    def resume(self, state: EngineState) -> Command | None:
        """What to send to the worker that lives now, whose state this is; None where it cannot go on."""
        return self.command

    def take(self, event: StreamEvent) -> Iterator[StreamEvent]:
        """What a reader is told after this event."""
        yield event


class ObserverReplay(Replay):
    """Listening: goes on with the next worker, whoever needs it."""

    waits = True


class BatchReplay(Replay):
    """A batch: the engine keeps what is done; an item is told once."""

    needs_model = True

    def __init__(self, command: Command) -> None:
        super().__init__(command)
        self._told: set[int] = set()

    def take(self, event: StreamEvent) -> Iterator[StreamEvent]:
        if event["type"] == "batch_item":
            if event["index"] in self._told:
                return
            self._told.add(event["index"])
        yield event


class AnswerReplay(Replay):
    """An answer: again while nothing of it has come, else continued where the engine can."""

    needs_model = True

    def __init__(self, command: Command) -> None:
        super().__init__(command)
        self._text = ""
        self._pieces = 0
        self._started = False
        self._resumed = False

    def resume(self, state: EngineState) -> Command | None:
        if not self._text:
            return self.command
        if not self._continues(state):
            self.error = {**self.error, "hint": "What was written stands; ask again for the rest."}
            return None
        self._resumed = True
        body = cast(CompletionBody, self.command["body"])
        rest: CompletionBody = {**body, "continue_text": body.get("continue_text", "") + self._text}
        if (most := body.get("max_tokens")) is not None:
            # A piece is a token or more: the limit that was asked for still holds, within that.
            rest["max_tokens"] = max(1, most - self._pieces)
        return {**self.command, "body": rest}

    def take(self, event: StreamEvent) -> Iterator[StreamEvent]:
        if event["type"] == "delta":
            self._text += event["text"]
            self._pieces += event.get("tokens", 1) if event["text"] else 0
        if event["type"] == "finished" and self._resumed:
            yield self._whole(event)
            return
        if event["type"] == "started" and self._started:
            yield {
                "type": "recovered",
                "error": self.error,
                "model": event["model"],
                "engine": event["engine"],
            }
            return
        self._started = self._started or event["type"] == "started"
        yield event

    def _whole(self, event: Finished) -> Finished:
        """With the pieces of the workers before the last one, which only counts its own."""
        usage = event["usage"]
        written = max(self._pieces, usage["completion_tokens"])
        total = usage["prompt_tokens"] + written
        return {**event, "usage": {**usage, "completion_tokens": written, "total_tokens": total}}

    def _continues(self, state: EngineState) -> bool:
        able = state["type"] == "ready" and state["model"]["capabilities"].get("continues", False)
        body = cast(CompletionBody, self.command["body"])
        return able and self.command["type"] == "complete" and can_be_continued(body, self._text)


def can_be_continued(body: CompletionBody, said: str) -> bool:
    """Whether an answer can go on behind what was said of it (as web/src/protocol/continuing.ts has it).

    What holds an answer begins anew with its continuation: text that is still free stays so, a tag or a
    schema that has begun does not.
    """
    if "response_format" in body and body["response_format"].get("type") != "text":
        return False
    constraint = body.get("constraint")
    if constraint is None:
        return True
    begun = any(
        trigger in said or any(said.endswith(trigger[:length]) for length in range(1, len(trigger)))
        for trigger in constraint["triggers"]
    )
    return not constraint["at_least_one"] and not begun


def replay_of(command: Command) -> Replay:
    """The rule by which a command is asked for again."""
    match command["type"]:
        case "complete" | "complete_text":
            return AnswerReplay(command)
        case "batch":
            return BatchReplay(command)
        case "observe":
            return ObserverReplay(command)
        case _:
            return Replay(command)
