"""Sessions of applications: their records, their tickets, their results; kept where a restart finds them."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .bodies import read_body
from .problems import Problem
from .settings import Settings
from .stores import Store

PATH = "/api/webllm/session"
TICKET_AGE = 60.0
MOST_RESULTS = 100
"""Results of one session that wait to be received."""


class SessionRequest(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    modelId: str | None = Field(default=None, max_length=200)
    engine: str = Field(default="pool", pattern="^(pool|own)$", description="own: the session's tab answers.")


class SessionAnswer(BaseModel):
    sessionId: str
    wsUrl: str
    modelId: str | None
    status: str
    expiresAt: float


class SessionEnded(BaseModel):
    sessionId: str
    status: str


class Sessions:
    """The records.

    Args:
        now: the wall clock, in seconds.
    """

    def __init__(self, store: Store, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self.store = store
        self.settings = settings
        self._now = now
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(self, request: Request) -> Response:
        """Make a session."""
        body = await read_body(request, SessionRequest, self.settings.body_limit)
        record: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "model": body.modelId,
            "engine": body.engine,
            "owner": _owner(request),
            "pending": {},
            "results": {},
        }
        await self._keep(record)
        return JSONResponse(await self._told(request, record))

    async def show(self, request: Request) -> Response:
        """Say how a session stands, and give a new ticket for its socket."""
        await self._of_caller(request)
        record = await self.change(request.path_params["session"], lambda record: None)
        return JSONResponse(await self._told(request, record))

    async def remove(self, request: Request) -> Response:
        """End a session."""
        record = await self._of_caller(request)
        await self.store.delete(_key(record["id"]))
        return JSONResponse({"sessionId": record["id"], "status": "ended"})

    async def record(self, session: str) -> dict[str, Any]:
        """The record of a session.

        Raises:
            Problem: there is none, or it was not used for too long.
        """
        found = await self.store.get(_key(session))
        if found is None:
            raise _no_session()
        return dict(found)

    async def change(self, session: str, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Change a record, which is a use of the session; gives the new one.

        Raises:
            Problem: there is none.
        """
        # One at a time: between reading and writing nobody else may write.
        async with self._turns.setdefault(session, asyncio.Lock()):
            record = await self.record(session)
            change(record)
            await self._keep(record)
        return record

    async def _keep(self, record: dict[str, Any]) -> None:
        while len(record["results"]) > MOST_RESULTS:
            del record["results"][next(iter(record["results"]))]
        await self.store.put(_key(record["id"]), record, self.settings.session_age)

    async def admitted(self, session: str, ticket: str) -> bool:
        """Whether a ticket opens the socket of a session; it does so once."""
        return bool(await self.store.take(_ticket_key(ticket)) == session)

    async def _of_caller(self, request: Request) -> dict[str, Any]:
        """The record that a request names; the sessions of others are none."""
        record = await self.record(request.path_params["session"])
        if record.get("owner") != _owner(request):
            raise _no_session()
        return record

    async def _told(self, request: Request, record: dict[str, Any]) -> dict[str, Any]:
        ticket = secrets.token_urlsafe(32)
        await self.store.put(_ticket_key(ticket), record["id"], TICKET_AGE)
        url = request.url.replace(
            scheme="wss" if request.url.scheme == "https" else "ws",
            path=f"{request.scope.get('root_path', '')}{PATH}/{record['id']}/socket",
            query=f"ticket={ticket}",
        )
        return {
            "sessionId": record["id"],
            "wsUrl": str(url),
            "modelId": record["model"],
            "status": "generating" if record["pending"] else "ready",
            "expiresAt": self._now() + self.settings.session_age,
        }


def _owner(request: Request) -> str | None:
    subject: str | None = request.scope.get("webllm.subject")
    return subject


def _no_session() -> Problem:
    return Problem(404, "NOT_FOUND", "There is no such session, or it has expired.")


def _key(session: str) -> str:
    return f"webllm:session:{session}"


def _ticket_key(ticket: str) -> str:
    # Who reads the store must not be able to use what it holds.
    return f"webllm:ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"
