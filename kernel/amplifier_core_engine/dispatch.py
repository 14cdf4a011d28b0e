"""Sending one event through its handlers, one after the other, each with data and context of its own."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from amplifier_core.models import HookResult

from . import hook_answers, hook_results
from .hook_answers import Fields
from .isolation import cancelled_from_outside, within
from .payload import Json, copies

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """One handler for one event; `number` orders handlers of equal priority and tells namesakes apart."""

    priority: int
    number: int
    event: str
    name: str
    handler: Any


async def finished(result: HookResult) -> HookResult:
    """A result that is known at once, for callers who await it."""
    return result


async def dispatched(entries: list[Registration], event: str, data: Json, context: Context) -> HookResult:
    """Asks one handler after the other until one denies; `RustHookRegistry.emit` says what comes of it."""
    copy = copies(data)
    question: Fields | None = None
    injections: list[Fields] = []
    for entry in entries:
        try:
            answer = hook_answers.parsed(await _answer(entry, event, copy, context))
        except Exception as error:
            logger.error("Handler '%s' failed on event '%s': %s", entry.name, event, error, exc_info=error)
            continue
        action = answer["action"]
        if action == "deny":
            return hook_results.as_model(answer)
        if action == "modify" and answer["data"] is not None:
            data = answer["data"]
            copy = copies(data)
        elif action == "ask_user" and question is None:
            # Two questions cannot be merged, and the first was the most important by priority.
            question = answer
        elif action == "inject_context":
            injection = hook_results.injecting(answer, entry.name, event)
            if injection is not None:
                injections.append(injection)
    if question is not None:
        return hook_results.as_model(question)
    if injections:
        return hook_results.as_model(hook_results.merged(injections))
    return hook_results.carried_on(data)


async def collected(
    entries: list[Registration], event: str, data: Json, seconds: float, context: Context
) -> list[dict[str, Any]]:
    """The `data` of every handler's answer that has some, whatever else it says."""
    copy = copies(data)
    found: list[dict[str, Any]] = []
    for entry in entries:
        try:
            async with asyncio.timeout(seconds):
                answer = hook_answers.parsed(await _answer(entry, event, copy, context))
        except TimeoutError:
            logger.warning("Handler '%s' took longer than %s s on event '%s'", entry.name, seconds, event)
            continue
        except Exception as error:
            logger.error("Handler '%s' failed on event '%s': %s", entry.name, event, error, exc_info=error)
            continue
        if answer["data"] is not None:
            found.append(answer["data"])
    return found


class _HandlerCancelledItself(Exception):
    """A handler raised CancelledError although nobody cancelled the emit."""


async def _answer(entry: Registration, event: str, copy: Callable[[], Json], context: Context) -> object:
    """Calls one handler with data of its own, in a copy of the emitting context."""
    own = context.copy()
    try:
        answer = own.run(entry.handler, event, copy())
        # Only coroutines are awaited, as in the native engine: another awaitable is a malformed answer.
        return await within(own, answer) if inspect.iscoroutine(answer) else answer
    except asyncio.CancelledError as error:
        if cancelled_from_outside():
            raise
        raise _HandlerCancelledItself(entry.name) from error
