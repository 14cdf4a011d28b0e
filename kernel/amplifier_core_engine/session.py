"""The session: initialise, execute, clean up, and the events that tell of it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Coroutine
from contextvars import copy_context
from types import SimpleNamespace
from typing import Any, Final, Self

# As modules, looked into at each call like the native engine does: hosts and tests replace what is in them.
from amplifier_core import _session_exec, _session_init

from . import arguments, constants, plan
from .coordinator import RustCoordinator
from .exclusive import Exclusive
from .isolation import is_own_cancellation, within

logger = logging.getLogger(__name__)

# Never turned into an ordinary error: the program is to stop, or the coroutine to be dropped.
_STOPPING: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)


class RustSession:
    """One conversation with an agent, from loading its modules to cleaning up after them.

    It can be initialised again after `cleanup()`; `session:start` is told once, `session:end` at the end of
    every life. Unlike the native engine's, a cancelled `execute()` cancels the orchestrator: in a browser it
    would otherwise go on generating for nobody.
    """

    __slots__ = (
        "_cleaning",
        "_config",
        "_coordinator",
        "_initialized",
        "_initializing",
        "_is_resumed",
        "_metadata",
        "_parent_id",
        "_session_id",
        "_start_told",
    )

    def __init__(
        self,
        config: dict[str, Any],
        loader: Any = None,
        session_id: str | None = None,
        parent_id: str | None = None,
        approval_system: Any = None,
        display_system: Any = None,
        is_resumed: bool = False,
    ) -> None:
        """
        Args:
            config: the mount plan; `session.orchestrator` and `session.context` are required.
            loader: ignored, as by the native engine: assign `session.coordinator.loader` instead.
            session_id: generated if None.
            parent_id: makes this a child session.
            approval_system: see `amplifier_core.approval`.
            display_system: see `amplifier_core.display`.
            is_resumed: tell of `session:resume` instead of `session:start`.

        Raises:
            ValueError: the plan lacks something.
            RuntimeError, TypeError: the plan cannot be written as JSON.
        """
        written = plan.written(arguments.mapping(config))
        if loader is not None:
            logger.warning("The loader argument is not used: assign session.coordinator.loader instead")
        self._config = config
        # From the plan as it was given, like the native engine: later changes to it are not told of.
        self._metadata = written["session"].get("metadata")
        self._is_resumed = arguments.flag(is_resumed)
        self._session_id = str(uuid.uuid4()) if session_id is None else arguments.text(session_id)
        self._parent_id = arguments.optional_text(parent_id)
        self._initialized = self._start_told = False
        self._initializing, self._cleaning = Exclusive(), Exclusive()
        stand_in = SimpleNamespace(session_id=self._session_id, parent_id=self._parent_id, config=config)
        self._coordinator = RustCoordinator(stand_in, approval_system, display_system)
        self._coordinator.hooks.set_default_fields(session_id=self._session_id, parent_id=self._parent_id)

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self._session_id

    @property
    def parent_id(self) -> str | None:
        """The parent session's id, if this is a child."""
        return self._parent_id

    @property
    def coordinator(self) -> RustCoordinator:
        """Where the session's modules are."""
        return self._coordinator

    @property
    def config(self) -> dict[str, Any]:
        """The mount plan: the caller's own object."""
        return self._config

    @property
    def is_resumed(self) -> bool:
        """Whether this continues an earlier session."""
        return self._is_resumed

    @property
    def initialized(self) -> bool:
        """Whether modules are loaded and prompts can be executed."""
        return self._initialized

    async def initialize(self) -> None:
        """Loads and mounts the plan's modules; does nothing if that is done.

        Of two calls at the same time one loads: the native engine loads twice, and cleans up twice.

        Raises:
            RuntimeError: the orchestrator or the context manager could not be loaded.
        """
        await self._initializing.run(self._load)

    async def _load(self) -> None:
        if self._initialized:
            return
        self._coordinator._set_session(self)
        loading = _session_init.initialize_session(
            self._config, self._coordinator, self._session_id, self._parent_id
        )
        try:
            await within(copy_context(), loading)
        except _STOPPING:
            raise
        except BaseException as error:
            if is_own_cancellation(error):
                raise
            raise RuntimeError(f"Session initialization failed: {_told(error)}") from None
        self._initialized = True

    def execute(self, prompt: str) -> Coroutine[Any, Any, str]:
        """Runs the orchestrator on a prompt and returns its answer.

        Raises:
            RuntimeError: the session is not initialised (at the call), or the orchestrator failed:
                `Execution failed: <Type>: <message>`.
        """
        prompt = arguments.text(prompt)
        if not self._initialized:
            raise RuntimeError("Session not initialized. Call initialize() first.")
        return self._executed(prompt)

    async def _executed(self, prompt: str) -> str:
        await self._tell_of_the_start()
        try:
            # A context of its own: what an orchestrator sets there must not reach the caller's next turn.
            answer = await within(copy_context(), _session_exec.run_orchestrator(self._coordinator, prompt))
        except _STOPPING:
            raise
        except BaseException as error:
            await self._tell_of_a_cancellation(error)
            if is_own_cancellation(error):
                raise
            logger.debug("The orchestrator failed", exc_info=error)
            raise RuntimeError(f"Execution failed: {_told(error)}") from None
        await self._tell_of_a_cancellation(None)
        return arguments.text(answer)

    async def _tell_of_the_start(self) -> None:
        event = constants.SESSION_RESUME if self._is_resumed else constants.SESSION_START
        if not self._start_told:
            self._start_told = True
            payload = {"session_id": self._session_id, "parent_id": self._parent_id}
            if self._metadata:
                payload["metadata"] = self._metadata
            await self._coordinator.hooks.emit(event, payload)
        try:
            await _session_exec.emit_raw_field_if_configured(
                self._coordinator, self._config, self._session_id, event
            )
        except Exception as error:
            raise RuntimeError(f"Debug event emission failed: {_told(error)}") from None

    async def _tell_of_a_cancellation(self, error: BaseException | None) -> None:
        token = self._coordinator.cancellation
        if not token.is_cancelled:
            return
        payload: dict[str, Any] = {"was_immediate": token.is_immediate}
        if error is not None:
            payload["error"] = _told(error)
        await self._coordinator.hooks.emit(constants.CANCEL_COMPLETED, payload)

    async def cleanup(self) -> None:
        """Tells of the end, once per initialised life, and calls the cleanup functions, the last first.

        Failures of hooks and functions are logged, never raised: a session can always be left.
        """
        await self._cleaning.run(self._clean)

    async def _clean(self) -> None:
        try:
            if self._initialized:
                await self._coordinator.hooks.emit(constants.SESSION_END, {"session_id": self._session_id})
        finally:
            try:
                await self._coordinator.cleanup()
            except GeneratorExit:
                raise
            except BaseException as error:
                if is_own_cancellation(error):
                    raise
                logger.error("Error during cleanup: %s", error)
            finally:
                self._initialized = False

    async def __aenter__(self) -> Self:
        await self.initialize()
        return self

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        await self.cleanup()


def _told(error: BaseException) -> str:
    """`<Type>: <message>`, also for an error whose message cannot be had."""
    try:
        message = str(error)
    except Exception:
        message = "<exception str() failed>"
    return f"{type(error).__qualname__}: {message}"
