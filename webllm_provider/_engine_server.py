"""The engine's half of the wire protocol, over any transport: what a socket's other end talks to.

`_client.py` is the other half. Like it, this knows nothing of how messages travel.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from ._client import LAST
from ._transport import Transport
from ._wire import PROTOCOL, EngineState, StreamEvent, WireError
from .errors import to_wire_error

STREAMS = frozenset({"complete", "load", "complete_text", "fetch", "export", "import", "batch", "observe"})
ASKED = frozenset({"models", "status", "unload"})
ALL = STREAMS | ASKED
QUERIES = frozenset(
    {"ping", "assess", "recommend", "add_model", "remove_model", "stored", "delete_stored", "diagnose"}
    | {"embed", "set_ladder", "ladder", "batches", "forget_batch", "reset"}
)
MOST = 64
"""Streams and questions of one client at a time."""
ABORTED: WireError = {"code": "aborted", "message": "The answer was stopped."}
UNREAD: WireError = {
    "code": "timeout",
    "message": "Nobody took the answer for too long.",
    "hint": "Read it while it comes.",
}

Send = Callable[[dict[str, Any]], None]


class EngineServer:
    """Serves one client. Must be made inside a running event loop.

    Args:
        transport: what computes.
        send: sends one message to the client.
        may: the types of commands that this client may give; all by default.
        reader_timeout: seconds for which a stream waits for its reader: the engine is wanted by others.
    """

    def __init__(
        self,
        transport: Transport,
        send: Send,
        *,
        may: frozenset[str] = ALL | QUERIES,
        reader_timeout: float | None = None,
    ) -> None:
        self.epoch = uuid.uuid4().hex
        self._transport = transport
        self._send = send
        self._may = may
        self._reader_timeout = reader_timeout
        self._greeted = False
        self._streams: dict[str, _Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, message: Any) -> None:
        """Take one message of the client; one that makes no sense is refused."""
        if not isinstance(message, Mapping) or not isinstance(message.get("type"), str):
            self._refuse(None, "invalid_request", "A message is an object with a type.")
            return
        kind, number = message["type"], message.get("id")
        if kind == "hello":
            self._start(self._greet())
        elif not self._greeted or message.get("epoch") != self.epoch or kind == "presence":
            # It was meant for another life of this engine, or wants no answer.
            return
        elif not isinstance(number, str):
            self._refuse(None, "invalid_request", "A command has an id.")
        elif kind == "credit":
            self._credit(number, message.get("batches"))
        elif kind == "cancel":
            self._cancel(number)
        elif kind not in self._may:
            self._refuse(number, "unsupported", f"{kind} is no command here.")
        elif number in self._streams or len(self._tasks) >= MOST:
            self._refuse(number, "busy", "Too many commands of this client are under way, or one of this id.")
        elif kind in STREAMS:
            self._stream(number, dict(message))
        else:
            self._start(self._answer(number, dict(message)))

    def tell(self, state: EngineState) -> None:
        """Say that the state has changed."""
        if self._greeted:
            self._post({"type": "status", "id": None, "state": state})

    async def close(self) -> None:
        """End everything that runs for this client."""
        self._greeted = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _greet(self) -> None:
        state = await self._transport.status()
        self._greeted = True
        self._send(
            {
                "type": "hello",
                "protocol": dict(PROTOCOL),
                "epoch": self.epoch,
                "lock": self.epoch,
                "state": state,
            }
        )

    def _stream(self, number: str, command: dict[str, Any]) -> None:
        credit = command.get("credit")
        stream = _Stream(credit if isinstance(credit, int) and credit > 0 else None)
        self._streams[number] = stream
        stream.task = self._start(self._run(number, command, stream))

    async def _run(self, number: str, command: dict[str, Any], stream: _Stream) -> None:
        last: StreamEvent = {"type": "failure", "error": ABORTED}
        try:
            async with aclosing(self._events(command)) as events:
                async for event in events:
                    if event["type"] in LAST:
                        last = event
                        break
                    if not await stream.granted(self._reader_timeout):
                        last = {"type": "failure", "error": UNREAD}
                        break
                    self._batch(number, stream, event)
        except asyncio.CancelledError:
            if not stream.cancelled:
                raise
        except Exception as error:
            last = {"type": "failure", "error": to_wire_error(error)}
        finally:
            del self._streams[number]
        # The last one needs no credit: nothing comes behind it.
        self._batch(number, stream, last)

    def _events(self, command: dict[str, Any]) -> AsyncGenerator[StreamEvent, None]:
        kind = command["type"]
        if kind == "complete":
            return self._transport.stream(command["body"])
        if kind == "load":
            options = {
                name: command[name] for name in ("behind", "overrides", "metered_ok") if name in command
            }
            return self._transport.load(command["model"], command["device"], **options)
        return self._transport.open(
            {name: value for name, value in command.items() if name not in ("id", "epoch")}
        )

    async def _answer(self, number: str, command: dict[str, Any]) -> None:
        kind = command["type"]
        try:
            if kind == "models":
                self._post({"type": "models", "id": number, "models": await self._transport.models()})
            elif kind in ASKED:
                state = await (self._transport.status() if kind == "status" else self._transport.unload())
                self._post({"type": "status", "id": number, "state": state})
            else:
                asked = {name: value for name, value in command.items() if name not in ("id", "epoch")}
                done = {"type": "pong"} if kind == "ping" else await self._transport.query(asked)
                self._post({"type": "reply", "id": number, "result": done})
        except Exception as error:
            self._post({"type": "refused", "id": number, "error": to_wire_error(error)})

    def _credit(self, number: str, batches: object) -> None:
        if number in self._streams and isinstance(batches, int):
            self._streams[number].grant(batches)

    def _cancel(self, number: str) -> None:
        stream = self._streams.get(number)
        if stream is not None and stream.task is not None:
            stream.cancelled = True
            stream.task.cancel()

    def _batch(self, number: str, stream: _Stream, event: StreamEvent) -> None:
        self._post({"type": "batch", "id": number, "sequence": stream.sequence, "events": [event]})
        stream.sequence += 1

    def _post(self, message: dict[str, Any]) -> None:
        self._send({**message, "epoch": self.epoch})

    def _refuse(self, number: str | None, code: str, sentence: str) -> None:
        self._post({"type": "refused", "id": number, "error": {"code": code, "message": sentence}})

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class _Stream:
    """One stream of events, and how many batches its reader takes."""

    def __init__(self, credit: int | None) -> None:
        self.sequence = 0
        self.cancelled = False
        self.task: asyncio.Task[None] | None = None
        self._credit = credit
        self._more = asyncio.Event()

    def grant(self, batches: int) -> None:
        if self._credit is not None:
            self._credit += max(0, batches)
            self._more.set()

    async def granted(self, within: float | None) -> bool:
        """Wait until the reader takes a batch, and count it; False where it takes none in time."""
        if self._credit is None:
            return True
        try:
            async with asyncio.timeout(within):
                while self._credit <= 0:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            return False
        self._credit -= 1
        return True
