"""Waiting for JavaScript."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from .scope import foreign, in_browser


async def settled(result: Any) -> Any:
    """What a function of a page gives: at once, or behind a promise or a coroutine.

    A promise settles a future of asyncio's own here. The one that Pyodide makes for `await` counts itself off
    when it is done, which takes a turn of the browser's event loop: as dear as the one that wakes the task.

    Raises:
        Exception: what the promise was rejected with.
    """
    if not in_browser() or not isinstance(result, foreign().JsPromise):
        return await result if inspect.isawaitable(result) else result
    waiting: asyncio.Future[Any] = asyncio.Future()
    result.then(partial(_unless_done, waiting, waiting.set_result), partial(_fail, waiting))
    return await waiting


def _unless_done(waiting: asyncio.Future[Any], settle: Callable[[Any], None], value: Any) -> None:
    # Who was cancelled waits no more, and JavaScript does not know it.
    if not waiting.done():
        settle(value)


def _fail(waiting: asyncio.Future[Any], reason: Any) -> None:
    error = reason if isinstance(reason, Exception) else RuntimeError(str(reason))
    _unless_done(waiting, waiting.set_exception, error)
