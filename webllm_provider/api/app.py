"""The application: the only place of the API where its parts meet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, WebSocketRoute

from .answering import Answering
from .endpoints import Endpoint, routes
from .engines import Engines
from .history import History
from .openapi import document
from .problem_tables import ApiCode
from .problems import Problem
from .security import HostGuard, Identify, OriginGuard, TokenGuard, one_token
from .session_socket import SessionSockets
from .sessions import PATH as SESSIONS
from .sessions import Sessions
from .settings import Settings
from .stores import MemoryStore, Store
from .table import adapters, core, of_session

CODES: dict[int, ApiCode] = {
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
}

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(
    engines: Engines,
    settings: Settings | None = None,
    *,
    identify: Identify | None = None,
    store: Store | None = None,
    history: History | None = None,
    session_identify: Identify | None = None,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """The API as an ASGI application, relative to where it is mounted.

    Args:
        engines: what answers; `SingleEngine(transport)` for one, `pool.EnginePool` for tabs over sockets.
            They are closed with the application.
        identify: checks bearer tokens; None takes the settings' own token, where there is one.
        store: keeps sessions and results; in memory by default.
        history: keeps what was done; in memory by default.
        session_identify: the same for sessions; without either of the two there are no sessions.
        more: further routes, behind the API's own.
    """
    given = Settings() if settings is None else settings
    answering = Answering(engines, given, History() if history is None else history)
    if identify is None and given.token is not None:
        identify = one_token(given.token.get_secret_value())
    entries = [*core(answering), *adapters(answering)]
    kept = MemoryStore(given.cache_size) if store is None else store
    sessions = Sessions(kept, given)
    sockets = SessionSockets(sessions, answering)
    of_sessions = session_identify or identify
    session_routes: list[BaseRoute] = []
    if of_sessions is not None:
        entries += of_session(sessions)
        session_routes.append(
            WebSocketRoute(f"{SESSIONS}/{{session}}/socket", sockets.serve, name="sessionSocket")
        )
    described = document(entries, version=version("webllm-provider"), secured=identify is not None)

    async def openapi(request: Request) -> Response:
        return JSONResponse({**described, "servers": [{"url": request.scope.get("root_path", "") or "/"}]})

    schema = Endpoint("GET", "/openapi.json", "openapi", "This document.", openapi)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await sockets.close()
            await answering.close()
            await kept.close()

    return Starlette(
        routes=[*routes([*entries, schema]), *session_routes, *more],
        middleware=_middleware(given, identify, of_sessions),
        exception_handlers={HTTPException: _http_problem},
        lifespan=lifespan,
    )


def _middleware(
    settings: Settings, identify: Identify | None, of_sessions: Identify | None
) -> list[Middleware]:
    made = [Middleware(HostGuard, allowed=settings.allowed_hosts)]
    if settings.allowed_origins:
        made.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.allowed_origins),
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["authorization", "content-type"],
            )
        )
    made.append(Middleware(OriginGuard, allowed=settings.allowed_origins))
    if identify is not None:
        made.append(Middleware(TokenGuard, identify=identify, paths=("/v1", "/webllm/api")))
    if of_sessions is not None:
        made.append(Middleware(TokenGuard, identify=of_sessions, paths=(SESSIONS,)))
    return made


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code if error.status_code in CODES else 404
    details: dict[int, str] = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        413: "The request is too large.",
    }
    problem = Problem(status, CODES[status], details[status], headers=error.headers)
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return problem.response(openai=path.startswith("/v1"))
