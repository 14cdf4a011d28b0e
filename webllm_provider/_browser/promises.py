"""Waiting for JavaScript."""

from __future__ import annotations

import asyncio
import inspect
from types import TracebackType
from typing import Any, Self

from .scope import absent, foreign, in_browser


async def settled(result: Any) -> Any:
    """What a function of a page gives: at once, or behind a promise or a coroutine."""
    return await result if inspect.isawaitable(result) else result


class Reader:
    """Reads the batches of a `{next, cancel}` source, one after the other; to be used as a context.

    A promise that a function of JavaScript gives becomes a future of Pyodide's, which counts itself off when
    it is done: one more turn of the browser's event loop, beside the one that wakes the task, for each batch.
    A source with `next_to` hands its batches to a function, and a plain future waits here. Such a source may
    give a long text as its bytes: Pyodide copies them as they are, and a text character by character.
    """

    def __init__(self, source: Any) -> None:
        self._source = source
        self._waiting: asyncio.Future[Any] | None = None
        self._take: Any = None

    def __enter__(self) -> Self:
        if in_browser() and not absent(getattr(self._source, "next_to", None)):
            self._take = foreign().create_proxy(self._arrived)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The source hands nothing over any more: it has ended, or was cancelled.
        if self._take is not None:
            self._take.destroy()

    async def next(self) -> Any:
        """The next batch; what is absent behind the last."""
        if self._take is None:
            return await settled(self._source.next())
        self._waiting = asyncio.Future()
        self._source.next_to(self._take)
        return await self._waiting

    def _arrived(self, batch: Any) -> None:
        # A task that was cancelled waits no more, and its source may not know it yet.
        if self._waiting is not None and not self._waiting.done():
            read = getattr(batch, "to_bytes", None)
            self._waiting.set_result(batch if read is None else str(read(), "utf-8"))
