"""The coordinator: where the modules of a session are mounted and find each other."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Self

from amplifier_core import _collect_helper

from . import arguments, mounts, outcomes
from .cancellation import RustCancellationToken
from .hooks import RustHookRegistry

logger = logging.getLogger(__name__)


class RustCoordinator:
    """Mount points, hooks, cancellation, capabilities, contributions and cleanups of one session.

    Everything is set up in `__new__`: subclasses written for the native engine pass their arguments there,
    and some never call `__init__`. State lives in slots, so that `vars()` shows only what a subclass added.
    """

    __slots__ = (
        "__dict__",
        "_approval_assigned",
        "_approval_system",
        "_cancellation",
        "_capabilities",
        "_channels",
        "_cleanups",
        "_config",
        "_display_assigned",
        "_display_system",
        "_hooks",
        "_injected_tokens",
        "_loader",
        "_mount_points",
        "_parent_id",
        "_session",
        "_session_id",
        "_session_state",
    )

    _approval_assigned: bool
    _approval_system: Any
    _cancellation: RustCancellationToken
    _capabilities: dict[str, Any]
    _channels: dict[str, list[dict[str, Any]]]
    _cleanups: list[Callable[[], Any]]
    _config: Any
    _display_assigned: bool
    _display_system: Any
    _hooks: RustHookRegistry
    _injected_tokens: int
    _loader: Any
    _mount_points: mounts.MountPoints
    _parent_id: str | None
    _session: Any
    _session_id: str
    _session_state: dict[Any, Any]

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

    # ---- who it belongs to ----

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

    # ---- what it holds ----

    @property
    def hooks(self) -> RustHookRegistry:
        """The hook registry, also mounted as `hooks`."""
        return self._hooks

    @property
    def cancellation(self) -> RustCancellationToken:
        """The session's cancellation token."""
        return self._cancellation

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

    # ---- what modules offer each other ----

    def register_capability(self, name: str, value: Any) -> None:
        """Offers something under a name; a later offer replaces it."""
        self._capabilities[arguments.text(name)] = value

    def get_capability(self, name: str) -> Any:
        """What is offered under a name, or None."""
        return self._capabilities.get(arguments.text(name))

    @property
    def channels(self) -> dict[str, list[dict[str, Any]]]:
        """Contributors by channel."""
        return self._channels

    def register_contributor(self, channel: str, name: str, callback: Callable[[], Any]) -> None:
        """Adds a function that contributes to a channel when it is collected."""
        entry = {"name": arguments.text(name), "callback": callback}
        self._channels.setdefault(arguments.text(channel), []).append(entry)

    def collect_contributions(self, channel: str) -> Coroutine[Any, Any, list[Any]]:
        """What the contributors of a channel return now; failures are logged, None is left out."""
        return _collect_helper.collect_contributions(self._channels, arguments.text(channel))

    # ---- the end ----

    @property
    def _cleanup_fns(self) -> list[Callable[[], Any]]:
        return self._cleanups

    def register_cleanup(self, cleanup_fn: Callable[[], Any] | None) -> None:
        """Adds a function for `cleanup`. What cannot be called is ignored: `mount` may return nothing."""
        if callable(cleanup_fn):
            self._cleanups.append(cleanup_fn)

    async def cleanup(self) -> None:
        """Calls every cleanup function, the last registered first.

        One that fails is logged. One that asks to stop the program is heard after the others have run.
        """
        fatal: BaseException | None = None
        # Modules also append to the list directly, and not only what can be called.
        for function in filter(callable, reversed(list(self._cleanups))):
            try:
                outcome = function()
                if inspect.iscoroutine(outcome):
                    await outcome
            except GeneratorExit:
                raise
            except BaseException as error:
                logger.error("Error during cleanup: %s", error, exc_info=error)
                if fatal is None and not isinstance(error, Exception):
                    fatal = error
        if fatal is not None:
            raise fatal

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
