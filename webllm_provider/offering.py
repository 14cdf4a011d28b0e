"""Offer an engine to `webllm-api` from Python, as a tab does with `offerEngine()`.

    async with offer_engine("ws://localhost:8000", transport):
        ...

Any `Transport` can be offered; with `webllm_provider.testing.ScriptedTransport` a server can be tested
without a browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ._engine_server import EngineServer
from ._transport import Transport
from ._websocket import Link, dial

PATH = "/webllm/engine"
MAY = frozenset({"complete", "complete_text", "embed", "models", "status", "ping"})
"""What a server may ask of an engine that is offered to it: to compute."""


class Offer:
    """An engine while it is offered.

    Attributes:
        server: the half of the protocol that serves the far end; `server.tell(state)` says of a change.
        ended: set when the connection has ended, whoever ended it.
    """

    def __init__(self, link: Link, transport: Transport) -> None:
        self.server = EngineServer(transport, link.post, may=MAY)
        self.ended = asyncio.Event()
        self._link = link
        link.carry(self.server.receive, self.ended.set)

    async def withdraw(self) -> None:
        """End the offer: at once, as a tab that closes."""
        await self._link.close()
        await self.server.close()
        self.ended.set()


@asynccontextmanager
async def offer_engine(url: str, transport: Transport, *, token: str | None = None) -> AsyncIterator[Offer]:
    """Offer an engine to a server while the context lasts.

    Args:
        url: of the server, as `ws://host:port`.
        transport: what computes.
        token: what the server asks of engines, where it does.

    Raises:
        EngineError: no server answers, or it does not take the engine.
    """
    offer = Offer(Link(await dial(url, PATH, token)), transport)
    try:
        yield offer
    finally:
        await offer.withdraw()
