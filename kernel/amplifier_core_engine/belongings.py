"""Whom a coordinator belongs to, and what the application hands it: loader, approvals, display."""

from __future__ import annotations

from typing import Any

from . import arguments


class Belongings:
    """The part of a coordinator that is only kept for others to read."""

    __slots__ = (
        "_approval_assigned",
        "_approval_system",
        "_config",
        "_display_assigned",
        "_display_system",
        "_loader",
        "_parent_id",
        "_session",
        "_session_id",
        "_session_state",
    )

    _approval_assigned: bool
    _approval_system: Any
    _config: Any
    _display_assigned: bool
    _display_system: Any
    _loader: Any
    _parent_id: str | None
    _session: Any
    _session_id: str
    _session_state: dict[Any, Any]

    @property
    def session_id(self) -> str:
        """Id of the session; empty without one."""
        return self._session_id

    @property
    def parent_id(self) -> str | None:
        """Id of the parent session, if this one is a child."""
        return self._parent_id

    @property
    def session(self) -> Any:
        """The session object; a stand-in with its ids and config until the session is initialised."""
        return self._session

    def _set_session(self, session: Any) -> None:
        self._session = session

    @property
    def config(self) -> Any:
        """The session's mount plan: the caller's own object."""
        return self._config

    @property
    def session_state(self) -> dict[Any, Any]:
        """A dict that modules of the session share."""
        return self._session_state

    @session_state.setter
    def session_state(self, value: dict[Any, Any]) -> None:
        self._session_state = arguments.mapping(value)

    @property
    def loader(self) -> Any:
        """The module loader."""
        return self._loader

    @loader.setter
    def loader(self, value: Any) -> None:
        self._loader = value

    @property
    def approval_system(self) -> Any:
        """Who asks the user."""
        return self._approval_system

    @approval_system.setter
    def approval_system(self, value: Any) -> None:
        self._approval_system, self._approval_assigned = value, value is not None

    @property
    def display_system(self) -> Any:
        """Who shows messages."""
        return self._display_system

    @display_system.setter
    def display_system(self, value: Any) -> None:
        self._display_system = value
        self._display_assigned = self._display_assigned or value is not None
