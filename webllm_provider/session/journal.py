"""The record of an answer that is being written: what a page needs to go on with it after it was left.

It holds the turn up to the request that runs, and the raw text that has come of it. It is written to the
page's own storage, before the request and then at least once a second, and is gone with the end of the turn.
What was said before the turn is the page's to keep: the record tells by a fingerprint behind which history it
stands, so that it costs what the turn holds, however long the conversation is.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Unpack, cast

from .._replay import can_be_continued
from .._transport import Command, DeviceChoice, LoadOptions, Transport
from .._wire import CompletionBody, EngineState, ModelRecord, QueryResult, StreamEvent
from .standing import fingerprint, question_of
from .store import Store

logger = logging.getLogger(__name__)

EVERY_S = 0.5
"""Seconds between two writings: a page that is left loses no more text than that, with room to spare."""

Messages = Callable[[], Awaitable[list[Mapping[str, Any]]]]


def key_of(conversation: str) -> str:
    """Where the record of a conversation's running answer lies."""
    return f"answers/{conversation}/turn"


@dataclass(frozen=True)
class Record:
    """An answer that was cut."""

    messages: list[dict[str, Any]]
    """The conversation as it was sent, with the question and what tools have said since."""
    text: str
    """What the model had written, raw."""


async def read_record(store: Store, conversation: str, history: Sequence[Mapping[str, Any]]) -> Record | None:
    """The record of the turn behind this history; None where there is none that can be used."""
    text = await store.get(key_of(conversation))
    if text is None:
        return None
    try:
        found = json.loads(text)
        turn, before, said = list(found["messages"]), found["before"], str(found["text"])
    except (ValueError, KeyError, TypeError):
        logger.warning("The record of a cut answer is not readable; the question is asked anew.")
        return None
    if before != fingerprint(history):
        return None
    return Record([*map(dict, history), *turn], said)


class JournalledTransport:
    """A way to the engine that keeps a record of the completion that runs.

    Args:
        inner: the way itself.
        store: where the record lies.
        conversation: whose it is.
    """

    messages: Messages | None = None
    """The history of the session, once there is one."""
    keeps = False
    """Whether records are wanted now."""
    said = ""
    """What the next completion has already: it goes on behind it, where the engine can."""
    last: Record | None = None
    """The last request and what came of it: what a person may want to go on with in the same session."""

    def __init__(self, inner: Transport, store: Store, conversation: str) -> None:
        self._inner = inner
        self._store = store
        self._conversation = conversation

    async def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """One completion; a resumed one brings first what it has already."""
        text, self.said = await self._usable(body), ""
        if text:
            body = {**body, "continue_text": text}
        messages = None if self.messages is None or not self.keeps else await self.messages()
        turn = None if messages is None else _turn_of(messages)
        said = [text]
        await self._write(turn, text)
        ended = asyncio.Event()
        keeping = None if turn is None else asyncio.ensure_future(self._keep(turn, said, ended))
        events = self._inner.stream(body)
        try:
            async for event in events:
                if event["type"] == "delta":
                    said.append(event["text"])
                yield event
                if event["type"] == "started" and text:
                    yield {"type": "delta", "text": text}
        finally:
            kept = [dict(message) for message in messages or []]
            self.last = None if messages is None else Record(kept, "".join(said))
            ended.set()
            try:
                # First: the engine is not to go on until a slow storage has written.
                await events.aclose()
            finally:
                # Not cancelled: a writing that is under way would come behind the record's removal.
                if keeping is not None:
                    await keeping

    async def _keep(self, turn: dict[str, Any], said: list[str], ended: asyncio.Event) -> None:
        """Write what has come since, now and then, until the completion has ended."""
        written = len(said)
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), EVERY_S)
            if len(said) > written and not ended.is_set():
                written = len(said)
                await self._write(turn, "".join(said))

    async def forget(self) -> None:
        """The turn is over: its record goes."""
        self.said = ""
        try:
            await self._store.delete(key_of(self._conversation))
        except Exception as error:
            logger.warning("The record of an answer that has ended cannot be removed: %s", error)

    async def _usable(self, body: CompletionBody) -> str:
        """What was said, if this engine can go on behind it; else the question is asked anew."""
        if not self.said or not can_be_continued(body, self.said):
            return ""
        state = await self._inner.status()
        able = state["type"] == "ready" and state["model"]["capabilities"].get("continues", False)
        return self.said if able else ""

    async def _write(self, turn: dict[str, Any] | None, text: str) -> None:
        """Keep the text behind what the turn holds; without that nothing is kept."""
        if turn is None:
            return
        record = json.dumps({**turn, "text": text}, default=str)
        try:
            await self._store.set(key_of(self._conversation), record)
        except Exception as error:
            # An answer is worth more than its record.
            logger.warning("The answer cannot be kept for later: %s", error)

    # ---- everything else goes through ----------------------------------------------------------

    def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Load a model."""
        return self._inner.load(model, device, **options)

    def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        """Run what the engine room does in a stream."""
        return self._inner.open(command)

    async def query(self, command: Command) -> QueryResult:
        """Ask the engine room."""
        return await self._inner.query(command)

    async def models(self) -> list[ModelRecord]:
        """The catalogue."""
        return await self._inner.models()

    async def status(self) -> EngineState:
        """What the engine has and does now."""
        return await self._inner.status()

    async def unload(self) -> EngineState:
        """Give the loaded model's memory back."""
        return await self._inner.unload()

    async def close(self) -> None:
        """Give up what the transport holds."""
        await self._inner.close()


def _turn_of(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The running turn, and behind which history it stands."""
    begins = question_of(messages)
    return {"before": fingerprint(messages[:begins]), "messages": messages[begins:]}


def history_of(session: Any) -> Messages:
    """Reads the history of a session."""

    async def messages() -> list[Mapping[str, Any]]:
        context = session.coordinator.get("context")
        return cast(list[Mapping[str, Any]], await context.get_messages())

    return messages
