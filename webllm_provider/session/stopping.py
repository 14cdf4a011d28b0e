"""How a running turn hears that its session is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from types import TracebackType
from typing import Any, Self

LOOK_EVERY = 0.05
"""Seconds between two looks at a cancellation token that calls nobody."""


class Stopped(Exception):
    """The session's cancellation token asked for an end."""


class Stops:
    """Ends what a turn waits for once the session's cancellation token asks for it.

    A token passes a request on to its children, so one of them hears it. The native engine calls no Python
    for that: there the token is looked at, for as long as something waits. Either way no wait gets a task of
    its own: most are over before they have waited at all, and each turn of a browser's event loop is dear.
    """

    def __init__(self, token: Any) -> None:
        self._token = token
        self._waits: list[EndedByToken] = []
        self._looking = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ear = _child_of(token, self._hear)

    def add(self, wait: EndedByToken) -> None:
        """End this wait, too, when it is asked for."""
        self._waits.append(wait)
        if len(self._waits) == 1:
            self._loop = asyncio.get_running_loop()
            if self._ear is not None:
                self._token.register_child(self._ear)
        # What has been asked for already is not told again to a wait within another.
        if self._ear is None or self._token.is_cancelled:
            self._look_later()

    def remove(self, wait: EndedByToken) -> None:
        """It is over."""
        self._waits.remove(wait)
        if self._ear is not None and not self._waits:
            self._token.unregister_child(self._ear)

    def _hear(self) -> None:
        # Not at once: it may be what waits here that asks for it.
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._look)

    def _look_later(self) -> None:
        if not self._looking and self._loop is not None:
            self._looking = True
            self._loop.call_later(LOOK_EVERY, self._look_again)

    def _look_again(self) -> None:
        self._looking = False
        if self._waits:
            self._look()
            self._look_later()

    def _look(self) -> None:
        if self._token.is_cancelled:
            for wait in self._waits:
                wait.end(immediate=bool(self._token.is_immediate))


def _child_of(token: Any, hear: Callable[[], None]) -> Any:
    """A token that tells of a request when it gets one as a child; None where there is no such thing."""
    kind: Any = type(token)
    made = _hearing(kind)
    if made is None:
        return None
    ear = made()
    ear.hear = hear
    return ear


@cache
def _hearing(kind: Any) -> Any:
    """The class of such tokens for parents of one kind."""

    def request(ear: Any) -> bool:
        ear.hear()
        return True

    heard: list[bool] = []
    try:
        made: Any = type("Ear", (kind,), {"request_graceful": request, "request_immediate": request})
        parent, ear = kind(), made()
        ear.hear = lambda: heard.append(True)
        parent.register_child(ear)
        parent.request_graceful()
    except (AttributeError, TypeError):
        # A type of the native engine is no base.
        return None
    # Tried, not assumed: a token that is a base may still ask its children without a word to Python.
    return made if heard else None


class EndedByToken:
    """What runs in this context is cancelled once the token asks for it; `Stopped` is raised at its end.

    Where the task is cancelled by somebody else, that goes on behind it, whatever became of it within.

    Args:
        immediate_only: whether a graceful end is for others.
    """

    def __init__(self, stops: Stops, *, immediate_only: bool) -> None:
        self._stops = stops
        self._immediate_only = immediate_only
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._ended = False

    def end(self, *, immediate: bool) -> None:
        """Cancel what runs, if this is an end for it; once is enough."""
        if self._task is None or self._ended or (self._immediate_only and not immediate):
            return
        self._ended = True
        self._task.cancel()

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        self._cancelling = 0 if self._task is None else self._task.cancelling()
        self._stops.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stops.remove(self)
        if self._task is None:
            return
        asked = self._task.uncancel() if self._ended else self._task.cancelling()
        cancelled = isinstance(error, asyncio.CancelledError)
        if error is not None and not cancelled and not isinstance(error, Exception):
            # The program itself is about to end.
            return
        # What it still says is of no interest to anybody.
        if asked > self._cancelling:
            if not cancelled:
                # A hook or a provider has kept it to itself.
                raise asyncio.CancelledError from None
        elif self._ended:
            raise Stopped from None
