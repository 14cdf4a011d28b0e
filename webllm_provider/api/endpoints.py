"""One entry of the API: what it takes, what it gives, and how its failures are told."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .problems import Problem, problem_of

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]


class Query(BaseModel):
    """The parameters in the address of a request: text, hence not strict."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


@dataclass(frozen=True)
class Endpoint:
    """What stands in the OpenAPI document and in the routes.

    Attributes:
        openai: whether errors carry OpenAI's object.
        errors: the statuses that it may answer with, beside success and what every endpoint may.
        events: what one event of its stream is, where it can stream.
        success: the status of success.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    gives: type[BaseModel] | None = None
    takes: type[BaseModel] | None = None
    query: type[Query] | None = None
    openai: bool = False
    errors: Sequence[int] = ()
    events: bool = False
    success: int = 200
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    secured: bool = False


def routes(entries: Iterable[Endpoint]) -> list[Route]:
    """A route for each path; in it every exception becomes a problem."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for entry in entries:
        by_path.setdefault(entry.path, {})[entry.method] = entry
    return [Route(path, _Answering(methods), methods=list(methods)) for path, methods in by_path.items()]


class _Answering:
    """An ASGI application around handlers: no function, so that Starlette hands it `send`."""

    def __init__(self, methods: Mapping[str, Endpoint]) -> None:
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        entry = self._methods["GET" if request.method == "HEAD" else request.method]
        response = await answered(entry.handler, request, openai=entry.openai)
        await response(scope, receive, send)


async def answered(handler: Handler, request: Request, *, openai: bool) -> Response:
    """The handler's response, or the problem that it met."""
    try:
        return await handler(request)
    except Exception as error:
        return problem_for(error, request.url.path).response(openai=openai)


def problem_for(error: Exception, where: str) -> Problem:
    """The problem of an exception; what nobody expected goes to the log, and not to its client."""
    problem = problem_of(error)
    if problem is None:
        logger.error("%s failed with %s", where, type(error).__name__, exc_info=error)
        problem = Problem(500, "SERVER_ERROR", "The server has failed to answer; its log says why.")
    return problem


def parameters(request: Request, shape: type[Any]) -> Any:
    """The parameters in the address, as an object of their model."""
    return shape.model_validate(dict(request.query_params))
