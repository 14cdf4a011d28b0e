"""The sockets: tabs that offer their engine, and programs that use one.

A browser sends no header with a socket: a token comes as a subprotocol, `webllm.token.<token>`, beside the
protocol's own name.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, cast

from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from .._client import EngineClient
from .._engine_server import EngineServer
from .._websocket import PROTOCOL_NAME, TOKEN_PREFIX
from .._wire import EngineMessage, WireError
from ..errors import EngineError
from .answering import client_of
from .pool import EnginePool
from .problems import Problem
from .security import Identify, refuse, unauthorized
from .socket_messages import Outgoing, read_socket
from .tab_messages import check_message

logger = logging.getLogger(__name__)

MAY = frozenset({"complete", "complete_text", "embed", "models", "status", "ping"})
"""What a program may ask of a tab's engine: to compute, and nothing of what lies in the tab."""
VANISHED: WireError = {
    "code": "worker_died",
    "message": "The tab of the engine has gone.",
    "hint": "Ask again: another engine answers, or the tab when it is back.",
}
HUNG: WireError = {"code": "engine_hung", "message": "The tab of the engine does not answer any more."}
HELLO_WITHIN_S = 20.0
TRY_LATER = 1013


class Sockets:
    """The sockets' handlers.

    Args:
        identify_engine: checks the token of a tab; None lets every tab of an allowed origin in.
        identify: checks the token of a program.
    """

    def __init__(
        self, pool: EnginePool, *, identify_engine: Identify | None = None, identify: Identify | None = None
    ) -> None:
        self._pool = pool
        self._identify_engine = identify_engine
        self._identify = identify

    def routes(self) -> list[WebSocketRoute]:
        """The routes of the sockets."""
        return [
            WebSocketRoute("/webllm/engine", self.engine, name="engineSocket"),
            WebSocketRoute("/webllm/client", self.client, name="clientSocket"),
        ]

    async def engine(self, socket: WebSocket) -> None:
        """A tab offers its engine: here is the client's half of the protocol."""
        if not await _let_in(socket, self._identify_engine):
            return
        outgoing = Outgoing(socket)
        client = EngineClient(outgoing.post, name="webllm-api")
        work = asyncio.ensure_future(self._serve(client, socket))
        heart = asyncio.ensure_future(self._heartbeat(client, socket))
        try:
            await read_socket(socket, outgoing, lambda message: self._hear(client, message))
        finally:
            client.end(VANISHED)
            self._pool.told()
            for task in (work, heart, outgoing.task):
                task.cancel()
            await asyncio.gather(work, heart, outgoing.task, return_exceptions=True)

    async def client(self, socket: WebSocket) -> None:
        """A program uses an engine: here is the engine's half."""
        if not await _let_in(socket, self._identify):
            return
        outgoing = Outgoing(socket)
        transport = self._pool.transport(client_of(socket))
        patience = self._pool.settings.reader_timeout
        server = EngineServer(transport, outgoing.post, may=MAY, reader_timeout=patience)
        telling: set[asyncio.Task[None]] = set()

        async def tell() -> None:
            server.tell(await transport.status())

        def changed() -> None:
            task = asyncio.ensure_future(tell())
            telling.add(task)
            task.add_done_callback(telling.discard)

        unwatch = self._pool.watch(changed)
        try:
            await read_socket(socket, outgoing, server.receive)
        finally:
            unwatch()
            await server.close()
            outgoing.task.cancel()
            await asyncio.gather(outgoing.task, *telling, return_exceptions=True)

    def _hear(self, client: EngineClient, message: Any) -> None:
        check_message(message)
        client.receive(cast(EngineMessage, message))
        if message["type"] in ("hello", "status"):
            self._pool.told()

    async def _serve(self, client: EngineClient, socket: WebSocket) -> None:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                await asyncio.shield(client.ready)
            logger.info("An engine has come: %s", client.state["type"])
            await self._pool.serve(client)
        except (EngineError, TimeoutError) as error:
            logger.info("An engine was sent away: %s", error)
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(TRY_LATER, "The engine cannot be taken now.")

    async def _heartbeat(self, client: EngineClient, socket: WebSocket) -> None:
        """Ask again and again; a tab that is there answers, whatever its engine does."""
        every = self._pool.settings.heartbeat
        while True:
            await asyncio.sleep(every)
            try:
                async with asyncio.timeout(2 * every):
                    await client.query({"type": "ping"})
            except EngineError:
                # It has answered, if only that it does not know the question.
                continue
            except TimeoutError:
                client.end(HUNG)
                self._pool.told()
                with suppress(RuntimeError, WebSocketDisconnect):
                    await socket.close(TRY_LATER, "The tab does not answer.")
                return


async def _let_in(socket: WebSocket, identify: Identify | None) -> bool:
    """Accept a socket, or refuse it before it opens."""
    if identify is not None:
        problem = unauthorized()
        subject = None
        try:
            if (token := socket_token(socket)) is not None:
                subject = await identify(token)
        except Problem as error:
            problem = error
        if subject is None:
            await refuse(problem, socket.scope, socket.receive, socket.send)
            return False
        socket.scope["webllm.subject"] = subject
    offered = _subprotocols(socket)
    await socket.accept(PROTOCOL_NAME if PROTOCOL_NAME in offered else None)
    return True


def socket_token(connection: HTTPConnection) -> str | None:
    """The token among the subprotocols that a socket offers."""
    found = [name for name in _subprotocols(connection) if name.startswith(TOKEN_PREFIX)]
    return found[0].removeprefix(TOKEN_PREFIX) if found else None


def _subprotocols(connection: HTTPConnection) -> list[str]:
    return list(connection.scope.get("subprotocols", ()))
