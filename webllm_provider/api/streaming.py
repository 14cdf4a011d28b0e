"""Answers while they are written: from the provider's listeners to server-sent events.

The engine, the provider and the client are coupled by one bounded channel: a client that reads slowly
slows the engine, and one that has gone ends it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from amplifier_core.message_models import ChatRequest, ChatResponse
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from .._hooks import BLOCK_DELTA
from ..provider import WebLLMProvider
from .bodies import client_gone
from .channel import Channel
from .problems import Problem

Item = TypeVar("Item")

Piece = tuple[str, str]
"""`("text" | "thinking", words)`."""


class Listener:
    """As much of a coordinator as a provider needs to tell of an answer while it is written."""

    def __init__(self) -> None:
        self.hooks = self
        self.pieces: Channel[Piece] = Channel()

    async def emit(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == BLOCK_DELTA:
            await self.pieces.put((payload["block_type"], payload["text"]))


class RunningAnswer:
    """One completion, piece by piece. `stop` must be called in the end, whatever has come before."""

    def __init__(
        self, provider: WebLLMProvider, listener: Listener, request: ChatRequest, options: Mapping[str, Any]
    ) -> None:
        self._pieces = listener.pieces
        self._task = asyncio.ensure_future(provider.complete(request, **options))
        self._task.add_done_callback(lambda _: listener.pieces.close())

    async def next(self) -> Piece | None:
        """The next piece; None at the end, when `response` has the rest."""
        return await self._pieces.get()

    async def response(self) -> ChatResponse:
        """The whole answer, or the error that ended it."""
        return await self._task

    async def stop(self) -> None:
        """Cancel it if it runs; its engine has heard of it when this returns."""
        self._task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._task


async def while_connected(receive: Receive, work: Awaitable[Item]) -> Item:
    """The result of some work, which is cancelled when the client goes.

    Raises:
        Problem: the client has gone.
    """
    running = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(disconnected(receive))
    try:
        await asyncio.wait({running, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            raise client_gone()
        return running.result()
    finally:
        for task in (running, gone):
            task.cancel()
        await asyncio.gather(running, gone, return_exceptions=True)


async def disconnected(receive: Receive) -> None:
    """Wait until the client has gone; the body has been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _ReaderGone(Exception):
    """The client takes nothing more."""


class EventStream(Response):
    """Server-sent events.

    The head waits for the first event, so that an early failure keeps its status, but not for ever. A
    failure behind the head is an event of its own, and the last.

    Args:
        events: the data of each event; closed when the client goes.
        fail: what a client is told of an exception.
        openai: whether errors carry OpenAI's object.
    """

    def __init__(
        self,
        events: AsyncIterator[str],
        fail: Callable[[Exception], Problem],
        *,
        openai: bool,
        head_after: float,
        keep_alive: float,
        reader_timeout: float,
    ) -> None:
        # nginx buffers what it is not told to pass on.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(headers=headers, media_type="text/event-stream")
        del self.headers["content-length"]
        self._events = events
        self._fail = fail
        self._openai = openai
        self._head_after = head_after
        self._keep_alive = keep_alive
        self._reader_timeout = reader_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patiently(message: Message) -> None:
            try:
                async with asyncio.timeout(self._reader_timeout):
                    await send(message)
            except (TimeoutError, OSError) as error:
                raise _ReaderGone from error

        # Who has gone needs no answer, and who does not read gets none.
        with suppress(Problem, _ReaderGone):
            await while_connected(receive, self._write(scope, receive, patiently))

    async def _write(self, scope: Scope, receive: Receive, send: Send) -> None:
        pending = asyncio.ensure_future(anext(self._events, None))
        try:
            await asyncio.wait({pending}, timeout=self._head_after)
            if pending.done() and (error := pending.exception()) is not None:
                if not isinstance(error, Exception):
                    raise error
                await self._fail(error).response(openai=self._openai)(scope, receive, send)
                return
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            try:
                while (data := await self._next(pending, send)) is not None:
                    await _say(send, f"data: {data}\n\n")
                    pending = asyncio.ensure_future(anext(self._events, None))
            except _ReaderGone:
                raise
            except Exception as error:
                body = json.dumps(self._fail(error).body(openai=True), ensure_ascii=False)
                await _say(send, f"event: error\ndata: {body}\n\n")
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)
            await self._close()

    async def _next(self, pending: asyncio.Future[str | None], send: Send) -> str | None:
        while not pending.done():
            await asyncio.wait({pending}, timeout=self._keep_alive)
            if not pending.done():
                await _say(send, ": waiting\n\n")
        return pending.result()

    async def _close(self) -> None:
        close = getattr(self._events, "aclose", None)
        if close is not None:
            await close()


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
