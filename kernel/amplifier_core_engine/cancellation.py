"""Cooperative cancellation: a token with three states that orchestrators and tools look at."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any, Literal

from . import arguments
from .isolation import cancelled_from_outside

logger = logging.getLogger(__name__)

State = Literal["none", "graceful", "immediate"]


class RustCancellationToken:
    """Says whether a session should stop, and how: after its running tools (graceful) or at once (immediate).

    States only rise until `reset()`. They spread to the tokens of child sessions, never to a parent.
    """

    __slots__ = ("_callbacks", "_children", "_running", "_state")

    def __init__(self) -> None:
        self._state: State = "none"
        self._running: dict[str, str] = {}
        self._children: list[RustCancellationToken] = []
        self._callbacks: list[Callable[[], Any]] = []

    @property
    def state(self) -> str:
        """`none`, `graceful` or `immediate`."""
        return self._state

    @property
    def is_cancelled(self) -> bool:
        """Whether any cancellation was requested."""
        return self._state != "none"

    @property
    def is_graceful(self) -> bool:
        """Whether running tools may still finish."""
        return self._state == "graceful"

    @property
    def is_immediate(self) -> bool:
        """Whether work should stop at once."""
        return self._state == "immediate"

    @property
    def running_tools(self) -> set[str]:
        """Ids of the tool calls that run now, as a copy."""
        return set(self._running)

    @property
    def running_tool_names(self) -> list[str]:
        """Names of the tools that run now, for display."""
        return list(self._running.values())

    def request_cancellation(self) -> None:
        """Requests a graceful stop."""
        self.request_graceful()

    def request_graceful(self) -> bool:
        """Requests a stop after the running tools; True if that changed the state."""
        if self._state != "none":
            return False
        self._state = "graceful"
        for child in list(self._children):
            child.request_graceful()
        return True

    def request_immediate(self) -> bool:
        """Requests a stop at once; True if that changed the state."""
        if self._state == "immediate":
            return False
        self._state = "immediate"
        for child in list(self._children):
            child.request_immediate()
        return True

    def reset(self) -> None:
        """Starts a new turn: no request, no running tools. Children and callbacks stay."""
        self._state = "none"
        self._running.clear()

    def register_tool_start(self, tool_call_id: str, tool_name: str) -> None:
        """Notes that a tool call began."""
        self._running[arguments.text(tool_call_id)] = arguments.text(tool_name)

    def register_tool_complete(self, tool_call_id: str) -> None:
        """Notes that a tool call ended."""
        self._running.pop(arguments.text(tool_call_id), None)

    def register_child(self, child: RustCancellationToken) -> None:
        """Passes this token's state, and every later request, on to a child session's token."""
        _require_token(child)
        if self._state == "graceful":
            child.request_graceful()
        elif self._state == "immediate":
            child.request_immediate()
        self._children.append(child)

    def unregister_child(self, child: RustCancellationToken) -> None:
        """Stops passing requests on to this token."""
        _require_token(child)
        self._children = [known for known in self._children if known is not child]

    def on_cancel(self, callback: Callable[[], Any]) -> None:
        """Adds a function, plain or asynchronous, for `trigger_callbacks` to call."""
        self._callbacks.append(callback)

    async def trigger_callbacks(self) -> None:
        """Calls every callback in order; one that fails is logged and does not stop the rest."""
        for callback in list(self._callbacks):
            try:
                outcome = callback()
                if inspect.iscoroutine(outcome):
                    await outcome
            except asyncio.CancelledError:
                if cancelled_from_outside():
                    raise
                logger.error("A cancellation callback cancelled itself")
            except Exception:
                logger.exception("Error in a cancellation callback")


def _require_token(value: object) -> None:
    if not isinstance(value, RustCancellationToken):
        raise TypeError(f"{arguments.described(value)} is not an instance of 'RustCancellationToken'")
