"""The way to the engine of a browser tab, from CPython: over a socket of `webllm-api`.

The tab offers its engine to the server; this transport speaks the same protocol to the server as a page
speaks to its worker, so that constraints, credit and cancellation reach the tab.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any, Protocol, Unpack, cast
from urllib.parse import urlsplit

from ._client import EngineClient
from ._transport import Command, DeviceChoice, LoadOptions
from ._wire import (
    CompletionBody,
    EngineMessage,
    EngineState,
    ModelRecord,
    QueryResult,
    StreamEvent,
    WireError,
)
from .errors import BridgeMissing, EngineError, RequestRefused, engine_error

PATH = "/webllm/client"
PROTOCOL_NAME = "webllm"
TOKEN_PREFIX = "webllm.token."
LARGEST = 32 * 2**20
"""Bytes of one message."""
ANSWERED_WITHIN_S = 20.0
GONE: WireError = {
    "code": "worker_died",
    "message": "The connection to the server of the engine has ended.",
    "hint": "Start webllm-api again; the next request connects anew.",
}


class Socket(Protocol):
    """As much of a WebSocket as is needed."""

    async def send(self, message: str) -> None: ...

    async def recv(self) -> str | bytes: ...

    async def close(self) -> None: ...


class WebSocketTransport:
    """The engine of a browser tab that is connected to `webllm-api`.

    It connects with its first request, and again with the next one after the connection was lost.

    Args:
        url: of the server, as `ws://host:port` or `http://host:port`; with a path, that of the socket.
        token: what the server asks for, where it does.
        name: what the server calls this client in its log.

    Raises:
        RequestRefused: the address is none.
        BridgeMissing: the package `websockets` is not installed.
    """

    def __init__(self, url: str, *, token: str | None = None, name: str = "python") -> None:
        self.url = socket_address(url, PATH)
        self._token = token
        self._name = name
        self._link: Link | None = None
        self._connecting = asyncio.Lock()
        _library()

    async def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        client = await self._client()
        async with aclosing(client.stream(body)) as events:
            async for event in events:
                yield event

    async def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        client = await self._client()
        async with aclosing(client.load(model, device, **options)) as events:
            async for event in events:
                yield event

    async def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        client = await self._client()
        async with aclosing(client.open(command)) as events:
            async for event in events:
                yield event

    async def query(self, command: Command) -> QueryResult:
        return await (await self._client()).query(command)

    async def models(self) -> list[ModelRecord]:
        return await (await self._client()).models()

    async def status(self) -> EngineState:
        return await (await self._client()).status()

    async def unload(self) -> EngineState:
        return await (await self._client()).unload()

    async def close(self) -> None:
        if self._link is not None:
            await self._link.close()
            self._link = None

    async def _client(self) -> EngineClient:
        # One at a time: of two requests that find no connection only the first makes one.
        async with self._connecting:
            if self._link is None or self._link.client.ending is not None:
                if self._link is not None:
                    await self._link.close()
                self._link = await self._connect()
            return self._link.client

    async def _connect(self) -> Link:
        link = Link(await dial(self.url, PATH, self._token))
        link.begin(lambda send: EngineClient(send, name=self._name))
        try:
            await link.client.ready
        except BaseException:
            await link.close()
            raise
        return link


class Link:
    """One socket, and a half of the protocol at this end of it."""

    client: EngineClient

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, make: Callable[[Callable[[dict[str, Any]], None]], EngineClient]) -> None:
        """Make the client and start to carry its messages."""
        self.client = make(self.post)
        self.carry(self._receive)

    def post(self, message: dict[str, Any]) -> None:
        """Send a message, in its turn."""
        self._outgoing.put_nowait(json.dumps(message, ensure_ascii=False))

    def carry(self, receive: Callable[[Any], None], ended: Callable[[], None] | None = None) -> None:
        """Carry messages both ways until the socket closes."""
        self._spawn(self._write())
        self._spawn(self._read(receive, ended or self._end))

    async def close(self) -> None:
        """End the connection."""
        if hasattr(self, "client"):
            self.client.end(GONE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Exception):
            await self._socket.close()

    def _receive(self, message: Any) -> None:
        self.client.receive(cast(EngineMessage, message))

    def _end(self) -> None:
        self.client.end(GONE)

    async def _write(self) -> None:
        while True:
            await self._socket.send(await self._outgoing.get())

    async def _read(self, receive: Callable[[Any], None], ended: Callable[[], None]) -> None:
        try:
            while True:
                receive(json.loads(await self._socket.recv()))
        except asyncio.CancelledError:
            raise
        except Exception:
            # Closed, or no longer to be understood: either way it is over, and whoever waits is told.
            ended()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        # A socket that closes ends the writer with an error that the reader tells of.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._tasks.append(task)


async def dial(url: str, path: str, token: str | None) -> Socket:
    """Open a socket of a server.

    Raises:
        EngineError: the address is none, nobody answers, or the token is not accepted.
    """
    websockets = _library()
    address = socket_address(url, path)
    names = [PROTOCOL_NAME, *([] if token is None else [f"{TOKEN_PREFIX}{token}"])]
    try:
        opened: Socket = await websockets.connect(
            address, subprotocols=names, max_size=LARGEST, open_timeout=ANSWERED_WITHIN_S, proxy=None
        )
    except websockets.InvalidStatus as error:
        raise _refused(error.response.status_code) from error
    except (OSError, TimeoutError, websockets.WebSocketException) as error:
        raise engine_error(
            "server_unreachable",
            f"No server answers at {address}.",
            hint="Start it: webllm-api.",
            details={"url": address},
        ) from error
    return opened


def socket_address(url: str, path: str) -> str:
    """The address of a socket of a server; an address that ends with the path is taken as it is.

    Raises:
        RequestRefused: it is no address of a server.
    """
    schemes = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.netloc:
        raise engine_error(
            "invalid_request",
            f"{url!r} is no address of a server.",
            hint="Give one like ws://localhost:8000.",
            details={"field": "url"},
            kind=RequestRefused,
        )
    base = parts.path.rstrip("/")
    whole = base if base.endswith(path) else f"{base}{path}"
    return parts._replace(scheme=schemes[parts.scheme], path=whole).geturl()


def _library() -> Any:
    try:
        import websockets
    except ImportError as error:
        raise engine_error(
            "unsupported",
            "The engine of a tab is reached over a socket, and the package websockets is not installed.",
            hint="pip install 'webllm-provider[websocket]'",
            kind=BridgeMissing,
        ) from error
    return websockets


def _refused(status: int) -> EngineError:
    if status in (401, 403):
        return engine_error(
            "authentication_failed",
            "The server does not accept this token.",
            hint="Give the server's token as `token`.",
            details={"status": status},
        )
    return engine_error(
        "server_unavailable",
        f"The server refused the connection with status {status}.",
        details={"status": status},
    )
