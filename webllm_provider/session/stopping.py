"""How a running turn hears that its session is cancelled."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

LOOK_EVERY = 0.05
"""Seconds between two looks at the cancellation token, which calls nobody."""


class Stopped(Exception):
    """The session's cancellation token asked for an end."""


class Stops:
    """Looks at a session's cancellation token for as long as something waits that it may end.

    One timer serves all waits of a turn, and none of them gets a task of its own: most are over before they
    have waited at all, and each turn of an event loop that a browser drives is dear.
    """

    def __init__(self, token: Any) -> None:
        self._token = token
        self._waits: list[EndedByToken] = []
        self._looking = False

    def add(self, wait: EndedByToken) -> None:
        """Look at the token for this wait, too."""
        self._waits.append(wait)
        if not self._looking:
            self._looking = True
            self._look_later()

    def remove(self, wait: EndedByToken) -> None:
        """It is over."""
        self._waits.remove(wait)

    def _look_later(self) -> None:
        asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        if not self._waits:
            self._looking = False
            return
        if self._token.is_cancelled:
            for wait in self._waits:
                wait.end(immediate=bool(self._token.is_immediate))
        self._look_later()


class EndedByToken:
    """What runs in this context is cancelled once the token asks for it; `Stopped` is raised at its end.

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
        if not self._ended or self._task is None:
            return
        by_others = self._task.uncancel() > self._cancelling
        if not (by_others and isinstance(error, asyncio.CancelledError)):
            # What it still says is of no interest to anybody.
            raise Stopped from None
