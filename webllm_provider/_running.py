"""What takes a while: awaited for its result, or iterated for its events."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from ._wire import Progress, StreamEvent
from .errors import EngineError, StreamBroken, engine_error, to_llm_error

T = TypeVar("T")

Events = AsyncGenerator[StreamEvent, None]
Watcher = Callable[[Progress], Awaitable[None] | None]
"""Hears how far something has come; `fraction` goes from 0 to 1."""


class Running(AsyncGenerator[StreamEvent, None], Generic[T]):
    """A command that runs: `await` gives its result or raises, `async for` gives its events.

    One or the other, once. Cancelling the task that waits, or `aclose()`, ends it in the engine.

    Args:
        events: the command's events; nothing runs before the first is asked for.
        conclude: reads them to their end.
    """

    def __init__(self, events: Events, conclude: Callable[[Events], Awaitable[T]]) -> None:
        self._events = events
        self._conclude = conclude

    def __await__(self) -> Generator[Any, Any, T]:
        return self._conclude(self._events).__await__()

    async def __anext__(self) -> StreamEvent:
        return await anext(self._events)

    async def asend(self, value: None) -> StreamEvent:
        return await self._events.asend(value)

    async def athrow(self, *details: Any) -> StreamEvent:
        return await self._events.athrow(*details)

    async def aclose(self) -> None:
        await self._events.aclose()


async def conclusion(
    running: Events, last: str, what: str, on_progress: Watcher | None = None, *, model: str | None = None
) -> Any:
    """Read events to their end and return the one whose type is `last`.

    Args:
        what: what runs, for a sentence.
        on_progress: hears each `progress`.

    Raises:
        EngineError: what the failure at their end says, or that they ended without an end.
    """
    async with aclosing(running) as events:
        async for event in events:
            if event["type"] == "progress" and on_progress is not None:
                told = on_progress(event)
                if inspect.isawaitable(told):
                    await told
            elif event["type"] == last:
                return event
            elif event["type"] == "failure":
                raise to_llm_error(event["error"], model=model)
    raise unended(what, model)


def unended(what: str, model: str | None = None) -> EngineError:
    """Events stopped coming before the last one."""
    sentence = f"{what} ended without a result."
    return engine_error("engine_failed", sentence, model=model, kind=StreamBroken)
