"""The API for a host that is no server: requests come as JSON text and bytes, answers go through callbacks.

    host = ExchangeHost(app, head=..., chunk=...)
    await host.serve("7", request_json, body)     one request, until its answer has ended
    host.grant("7", 1)                            its reader takes one more chunk
    host.leave("7")                               its client has gone

In a browser the Python worker is such a host: `hosted()` makes the one over the page's engine. Callbacks are
called and never awaited, so that no promise of JavaScript is waited for, or cancelled, here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Scope

from .._browser import BridgeTransport
from ..session.store import own_store
from .app import create_app
from .engines import SingleEngine
from .kept_history import KeptHistory

Head = Callable[[str, int, str], object]
Chunk = Callable[[str, bytes, bool], object]

AHEAD = 8
"""Chunks that a reader takes without having asked."""


@dataclass(eq=False)
class _Exchange:
    """One request, and what its client still wants of the answer."""

    body: bytes
    credit: int = AHEAD
    asked: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> Message:
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def turn(self) -> None:
        """Wait until the reader takes another chunk.

        Raises:
            OSError: the client has gone, as servers say it.
        """
        while not self.credit and not self.gone.is_set():
            self.more.clear()
            await self.more.wait()
        if self.gone.is_set():
            raise OSError("The client has gone.")
        self.credit -= 1


class ExchangeHost:
    """Runs an ASGI application.

    Args:
        app: gets `http` scopes; its lifespan is left alone, for the host ends without a word.
        head: takes the number of a request, a status, and the headers as the JSON text of pairs.
        chunk: takes the number, a part of the body, and whether it is the last.
    """

    def __init__(self, app: ASGIApp, head: Head, chunk: Chunk) -> None:
        self._app = app
        self._head = head
        self._chunk = chunk
        self._open: dict[str, _Exchange] = {}

    async def serve(self, number: str, request: str, body: Any = b"") -> None:
        """Answer one request; returns when its answer has ended, or its client has gone.

        Args:
            number: names the request to the callbacks.
            request: JSON text: `method`, `path`, `root`, `query`, `headers` (pairs), `client`.
            body: bytes, or what JavaScript calls so.
        """
        exchange = _Exchange(body if isinstance(body, bytes) else body.to_bytes())
        self._open[number] = exchange

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
                ]
                self._head(number, message["status"], json.dumps(headers))
            elif message["type"] == "http.response.body":
                last = not message.get("more_body", False)
                content = message.get("body", b"")
                if content or last:
                    await exchange.turn()
                    self._chunk(number, bytes(content), last)

        try:
            # Who has gone hears nothing; whatever else an application lets out is its host's to tell.
            with suppress(OSError):
                await self._app(_scope(json.loads(request)), exchange.receive, send)
        finally:
            del self._open[number]

    def grant(self, number: str, chunks: int) -> None:
        """The reader of a request takes so many more chunks."""
        if (exchange := self._open.get(number)) is not None:
            exchange.credit += chunks
            exchange.more.set()

    def leave(self, number: str) -> None:
        """The client of a request has gone."""
        if (exchange := self._open.get(number)) is not None:
            exchange.gone.set()
            exchange.more.set()


def hosted(root: str, head: Head, chunk: Chunk) -> ExchangeHost:
    """The API over the engine of the page, with its history in the page's storage.

    Args:
        root: the path under which the site lies: sites that share an origin share no history.
    """
    history = KeptHistory(own_store(), f"webllm:api:{root}:history")
    return ExchangeHost(create_app(SingleEngine(BridgeTransport()), history=history), head, chunk)


def _scope(request: Mapping[str, Any]) -> Scope:
    path: str = request["path"]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request["method"],
        "scheme": request["scheme"],
        "path": path,
        "raw_path": path.encode(),
        "root_path": request["root"],
        "query_string": request["query"].encode(),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request["headers"]
        ],
        "client": (request["client"], 0),
        "server": None,
        "state": {},
    }
