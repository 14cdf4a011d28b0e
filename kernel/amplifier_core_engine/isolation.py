"""Running foreign coroutines so that neither their context variables nor their cancellations leak.

The native engine gives every handler a task of its own. A task costs a turn of the event loop and hides
cancellation from the kernel; stepping the coroutine inside a copied context keeps what modules rely on (a
handler that makes a model call of its own does not disturb the caller's `request_id`) without either cost.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


@types.coroutine
def within(context: Context, coroutine: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
    """Awaits the coroutine with every step of it run inside the context."""
    step: Callable[[Any], Any] = coroutine.send
    argument: Any = None
    while True:
        try:
            awaited = context.run(step, argument)
        except StopIteration as stop:
            result: T = stop.value
            return result
        try:
            argument = yield awaited
            step = coroutine.send
        except GeneratorExit:
            context.run(coroutine.close)
            raise
        except BaseException as error:  # a cancellation, to be seen by the coroutine
            argument, step = error, coroutine.throw


def cancelled_from_outside() -> bool:
    """Whether somebody cancelled the task that runs this code.

    Tells a cancellation that must be passed on from a `CancelledError` that a module raised by itself, which
    is an error like any other.
    """
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0


def is_own_cancellation(error: BaseException) -> bool:
    """Whether the task was cancelled, and not a module raising `CancelledError` for reasons of its own."""
    return isinstance(error, asyncio.CancelledError) and cancelled_from_outside()
