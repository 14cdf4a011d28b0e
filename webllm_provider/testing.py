"""A transport without an engine, for tests of sessions, hooks and applications.

`ScriptedTransport` is a complete `Transport`: it replays what it was given, hears a cancellation at
once, and remembers what it was sent. It says of itself that it is scripted wherever an engine is named.

    transport = ScriptedTransport([answer("Hello", " there.")])
    session = await create_session(transport=transport)
    await session.execute("Hi")
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack, cast

from ._client import LAST
from ._transport import Command, DeviceChoice, LoadOptions
from ._wire import (
    CompletionBody,
    ConstraintSupport,
    EngineIdentity,
    EngineState,
    ErrorCode,
    Figures,
    FinishReason,
    LoadedModel,
    ModelRecord,
    QueryResult,
    StreamEvent,
    WireError,
)
from .errors import engine_error, to_llm_error

SCRIPTED: EngineIdentity = {"kind": "scripted", "version": "0", "device": "none", "adapter": None}
MODEL_ID = "scripted-1"


@dataclass(frozen=True)
class Wait:
    """A pause in a script: `seconds`, or until the completion is cancelled where that is None."""

    seconds: float | None = None


ScriptStep = StreamEvent | Wait | Exception
Script = Iterable[ScriptStep]


def answer(
    *chunks: str,
    reason: FinishReason = "stop",
    model: str = MODEL_ID,
    prompt_tokens: int = 10,
    prefilled_tokens: int | None = None,
) -> list[StreamEvent]:
    """The events of one answer, a delta for each chunk and a token for each delta."""
    events: list[StreamEvent] = [{"type": "started", "model": model, "engine": SCRIPTED}]
    events.extend({"type": "delta", "text": chunk} for chunk in chunks)
    figures: Figures = {
        "time_to_first_token_ms": 0.0,
        "duration_ms": 0.0,
        "prefill_tokens_per_s": None,
        "decode_tokens_per_s": None,
        "prefilled_tokens": prefilled_tokens,
    }
    tokens = len(chunks)
    events.append(
        {
            "type": "finished",
            "reason": reason,
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": tokens,
                "total_tokens": prompt_tokens + tokens,
            },
            "figures": figures,
        }
    )
    return events


def failure(code: ErrorCode, message: str = "It failed.", hint: str | None = None) -> StreamEvent:
    """The event of a failed load or completion."""
    error: WireError = {"code": code, "message": message}
    if hint is not None:
        error["hint"] = hint
    return {"type": "failure", "error": error}


def loaded_model(
    model: str = MODEL_ID, *, constraint: ConstraintSupport = "none", context_window: int = 4096
) -> LoadedModel:
    """A model that a scripted engine claims to have."""
    return {
        "id": model,
        "context_window": context_window,
        "dialect": "default",
        "quantization": "none",
        "engine": SCRIPTED,
        "capabilities": {
            "constraint": constraint,
            "native_tools": False,
            "json_schema": False,
            "logprobs": False,
            "images": False,
        },
    }


def read_transcript(path: str | Path) -> list[list[StreamEvent]]:
    """The events of each load and completion in a recorded exchange, in the order they were asked for.

    The file holds one JSON object a line: `{"direction": "client" | "engine", "message": ...}`.
    """
    answers: dict[str, list[StreamEvent]] = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        message = entry["message"]
        if entry["direction"] == "client" and message["type"] in ("complete", "load"):
            answers[message["id"]] = []
        elif entry["direction"] == "engine" and message["type"] == "batch":
            answers[message["id"]].extend(cast(list[StreamEvent], message["events"]))
    return list(answers.values())


@dataclass
class ScriptedTransport:
    """Replays one script for each completion, in order; asked for more, it fails with a sentence.

    Attributes:
        scripts: what each completion does: events, `Wait`s, and exceptions that are raised.
        respond: makes the script of a completion from its body; it goes before `scripts`.
        model: what `status()` says is loaded; None for an empty engine.
        loading: how many times `status()` says before that that a model is on its way.
        records: the catalogue.
        replies: the result of each query, or the error that it raises, by the query's type.
        openings: the script of each opening, by its type.
        bodies: every body it was sent.
        commands: every opening and query it was sent.
        cancelled: the numbers (from 0) of the completions that were cancelled before their end, and the
            types of such openings.
        loads: the models it was asked to load.
        load_options: the options of each of those loads.
        load_fails: the error of every load, or None.
        closed: how often it was closed.
    """

    scripts: Iterable[Script] = ()
    respond: Callable[[CompletionBody], Script] | None = field(default=None, kw_only=True)
    model: LoadedModel | None = field(default_factory=loaded_model)
    loading: int = 0
    records: list[ModelRecord] = field(default_factory=list)
    replies: Mapping[str, QueryResult | WireError] = field(default_factory=dict)
    openings: Mapping[str, Script] = field(default_factory=dict)
    bodies: list[CompletionBody] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    cancelled: list[int | str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    load_options: list[LoadOptions] = field(default_factory=list)
    load_fails: WireError | None = None
    closed: int = 0

    def __post_init__(self) -> None:
        self._scripts = iter(self.scripts)

    async def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        number = len(self.bodies)
        self.bodies.append(json.loads(json.dumps(body)))
        script = next(self._scripts, None) if self.respond is None else self.respond(body)
        if script is None:
            script = [failure("internal", f"The script has no answer for completion {number}.")]
        async with aclosing(self._play(script, number)) as events:
            async for event in events:
                yield event

    async def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        kind = str(command["type"])
        self.commands.append(json.loads(json.dumps(dict(command))))
        script = self.openings.get(kind, [failure("unsupported", f"The script has no {kind}.")])
        async with aclosing(self._play(script, kind)) as events:
            async for event in events:
                yield event

    async def query(self, command: Command) -> QueryResult:
        kind = str(command["type"])
        self.commands.append(json.loads(json.dumps(dict(command))))
        await asyncio.sleep(0)
        if (reply := self.replies.get(kind)) is None:
            raise engine_error("unsupported", f"The script has no answer to {kind}.")
        if "code" in reply:
            raise to_llm_error(cast(WireError, reply))
        return reply

    async def unload(self) -> EngineState:
        self.model = None
        return await self.status()

    async def _play(self, script: Script, number: int | str) -> AsyncGenerator[StreamEvent, None]:
        ended = False
        try:
            for step in script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, Wait):
                    await _pause(step)
                else:
                    # Give way like a real stream, so that others run between two events.
                    await asyncio.sleep(0)
                    ended = step["type"] in LAST
                    yield step
            ended = True
        finally:
            if not ended:
                self.cancelled.append(number)

    async def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        self.loads.append(model)
        self.load_options.append(options)
        await asyncio.sleep(0)
        yield {
            "type": "progress",
            "stage": "prepare",
            "fraction": 0.0,
            "loaded_bytes": None,
            "total_bytes": None,
            "text": f"Preparing {model} ({device})",
        }
        if self.load_fails is not None:
            yield {"type": "failure", "error": self.load_fails}
            return
        self.model = loaded_model(model)
        yield {"type": "loaded", "model": self.model, "load_ms": 0.0}

    async def models(self) -> list[ModelRecord]:
        return list(self.records)

    async def status(self) -> EngineState:
        if self.loading > 0:
            self.loading -= 1
            return {"type": "loading", "model": self.model["id"] if self.model else MODEL_ID, "fraction": 0.5}
        if self.model is None:
            return {"type": "empty"}
        return {"type": "ready", "model": self.model, "queued": 0}

    async def close(self) -> None:
        self.closed += 1


async def _pause(step: Wait) -> None:
    if step.seconds is None:
        await asyncio.Event().wait()
    else:
        await asyncio.sleep(step.seconds)
