"""Recorded exchanges with an engine, played again through a session of their own.

Provider, loop, context, hooks and tools are the real ones; only the engine is scripted, and what the tools
write is forgotten with the session.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from .._client import LAST
from .._wire import LoadedModel, PythonMessage, StreamEvent, WireError
from ..errors import engine_error, to_wire_error
from ..testing import ScriptedTransport, Wait, loaded_model
from .living import MakeSession, Messages
from .store import MemoryStore


@dataclass
class Recording:
    """What a transcript holds of answers.

    Attributes:
        question: what the user said.
        scripts: the engine's events for each completion, in the order of asking.
        stopped: the completions, by number, that somebody stopped.
        model: what was loaded, as the engine said.
    """

    question: str
    scripts: list[list[StreamEvent]]
    stopped: frozenset[int] = frozenset()
    model: LoadedModel = field(default_factory=loaded_model)


def read_recording(transcript: str) -> Recording:
    """The completions of a transcript: one JSON object a line, `{"direction", "message"}`.

    Raises:
        EngineError: it is no transcript, or none of an answer.
    """
    bodies: dict[str, Mapping[str, Any]] = {}
    answers: dict[str, list[StreamEvent]] = {}
    cancelled: set[str] = set()
    model: LoadedModel | None = None
    for number, line in enumerate(transcript.splitlines()):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            direction, message = entry["direction"], entry["message"]
            if direction == "client" and message["type"] == "complete":
                bodies[message["id"]], answers[message["id"]] = message["body"], []
            elif direction == "client" and message["type"] == "cancel":
                cancelled.add(message["id"])
            elif direction == "engine" and message["type"] == "batch":
                answers.get(message["id"], []).extend(message["events"])
            if direction == "engine":
                model = _loaded(message) or model
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _refused(f"Line {number + 1} of the transcript is none of a recorded exchange.") from error
    if not bodies:
        raise _refused("The transcript holds no answer.")
    stopped = frozenset(number for number, id in enumerate(answers) if id in cancelled)
    recording = Recording(_question(next(iter(bodies.values()))), list(answers.values()), stopped)
    if model is not None:
        recording.model = model
    return recording


class Replays:
    """Transcripts that are played, each as a turn of its own.

    Args:
        send: takes messages to the page.
        make: makes a session; see `create_session`.
    """

    def __init__(self, send: Callable[[PythonMessage], None], make: MakeSession) -> None:
        self._send = send
        self._make = make
        self._playing: dict[str, Any] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    async def play(self, id: str, transcript: str) -> None:
        """Play one; its events, and how it ended, are told to the page."""

        def told(name: str, payload: Mapping[str, Any]) -> None:
            self._send({"type": "turn_event", "id": id, "name": name, "payload": dict(payload)})

        try:
            recording = read_recording(transcript)
            scripts = (
                _steps(events, number in recording.stopped, partial(self.stop, id))
                for number, events in enumerate(recording.scripts)
            )
            session = await self._make(
                transport=ScriptedTransport(scripts, model=recording.model),
                store=MemoryStore(),
                on_event=told,
                session_id=f"replay-{id}",
            )
            self._playing[id] = session
            try:
                text = str(await session.execute(recording.question))
                stopped = bool(session.coordinator.cancellation.is_cancelled)
                messages: Messages = list(await session.coordinator.get("context").get_messages())
            finally:
                del self._playing[id]
                await session.cleanup()
        except Exception as error:
            self._send({"type": "turn_failed", "id": id, "error": _told(error, transcript)})
            return
        outcome: Any = "cancelled" if stopped else "completed"
        self._send({"type": "turn_ended", "id": id, "outcome": outcome, "text": text, "messages": messages})

    def stop(self, id: str) -> None:
        """End one that is played; an unknown id is one that is over."""
        if (session := self._playing.get(id)) is not None:
            task = asyncio.ensure_future(session.coordinator.request_cancel(True))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)


def _loaded(message: Mapping[str, Any]) -> LoadedModel | None:
    """The model that a message of the engine names as loaded."""
    states = [message.get("state")] if "state" in message else list(message.get("events", ()))
    for state in states:
        if isinstance(state, Mapping) and state.get("type") in ("ready", "loaded"):
            return cast(LoadedModel, state["model"])
    return None


def _question(body: Mapping[str, Any]) -> str:
    said = [one["content"] for one in body["messages"] if one["role"] == "user"]
    return said[-1] if said and isinstance(said[-1], str) else ""


def _steps(
    events: Sequence[StreamEvent], stopped: bool, stop: Callable[[], None]
) -> Iterator[StreamEvent | Wait]:
    """What was recorded. Where somebody stopped the answer, it is stopped again, behind the same text; one
    that was cut off without an end goes on waiting, as its engine did."""
    for event in events:
        if stopped and event["type"] in LAST:
            stop()
            break
        yield event
        if event["type"] in LAST:
            return
    yield Wait()


def _told(error: Exception, transcript: str) -> WireError:
    """The recorded failure where there is one: the kernel hands out only the text of an exception."""
    try:
        scripts = read_recording(transcript).scripts
    except Exception:
        return to_wire_error(error)
    for script in scripts:
        if script and script[-1]["type"] == "failure":
            return script[-1]["error"]
    return to_wire_error(error)


def _refused(sentence: str) -> Exception:
    return engine_error("invalid_request", sentence, hint="Choose another transcript.")
