"""The coordinator: where the modules of a session are mounted and find each other."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any, Self

from . import arguments, mounts, outcomes
from .belongings import Belongings
from .cancellation import RustCancellationToken
from .cleanups import Cleanups
from .hooks import RustHookRegistry
from .offers import Offers


class RustCoordinator(Belongings, Offers, Cleanups):
    """Mount points, hooks, cancellation, capabilities, contributions and cleanups of one session.

    Everything is set up in `__new__`: subclasses written for the native engine pass their arguments there,
    and some never call `__init__`. State lives in slots, so that `vars()` shows only what a subclass added.
    """

    __slots__ = (
        "__dict__",
        "_cancellation",
        "_capabilities",
        "_channels",
        "_cleanups",
        "_hooks",
        "_injected_tokens",
        "_mount_points",
    )

    _cancellation: RustCancellationToken
    _hooks: RustHookRegistry
    _injected_tokens: int
    _mount_points: mounts.MountPoints

    def __new__(cls, session: Any = None, approval_system: Any = None, display_system: Any = None) -> Self:
        """
        Args:
            session: has `session_id`, `parent_id` and `config`; None gives an empty coordinator.
            approval_system: asks the user; see `amplifier_core.approval`.
            display_system: shows messages of hooks; see `amplifier_core.display`.
        """
        self = super().__new__(cls)
        self._session = session
        self._session_id = "" if session is None else arguments.text(session.session_id)
        self._parent_id = None if session is None else arguments.optional_text(session.parent_id)
        self._config = {} if session is None else session.config
        # The native engine keeps a JSON copy; keys that JSON does not know fail here, not at some later emit.
        json.dumps(self._config, default=str)
        self._approval_system, self._display_system, self._loader = approval_system, display_system, None
        self._approval_assigned = self._display_assigned = False
        self._hooks, self._cancellation = RustHookRegistry(), RustCancellationToken()
        self._mount_points = mounts.empty(self._hooks)
        self._capabilities, self._channels, self._cleanups = {}, {}, []
        self._session_state, self._injected_tokens = {}, 0
        return self

    @property
    def hooks(self) -> RustHookRegistry:
        """The hook registry, also mounted as `hooks`."""
        return self._hooks

    @property
    def cancellation(self) -> RustCancellationToken:
        """The session's cancellation token."""
        return self._cancellation

    # ---- mount points ----

    @property
    def mount_points(self) -> dict[str, Any]:
        """All mount points; tests and plugins write to it directly."""
        return self._mount_points

    @mount_points.setter
    def mount_points(self, value: dict[str, Any]) -> None:
        self._mount_points = arguments.mapping(value)

    def mount(self, mount_point: str, module: Any, name: str | None = None) -> Coroutine[Any, Any, None]:
        """Mounts a module, at the call; awaiting adds nothing. `name` defaults to the module's own."""
        mounts.put(self._mount_points, mount_point, module, name)
        return _nothing()

    def unmount(self, mount_point: str, name: str | None = None) -> Coroutine[Any, Any, None]:
        """Removes a module, at the call."""
        mounts.remove(self._mount_points, mount_point, name)
        return _nothing()

    def get(self, mount_point: str, name: str | None = None) -> Any:
        """The module at a mount point, or None; for providers and tools without a name, the dict of all."""
        return mounts.get(self._mount_points, mount_point, name)

    def to_dict(self) -> dict[str, Any]:
        """Names of what is mounted, for display.

        The last two say whether a system was assigned after construction, which is what the native engine's
        flags say; they are not the same as having one.
        """
        return {
            "tools": list(self._mount_points["tools"]),
            "providers": list(self._mount_points["providers"]),
            "has_orchestrator": self._mount_points["orchestrator"] is not None,
            "has_context": self._mount_points["context"] is not None,
            "capabilities": list(self._capabilities),
            "has_approval_provider": self._approval_assigned,
            "has_display_service": self._display_assigned,
        }

    # ---- a turn ----

    async def request_cancel(self, immediate: bool = False) -> None:
        """Requests that the session stops, after its running tools or at once."""
        if immediate:
            self._cancellation.request_immediate()
        else:
            self._cancellation.request_graceful()

    def reset_turn(self) -> None:
        """Starts a new turn's account of injections. A cancellation stays requested."""
        self._injected_tokens = 0

    @property
    def _current_turn_injections(self) -> int:
        return self._injected_tokens

    @_current_turn_injections.setter
    def _current_turn_injections(self, value: int) -> None:
        self._injected_tokens = arguments.count(value)

    @property
    def injection_budget_per_turn(self) -> Any:
        """`session.injection_budget_per_turn` of the mount plan, in tokens, or None."""
        return self._policy("injection_budget_per_turn")

    @property
    def injection_size_limit(self) -> Any:
        """`session.injection_size_limit` of the mount plan, in characters, or None."""
        return self._policy("injection_size_limit")

    def _policy(self, name: str) -> Any:
        section = self._config.get("session")
        return None if section is None else section.get(name)

    def process_hook_result(
        self, result: Any, event: str, hook_name: str = "unknown"
    ) -> Coroutine[Any, Any, Any]:
        """Does what the result of an emit asks for: stores injections, asks the user, shows a message.

        Checks, charges and messages happen at the call; stores and questions when awaited.

        Returns:
            What is left for the orchestrator to do: ephemeral injections, a denial, or the result itself.

        Raises:
            ValueError: an injection is longer than the session allows. Nothing is stored then.
        """
        return outcomes.process(self, result, event, hook_name)


async def _nothing() -> None:
    """For methods whose work is done at the call, but which callers await."""
