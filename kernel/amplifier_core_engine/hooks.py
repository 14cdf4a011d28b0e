"""The hook registry: who listens to which event, in which order, and what their answers amount to."""

from __future__ import annotations

import bisect
import itertools
import math
import uuid
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any, Final

from amplifier_core.correlation import REQUEST_ID_FIELD, resolve_request_id
from amplifier_core.models import HookResult

from . import arguments, constants, dispatch, hook_results
from .dispatch import Registration
from .hook_answers import Fields
from .payload import canonical, stamped

_CORRELATED: Final = ("llm:", "provider:")


class RustUnregisterFn:
    """Returned by `register`: a call removes that one registration, further calls do nothing."""

    __slots__ = ("_registration", "_registry")

    def __init__(self, registry: RustHookRegistry, registration: Registration) -> None:
        self._registry = registry
        self._registration = registration

    def __call__(self) -> None:
        self._registry._remove(self._registration)

    def __repr__(self) -> str:
        return f"<unregister '{self._registration.name}'>"


class RustHookRegistry:
    """Calls handlers in order of priority (lower first), then of registration, one after the other."""

    __slots__ = ("_defaults", "_handlers", "_numbers")

    SESSION_START: Final = constants.SESSION_START
    SESSION_END: Final = constants.SESSION_END
    PROMPT_SUBMIT: Final = constants.PROMPT_SUBMIT
    TOOL_PRE: Final = constants.TOOL_PRE
    TOOL_POST: Final = constants.TOOL_POST
    CONTEXT_PRE_COMPACT: Final = constants.CONTEXT_PRE_COMPACT
    ORCHESTRATOR_COMPLETE: Final = constants.ORCHESTRATOR_COMPLETE
    USER_NOTIFICATION: Final = constants.USER_NOTIFICATION

    def __init__(self) -> None:
        self._handlers: dict[str, list[Registration]] = {}
        self._numbers = itertools.count()
        self._defaults: Fields = {}

    def register(
        self, event: str, handler: Any, priority: int = 0, name: str | None = None
    ) -> RustUnregisterFn:
        """Adds a handler, `(event, data) -> HookResult | dict | None`, plain or asynchronous.

        Returns a function that removes exactly this registration. Names need not be unique.
        """
        event = arguments.text(event)
        registration = Registration(
            priority=arguments.signed(priority),
            number=next(self._numbers),
            event=event,
            name=f"_auto_{event}_{uuid.uuid4()}" if name is None else arguments.text(name),
            handler=handler,
        )
        # A new list, so that an emit in progress keeps the handlers that it began with.
        known = list(self._handlers.get(event, ()))
        bisect.insort(known, registration, key=lambda entry: (entry.priority, entry.number))
        self._handlers[event] = known
        return RustUnregisterFn(self, registration)

    def on(self, event: str, handler: Any, priority: int = 0, name: str | None = None) -> RustUnregisterFn:
        """Another name for `register`."""
        return self.register(event, handler, priority, name)

    def unregister(self, name: str) -> None:
        """Removes the most recent registration of that name, for whatever event it was."""
        name = arguments.text(name)
        namesakes = [entry for known in self._handlers.values() for entry in known if entry.name == name]
        if namesakes:
            self._remove(max(namesakes, key=lambda entry: entry.number))

    def set_default_fields(self, **kwargs: Any) -> None:
        """Replaces the fields that every event gets unless its data has them."""
        self._defaults = canonical(kwargs)

    def list_handlers(self, event: str | None = None) -> dict[str, list[str]]:
        """Names of handlers by event, in the order in which they are called."""
        if event is not None:
            event = arguments.text(event)
            return {event: [entry.name for entry in self._handlers.get(event, ())]}
        return {known: [entry.name for entry in entries] for known, entries in self._handlers.items()}

    def emit(self, event: str, data: Any) -> Coroutine[Any, Any, HookResult]:
        """Sends an event through its handlers.

        The data is copied, checked and correlated at the call, not at the await: what the caller does to it
        in between changes nothing.

        Returns:
            The first denial; else the first question to the user; else all injections merged; else `continue`
            with the data as handlers modified it.

        Raises:
            RuntimeError, TypeError, ValueError: the data is no JSON (see `payload.canonical`).
        """
        event, data = arguments.text(event), canonical(data)
        if event.startswith(_CORRELATED) and isinstance(data, dict):
            data = _correlated(event, data)
        entries = self._handlers.get(event)
        if not entries:
            return dispatch.finished(hook_results.carried_on(data))
        return dispatch.dispatched(entries, event, stamped(self._defaults, data), copy_context())

    def emit_and_collect(
        self, event: str, data: Any, timeout: float = 1.0
    ) -> Coroutine[Any, Any, list[dict[str, Any]]]:
        """Asks every handler, whatever it decides, and returns the `data` of the answers that have some.

        The payload is the caller's alone: no default fields, timestamp or correlation. A handler that takes
        longer than `timeout` seconds is left out.
        """
        event, data, seconds = arguments.text(event), canonical(data), arguments.number(timeout)
        if not 0 <= seconds < math.inf:
            raise ValueError(f"A timeout of {seconds} seconds is neither zero nor a positive number.")
        return dispatch.collected(self._handlers.get(event, []), event, data, seconds, copy_context())

    def _remove(self, registration: Registration) -> None:
        known = self._handlers.get(registration.event, [])
        self._handlers[registration.event] = [entry for entry in known if entry is not registration]


def _correlated(event: str, data: Fields) -> Fields:
    """The data with the id of the model call that it belongs to.

    Runs in the caller's own context: that is where the id of the call in flight lives.
    """
    given = data.get(REQUEST_ID_FIELD)
    identifier = resolve_request_id(event, given if isinstance(given, str) and given else None)
    return data if identifier is None else {**data, REQUEST_ID_FIELD: identifier}
