"""One timer of the browser for all that a Python of our own waits for.

In Pyodide each `call_later` is a timer of the browser, and one that is cancelled stays until it would have
gone off, together with the context that it was made in. A turn is guarded by three limits of up to ten
minutes and is over in seconds: behind 500 turns 1,500 timers were left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from functools import partial
from math import inf
from typing import Any

SOON_S = 1.0
"""What comes sooner has a timer of its own: cancelled or not, it is over soon."""


class LaterCall(asyncio.TimerHandle):
    """A call to come, which leaves nothing behind when it is cancelled."""

    __eq__ = object.__eq__
    """Two calls at one moment are two."""
    __hash__ = object.__hash__

    def __init__(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
        waiting: set[LaterCall],
    ) -> None:
        super().__init__(when, callback, args, loop, context)
        self._waiting = waiting

    def cancel(self) -> None:
        """Forget it, and what it was made in."""
        self._waiting.discard(self)
        super().cancel()

    def go_off(self) -> None:
        """Call, unless it was cancelled since it was due."""
        if not self.cancelled():
            self._run()


class OneTimer:
    """What a loop does later: a browser's timer wakes it for the next of all calls to come.

    Args:
        loop: its `call_later` is this one's from now on, through which Pyodide's `call_at` goes, too.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._browsers = loop.call_later
        self._waiting: set[LaterCall] = set()
        self._wakes: set[float] = set()
        """When timers of the browser go off: one that nobody needs does, too, and nothing comes of it."""
        replaced: Any = loop
        replaced.call_later = self.call_later

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As the loop's own, `delay` in seconds."""
        if not SOON_S <= delay < inf:
            return self._browsers(delay, callback, *args, context=context)
        when = self._loop.time() + delay
        call = LaterCall(when, callback, args, self._loop, context, self._waiting)
        self._waiting.add(call)
        self._wake_by(when)
        return call

    def _wake_by(self, when: float) -> None:
        if any(wake <= when for wake in self._wakes):
            return
        self._wakes.add(when)
        # In a context of its own: the one of whoever asks may hold a whole turn.
        self._browsers(max(0.0, when - self._loop.time()), partial(self._wake, when), context=Context())

    def _wake(self, when: float) -> None:
        self._wakes.discard(when)
        now = self._loop.time()
        for call in sorted(call for call in self._waiting if call.when() <= now):
            self._waiting.discard(call)
            # Each for itself: what goes wrong in one is not the next one's.
            self._loop.call_soon(call.go_off)
        if self._waiting:
            self._wake_by(min(call.when() for call in self._waiting))
