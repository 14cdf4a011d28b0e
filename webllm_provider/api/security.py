"""Who may call: the origin of a request, and the token that it bears."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY_VIOLATION = 1008
ADMITTED = "webllm.admitted"
PUBLIC = ("/webllm/api/health", "/openapi.json")

Identify = Callable[[str], Awaitable[str | None]]
"""The subject of a bearer token, or None for one that is not valid."""


def same_secret(given: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of either."""
    return hmac.compare_digest(given.encode(), expected.encode())


def bearer(connection: HTTPConnection) -> str | None:
    """The token of the header Authorization."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def own_origin(headers: Headers, allowed: Sequence[str]) -> bool:
    """Whether a request comes from no page, a page of this host, or one that is allowed.

    The scheme is not compared: behind a proxy that ends TLS this server does not see it.
    """
    origin = headers.get("origin")
    if origin is None or origin in allowed:
        return True
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(host) and host.lower() == headers.get("host", "").lower()


class HostGuard:
    """Refuses what is not addressed to one of these hosts: a foreign name that points here gets nothing."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self._app = app
        # The library judges; what it says to those whom it refuses is plain text, and not heard.
        self._judge = TrustedHostMiddleware(_admit, list(allowed), www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._judge(scope, receive, _unheard)
        if scope.pop(ADMITTED, False):
            await self._app(scope, receive, send)
            return
        problem = Problem(
            400,
            "VALIDATION_ERROR",
            "This server does not answer to that host name.",
            hint="Name it in WEBLLM_ALLOWED_HOSTS.",
        )
        await refuse(problem, scope, receive, send)


async def _admit(scope: Scope, receive: Receive, send: Send) -> None:
    scope[ADMITTED] = True


async def _unheard(message: Message) -> None:
    """Send nothing."""


class OriginGuard:
    """Refuses what changes something, and every socket, from a page of another origin."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in SAFE)
        if guarded and not own_origin(Headers(scope=scope), self._allowed):
            problem = Problem(403, "FORBIDDEN", "Pages of other origins may not call this server.")
            await refuse(problem, scope, receive, send)
            return
        await self._app(scope, receive, send)


class TokenGuard:
    """Lets in who bears a valid token. A browser cannot send one with a socket: sockets ask for their own.

    Args:
        paths: the beginnings of the paths that are guarded, counted from where the application is mounted.
    """

    def __init__(self, app: ASGIApp, identify: Identify, paths: Sequence[str]) -> None:
        self._app = app
        self._identify = identify
        self._paths = tuple(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] == "http" and path.startswith(self._paths) and path not in PUBLIC:
            token = bearer(HTTPConnection(scope))
            try:
                subject = None if token is None else await self._identify(token)
            except Problem as problem:
                await refuse(problem, scope, receive, send)
                return
            if subject is None:
                await refuse(unauthorized(), scope, receive, send)
                return
            scope["webllm.subject"] = subject
        await self._app(scope, receive, send)


def unauthorized() -> Problem:
    """No token, or not the right one: which of the two is nobody's business."""
    return Problem(
        401, "UNAUTHORIZED", "A valid bearer token is needed.", headers={"WWW-Authenticate": "Bearer"}
    )


def one_token(expected: str) -> Identify:
    """Identifies the holder of one configured token."""

    async def identify(token: str) -> str | None:
        return "token" if same_secret(token, expected) else None

    return identify


def any_of(*ways: Identify) -> Identify:
    """Identifies whoever one of several ways does."""

    async def identify(token: str) -> str | None:
        for way in ways:
            if (subject := await way(token)) is not None:
                return subject
        return None

    return identify


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem, whatever kind of connection it is."""
    if scope["type"] == "http":
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        await problem.response(openai=path.startswith("/v1"))(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        body = json.dumps(problem.body(openai=False)).encode()
        headers = [(b"content-type", b"application/problem+json")]
        await send({"type": "websocket.http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
