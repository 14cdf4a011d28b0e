"""Reading the bodies of requests: limited, strict, and refused with the field that is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from .problems import Problem, problem_of

Body = TypeVar("Body", bound=BaseModel)


async def read_body(request: Request, shape: type[Body], limit: int) -> Body:
    """The body of a request.

    Args:
        limit: its greatest size in bytes.

    Raises:
        Problem: it is too large, no JSON, or does not fit; or the client has gone.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")
    value = _parsed(await _bytes(request, limit))
    return read_value(value, shape)


def read_value(value: Any, shape: type[Body]) -> Body:
    """A value of JSON as an object of a model."""
    try:
        return shape.model_validate(value)
    except ValueError as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from None


async def _bytes(request: Request, limit: int) -> bytes:
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    async for part in _stream(request):
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
    return b"".join(parts)


async def _stream(request: Request) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except ClientDisconnect as error:
        raise client_gone() from error


def _parsed(data: bytes) -> Any:
    try:
        # Rust's parser: limited in depth (in WebAssembly Python's own is not); no NaN, no lone surrogates.
        return from_json(data, allow_inf_nan=False)
    except ValueError:
        raise Problem(
            400, "VALIDATION_ERROR", "The body is no JSON in UTF-8, or is nested too deeply."
        ) from None


def too_large(limit: int) -> Problem:
    """The body exceeds the limit."""
    return Problem(413, "TOO_LARGE", f"The body is larger than {limit} bytes.")


def client_gone() -> Problem:
    """Nobody hears this; it stands in the history."""
    return Problem(499, "CLIENT_GONE", "The client went before its answer.")
