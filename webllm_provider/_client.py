"""The client's half of the engine protocol: hello, streams with credit, cancellation, replies.

Knows nothing of how messages travel: it is given a function that sends one, and `receive` is called with
each one that arrives. So the same client serves a port in a browser and a socket outside of it.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable
from itertools import count
from typing import Any, Unpack, cast

from ._transport import CREDIT, Command, DeviceChoice, LoadOptions
from ._wire import (
    PROTOCOL,
    CompletionBody,
    EngineHello,
    EngineMessage,
    EngineState,
    ModelRecord,
    QueryResult,
    StreamEvent,
    WireError,
)
from .errors import to_llm_error

LAST = ("finished", "loaded", "fetched", "exported", "batch_finished", "failure")
"""The events behind which a stream has no other."""
CLOSED: WireError = {
    "code": "aborted",
    "message": "The engine was closed.",
    "hint": "Make another with connect().",
}

Send = Callable[[dict[str, Any]], None]


class EngineClient:
    """One connection to one engine. It ends when the engine dies or `end` is called, and never comes back.

    Must be made inside a running event loop.

    Attributes:
        ready: resolves with the engine's hello; fails with an `EngineError` when there is none.
        state: what the engine last said of itself.
        ending: why the connection has ended, or None while it lives.
    """

    def __init__(self, send: Send, *, name: str = "python") -> None:
        self.ready: asyncio.Future[EngineHello] = asyncio.get_running_loop().create_future()
        # Who does not wait for the hello learns of its absence from a stream.
        self.ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self.state: EngineState = {"type": "empty"}
        self.ending: WireError | None = None
        self._post = send
        self._ids = count(1)
        self._streams: dict[str, _Inbox] = {}
        self._replies: dict[str, asyncio.Future[Any]] = {}
        self._post({"type": "hello", "protocol": PROTOCOL, "client": name})

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """Events of one completion; closing the generator cancels it in the engine."""
        return self._exchange({"type": "complete", "body": body, "credit": CREDIT})

    def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Events of one load."""
        return self._exchange({"type": "load", "model": model, "device": device, **options})

    def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        """Events of one opening of the wire; its `credit` is granted anew for each batch that is read."""
        return self._exchange(dict(command))

    async def query(self, command: Command) -> QueryResult:
        """The result of one query of the wire."""
        return cast(QueryResult, (await self._ask(dict(command)))["result"])

    async def unload(self) -> EngineState:
        """The state once the model's memory has been given back."""
        return cast(EngineState, (await self._ask({"type": "unload"}))["state"])

    async def models(self) -> list[ModelRecord]:
        """The catalogue."""
        return cast(list[ModelRecord], (await self._ask({"type": "models"}))["models"])

    async def status(self) -> EngineState:
        """The state, asked for now."""
        return cast(EngineState, (await self._ask({"type": "status"}))["state"])

    def receive(self, message: EngineMessage) -> None:
        """Take one message of the engine. What belongs to another life of it is dropped."""
        if self.ending is not None:
            return
        if message["type"] == "hello":
            self._greet(message)
        elif message["type"] == "refused":
            self._refused(message["id"], message["error"])
        elif not self.ready.done() or message["epoch"] != self.ready.result()["epoch"]:
            return
        elif message["type"] == "batch":
            self._deliver(message["id"], message["sequence"], message["events"])
        else:
            if message["type"] == "status":
                self.state = message["state"]
            self._reply(message["id"], message)

    def end(self, error: WireError = CLOSED) -> None:
        """End the connection: whatever runs on it ends with this error. Safe to repeat."""
        if self.ending is not None:
            return
        self.ending = error
        had = self.state["model"]["id"] if self.state["type"] == "ready" else None
        self.state = {"type": "lost", "model": had, "error": error}
        for inbox in self._streams.values():
            inbox.fail(error)
        for waiting in [*self._replies.values(), self.ready]:
            if not waiting.done():
                waiting.set_exception(to_llm_error(error))

    def _greet(self, hello: EngineHello) -> None:
        theirs = hello["protocol"]
        if theirs["min"] > PROTOCOL["max"] or theirs["max"] < PROTOCOL["min"]:
            self.end(
                {
                    "code": "protocol_mismatch",
                    "message": "The engine and this package speak different versions of the protocol.",
                    "hint": "Install the package again from where the engine comes from.",
                    "details": {"engine": dict(theirs), "client": dict(PROTOCOL)},
                }
            )
        elif not self.ready.done():
            self.state = hello["state"]
            self.ready.set_result(hello)

    def _refused(self, number: str | None, error: WireError) -> None:
        if number is None:
            # Only a hello can be refused without an id.
            self.end(error)
        elif number in self._streams:
            self._streams[number].fail(error)
        elif (waiting := self._replies.get(number)) is not None and not waiting.done():
            waiting.set_exception(to_llm_error(error))

    def _deliver(self, number: str, sequence: int, events: list[StreamEvent]) -> None:
        inbox = self._streams.get(number)
        if inbox is not None and not inbox.put(sequence, events):
            self._command({"type": "cancel"}, number)

    def _reply(self, number: str | None, message: EngineMessage) -> None:
        waiting = self._replies.get(number) if number is not None else None
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    async def _ask(self, command: dict[str, Any]) -> Any:
        await self._greeted()
        number = str(next(self._ids))
        waiting = self._replies[number] = asyncio.get_running_loop().create_future()
        try:
            self._command(command, number)
            return await waiting
        finally:
            del self._replies[number]

    async def _exchange(self, command: dict[str, Any]) -> AsyncGenerator[StreamEvent, None]:
        if self.ending is not None:
            yield {"type": "failure", "error": self.ending}
            return
        await self._greeted()
        number = str(next(self._ids))
        inbox = self._streams[number] = _Inbox()
        ended, read = False, 0
        try:
            self._command(command, number)
            while not ended:
                events = await inbox.next()
                ended = events[-1]["type"] in LAST
                read += 1
                # Once half of what was granted has been read: each message wakes what computes.
                if not ended and read * 2 >= command.get("credit", math.inf):
                    self._command({"type": "credit", "batches": read}, number)
                    read = 0
                for event in events:
                    yield event
        finally:
            del self._streams[number]
            if not ended:
                # Also when the consumer was cancelled: the engine hears of it before Python goes on.
                self._command({"type": "cancel"}, number)

    async def _greeted(self) -> None:
        if self.ending is None:
            # Shielded: one waiter that is cancelled must not take the hello from the others.
            await asyncio.shield(self.ready)
        # Asked again: it may have ended in the turn of the loop between its hello and this waiter.
        if self.ending is not None:
            raise to_llm_error(self.ending)

    def _command(self, command: dict[str, Any], number: str) -> None:
        if self.ending is None:
            self._post({**command, "id": number, "epoch": self.ready.result()["epoch"]})


class _Inbox:
    """Batches of one stream, in order, until they are asked for."""

    def __init__(self) -> None:
        self._batches: deque[list[StreamEvent]] = deque()
        self._expected = 0
        self._arrived = asyncio.Event()

    def put(self, sequence: int, events: list[StreamEvent]) -> bool:
        """Take a batch; False when one is missing before it, which fails the stream."""
        whole = sequence == self._expected
        if whole:
            self._expected += 1
            self._add(events)
        else:
            lost: WireError = {
                "code": "internal",
                "message": "A part of the answer was lost on the way from the engine.",
                "details": {"expected": self._expected, "received": sequence},
            }
            self.fail(lost)
        return whole

    def fail(self, error: WireError) -> None:
        """End the stream from this side; what has arrived can still be read."""
        self._add([{"type": "failure", "error": error}])

    async def next(self) -> list[StreamEvent]:
        while not self._batches:
            self._arrived.clear()
            await self._arrived.wait()
        return self._batches.popleft()

    def _add(self, events: list[StreamEvent]) -> None:
        if events:
            self._batches.append(events)
            self._arrived.set()
