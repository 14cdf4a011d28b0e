"""Engines of `connect()` on `globalThis`: the last one stands there; what stood there before comes back."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from .._completion import collected
from .._transport import Transport
from .._wire import StreamEvent
from ..errors import to_wire_error
from .registration import Function, as_source, register, standing
from .scope import browser_scope, foreign

_published: list[Publication] = []
"""The engines that are open, the latest last."""


@dataclass(eq=False)
class Publication:
    """The functions of one engine, and what they took the place of."""

    functions: dict[str, Function]
    before: dict[str, Function | None]


def publish(engine: Transport) -> Publication:
    """Put an engine's functions on `globalThis`."""
    publication = Publication(_functions(engine), standing())
    _published.append(publication)
    register(publication.functions)
    return publication


def withdraw(publication: Publication) -> None:
    """Take them away; what stood there before comes back, unless others have been put there since."""
    at = _published.index(publication)
    del _published[at]
    if at < len(_published):
        # A later engine stands on top of it: what it brings back one day is what was below this one.
        _published[at].before = publication.before
    ours = {key for key, function in standing().items() if function is publication.functions.get(key)}
    register({key: publication.before.get(key) for key in ours})


def _functions(engine: Transport) -> dict[str, Function]:
    """The bridge's functions, as JavaScript and `BridgeTransport` call them."""

    async def stream(request_json: str) -> AsyncGenerator[StreamEvent, None]:
        async with aclosing(engine.stream(json.loads(request_json))) as events:
            async for event in events:
                yield event

    async def load(request_json: str) -> AsyncGenerator[StreamEvent, None]:
        request = json.loads(request_json)
        options = {key: value for key, value in request.items() if key not in ("model", "device")}
        load = engine.load(request["model"], request.get("device", "auto"), **options)
        async with aclosing(load) as events:
            async for event in events:
                yield event

    async def open_(command_json: str) -> AsyncGenerator[StreamEvent, None]:
        async with aclosing(engine.open(json.loads(command_json))) as events:
            async for event in events:
                yield event

    async def complete(request_json: str) -> str:
        return await _answered(lambda: collected(stream(request_json)))

    async def complete_streaming(request_json: str, on_chunk: Any) -> str:
        def tell(text: str) -> None:
            on_chunk(_object({"type": "delta", "content": text}))

        answer = await _answered(lambda: collected(stream(request_json), tell))
        on_chunk(_object({"type": "done"}))
        return answer

    async def query(command_json: str) -> str:
        return await _answered(lambda: engine.query(json.loads(command_json)))

    async def unload() -> str:
        return await _answered(engine.unload)

    async def models() -> str:
        return await _answered(engine.models)

    async def status() -> str:
        return await _answered(engine.status)

    return {
        "complete": complete,
        "stream": as_source(stream),
        "complete_streaming": complete_streaming,
        "load": as_source(load),
        "open": as_source(open_),
        "query": query,
        "unload": unload,
        "models": models,
        "status": status,
    }


async def _answered(ask: Callable[[], Awaitable[Any]]) -> str:
    """An answer as JSON; these functions never reject, they give the error as data."""
    try:
        return json.dumps(await ask())
    except Exception as error:
        return json.dumps({"error": to_wire_error(error)})


def _object(facts: dict[str, str]) -> Any:
    return foreign().to_js(facts, dict_converter=browser_scope().Object.fromEntries)
