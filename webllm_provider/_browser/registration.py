"""An engine of one's own: its functions on `globalThis`, under the names of the bridge."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Any

from ..errors import engine_error, to_wire_error
from .bridge import NAMES
from .scope import absent, browser_scope, foreign, in_browser

Function = Callable[..., Any]

_kept: dict[str, Any] = {}
"""The proxies of Python functions that stand on `globalThis`: JavaScript does not keep them alive."""


def set_llm_bridge(
    complete: Function | None = None,
    *,
    stream: Function | None = None,
    load: Function | None = None,
    open: Function | None = None,
    query: Function | None = None,
    unload: Function | None = None,
    models: Function | None = None,
    status: Function | None = None,
) -> None:
    """Register the functions that reach an engine, on `globalThis`, under the names of the bridge.

    A bridge is one engine: a function that is not given is taken away, and a call without any takes the
    whole bridge away. Each may be a JavaScript or a Python function; `complete` alone is enough for
    answers that come in one piece. Not needed after `connect()`, nor where the page's own script has
    registered them.

    Args:
        complete: `(request_json) -> response_json`, a coroutine function or one that returns a promise.
        stream: `(request_json)` to a source: an object with `next()`, which gives the JSON text of an
            array of events and null (in Python None) after the last, and `cancel()`; or an async generator
            that yields such texts, lists of events, or single events.
        load: the same for `{"model": ..., "device": ...}`.
        open: the same for an opening of the wire, such as `{"type": "fetch", ...}`.
        query: `(command_json) -> json`, awaitable: the result of a query of the wire, such as
            `{"type": "stored"}`.
        unload: `() -> json`, awaitable: the engine's state without a model.
        models: `() -> json`, awaitable: an array of model records.
        status: `() -> json`, awaitable: the engine's state.

    Raises:
        BridgeMissing: on CPython.
    """
    sources = {"stream": stream, "load": load, "open": open}
    given: dict[str, Function | None] = dict.fromkeys(NAMES)
    given.update({"complete": complete, "query": query, "unload": unload, "models": models, "status": status})
    given.update({key: None if source is None else as_source(source) for key, source in sources.items()})
    register(given)


def register(functions: Mapping[str, Function | None]) -> None:
    """Put functions in the place of those that stand there; None takes one away."""
    scope, ffi = browser_scope(), foreign()
    for key, function in functions.items():
        name = NAMES[key]
        replaced = _kept.pop(name, None)
        if function is None:
            with suppress(AttributeError):
                delattr(scope, name)
        elif isinstance(function, ffi.JsProxy):
            setattr(scope, name, function)
        else:
            # No round trip: Python that reads it finds the function itself, not JavaScript's view of it.
            _kept[name] = ffi.create_proxy(function, roundtrip=False)
            setattr(scope, name, _kept[name])
        if replaced is not None:
            replaced.destroy()


def standing() -> dict[str, Function | None]:
    """What stands on `globalThis` now; a Python function is the function itself."""
    scope = browser_scope()
    found = {key: getattr(scope, name, None) for key, name in NAMES.items()}
    return {key: None if absent(function) else function for key, function in found.items()}


def as_source(function: Function) -> Function:
    """A function whose async generators have become sources with `next()` and `cancel()`."""
    if not inspect.isasyncgenfunction(function):
        return function

    def open_source(request_json: str) -> GeneratorSource:
        return GeneratorSource(function(request_json))

    return open_source


class GeneratorSource:
    """An async generator of events as a source of batches: what it raises is the last event, a failure."""

    def __init__(self, events: AsyncGenerator[Any, None]) -> None:
        self._events = events
        self._step: asyncio.Future[Any] | None = None
        self._closing: asyncio.Future[None] | None = None
        self._cancelled = False
        self._ended = False

    async def next(self) -> Any:
        """The JSON text of an array of events; null after the last."""
        if self._ended:
            return _null()
        if self._cancelled:
            return self._aborted()
        # In a task of its own: a generator that runs can be stopped only by cancelling what runs it.
        self._step = asyncio.ensure_future(anext(self._events))
        try:
            batch = await self._step
        except StopAsyncIteration:
            self._ended = True
            return _null()
        except asyncio.CancelledError:
            if not self._cancelled:
                self._ended = True
                raise
            return self._aborted()
        except Exception as error:
            self._ended = True
            return _failed(error)
        if isinstance(batch, str):
            return batch
        return json.dumps(batch if isinstance(batch, list) else [batch])

    def _aborted(self) -> str:
        self._ended = True
        return _failed(engine_error("aborted", "The request was cancelled."))

    def cancel(self) -> None:
        """End the generator; the `next()` that waits, or the one to come, gives a failure, `aborted`.

        Harmless when repeated.
        """
        if self._ended or self._cancelled:
            return
        self._cancelled = True
        if self._step is not None and not self._step.done():
            self._step.cancel()
        else:
            self._closing = asyncio.ensure_future(self._events.aclose())


def _failed(error: Exception) -> str:
    return json.dumps([{"type": "failure", "error": to_wire_error(error)}])


def _null() -> Any:
    """What JavaScript calls null; Python's None would arrive there as undefined."""
    return foreign().jsnull if in_browser() else None
