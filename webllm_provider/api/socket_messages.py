"""Messages of a socket, one after another: what is sent to it, bounded, and what it says."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic_core import from_json
from starlette.websockets import WebSocket, WebSocketDisconnect

logger = logging.getLogger(__name__)

UNREADABLE = 1007
WAITING_LIMIT = 32 * 2**20
"""Characters that may wait for one socket: who lets more come together does not read."""


class Outgoing:
    """Messages on their way to a socket, in order."""

    def __init__(self, socket: WebSocket, limit: int = WAITING_LIMIT) -> None:
        self._socket = socket
        self._limit = limit
        self._messages: asyncio.Queue[str] = asyncio.Queue()
        self._size = 0
        self.task = asyncio.ensure_future(self._write())

    def post(self, message: dict[str, Any]) -> None:
        """Send a message in its turn. Nothing is sent any more behind what was too much."""
        text = json.dumps(message, ensure_ascii=False)
        # One that stands alone may have any size.
        if self._size and self._size + len(text) > self._limit:
            self.task.cancel()
            return
        self._size += len(text)
        self._messages.put_nowait(text)

    async def _write(self) -> None:
        with suppress(RuntimeError, WebSocketDisconnect, OSError):
            while True:
                text = await self._messages.get()
                await self._socket.send_text(text)
                self._size -= len(text)


async def read_socket(socket: WebSocket, outgoing: Outgoing, receive: Callable[[Any], None]) -> None:
    """Hand on every message until the socket closes, or nothing can be sent any more."""
    reading = asyncio.ensure_future(_read(socket, receive))
    try:
        await asyncio.wait({reading, outgoing.task}, return_when=asyncio.FIRST_COMPLETED)
        if not outgoing.task.cancelled():
            # Where the other side has closed, what it said before still counts.
            await reading
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _read(socket: WebSocket, receive: Callable[[Any], None]) -> None:
    """One message that cannot be read closes the socket."""
    try:
        while True:
            receive(from_json(await socket.receive_text(), allow_inf_nan=False))
    except WebSocketDisconnect:
        return
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        logger.info("A socket sent what cannot be read: %s", type(error).__name__)
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(UNREADABLE, "That message cannot be read.")
