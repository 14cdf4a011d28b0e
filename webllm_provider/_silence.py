"""A limit on how long a stream may be silent."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class SilenceLimit:
    """An asynchronous context that ends with `TimeoutError` once nothing has been heard for so long.

    What a listener takes for what has come is not the stream's silence. One timer watches all of it: to hear
    something costs a look at the clock. In a browser a timer that is put off is a new one each time, and the
    old ones still go off.

    Args:
        seconds: the longest silence.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout = asyncio.timeout(None)
        self._silent_since: float | None = None
        """None while somebody takes in what has come."""
        self._timer: asyncio.Handle | None = None

    def heard(self) -> None:
        """Something has come; until `wait` the stream owes nothing."""
        self._silent_since = None

    def wait(self) -> None:
        """What has come is taken in: the stream is waited for again."""
        self._silent_since = asyncio.get_running_loop().time()

    def expired(self) -> bool:
        """Whether it is this limit that has ended what ran."""
        return self._timeout.expired()

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self.wait()
        self._look()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        left = (now if self._silent_since is None else self._silent_since) + self._seconds - now
        if left > 0:
            self._timer = loop.call_later(left, self._look)
        else:
            self._timeout.reschedule(now)
