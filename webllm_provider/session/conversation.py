"""One conversation of the Python worker: the turn that runs, who is asked for it, and how it is stopped."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from amplifier_core.events import PROVIDER_ERROR
from amplifier_core.message_models import ToolCall

from .._wire import PythonMessage, WireError
from ..errors import engine_error
from .approvals import PageApprovals
from .failures import told_error
from .journal import Record
from .living import Asked, LivingSession, MakeSession, Messages
from .options import TURN_CAPABILITY, TurnOptions
from .page import WirePage
from .permissions import Permissions
from .settings import Settings
from .stopping import Stopped
from .store import Store
from .tool_calls import ToolCalls
from .turn import Turn, until_cancelled


class Conversation:
    """The turns of one session.

    Args:
        id: the session's.
        make: makes a session; see `WorkerSessions`.
        records: where the records of running answers lie.
        send: takes messages to the page.
    """

    def __init__(
        self,
        id: str,
        make: MakeSession,
        records: Callable[[], Store],
        send: Callable[[PythonMessage], None],
    ) -> None:
        self.turn = asyncio.Lock()
        """Turns of one conversation run one after the other."""
        self.speaking: str | None = None
        """The id of the running turn: its events carry it."""
        self.error: WireError | None = None
        """What the provider said went wrong; the kernel hands out only the text of an exception."""
        self._send = send
        self._stopping: set[asyncio.Task[None]] = set()
        """Requests to stop that the session has not taken yet."""
        permissions = Permissions()
        self.approvals = PageApprovals(send, lambda: self.speaking, permissions)
        self.page = WirePage(send, lambda: self.speaking)
        options = {"on_event": self._told, "approval": self.approvals, "page": self.page}
        self._living = LivingSession(id, make, records, permissions, options)

    @property
    def session(self) -> Any:
        """The session, once there is one."""
        return self._living.session

    async def answer(self, asked: Asked, stopped: Callable[[], bool]) -> str | None:
        """Run a turn; gives its text, or None where it was stopped before it began."""
        record = None
        if not stopped():
            record = await self._prepare(asked)
        if stopped() or self.session is None:
            return None
        if self._living.journal is not None:
            self._living.journal.keeps = asked.journal
            if not asked.resume:
                self._living.journal.last = None
        options = self._living.settings.turn(resumes=record is not None, images=asked.images)
        coordinator = self.session.coordinator
        coordinator.register_capability(TURN_CAPABILITY, options)
        try:
            return str(await self.session.execute(asked.text))
        finally:
            coordinator.register_capability(TURN_CAPABILITY, TurnOptions())
            if self._living.journal is not None and asked.journal:
                await self._living.journal.forget()

    async def use(
        self, tool: str, arguments: Mapping[str, Any], settings: Settings | None, stopped: Callable[[], bool]
    ) -> str | None:
        """Run one tool by a person's own hand; gives its result as a model would read it, None where it was
        stopped. Nothing of it is kept in the conversation.

        Raises:
            EngineError: the session has no such tool.
        """
        if not stopped():
            await self._prepare(Asked(settings=settings))
        if stopped():
            return None
        coordinator = self.session.coordinator
        tools = coordinator.get("tools") or {}
        if tool not in tools:
            raise engine_error(
                "invalid_request",
                f"This conversation has no tool called {tool}.",
                hint="Turn it on in the settings.",
                details={"tool": tool, "tools": sorted(tools)},
            )
        turn = Turn(coordinator.get("context"), "", None, tools, coordinator.hooks, coordinator)
        call = ToolCall(id=str(uuid.uuid4()), name=tool, arguments=dict(arguments))
        try:
            running = ToolCalls([call], tools, coordinator, turn.emit)
            (outcome,) = await until_cancelled(turn, running.run(), immediate_only=True)
        except Stopped:
            return None
        return outcome.content

    async def _prepare(self, asked: Asked) -> Record | None:
        before = self.session
        record = await self._living.prepare(asked)
        if self.session is not before:
            self.approvals.listen(self.session.coordinator.hooks)
        return record

    @property
    def stopped(self) -> bool:
        """Whether the session was asked to stop in this turn."""
        return self.session is not None and bool(self.session.coordinator.cancellation.is_cancelled)

    async def added(self) -> Messages:
        """What the running turn has added to the conversation so far."""
        return await self._living.added()

    def begin(self, id: str) -> None:
        """A turn has its place now."""
        self.speaking, self.error = id, None
        self._living.begin()

    async def end(self) -> None:
        """A turn is over: nobody waits any more for what was asked for it."""
        self.speaking = None
        self.approvals.end()
        await self._calm()

    async def close(self) -> None:
        """End the session."""
        await self._living.close()

    def stop(self) -> None:
        """End the running turn."""
        if self.session is None:
            return
        self.approvals.withdraw()
        task = asyncio.ensure_future(self.session.coordinator.request_cancel(True))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _calm(self) -> None:
        """A token that stays cancelled, or is cancelled late, would end the next turn before it begins."""
        try:
            if self._stopping:
                await asyncio.wait(self._stopping)
        finally:
            if self.session is not None:
                self.session.coordinator.cancellation.reset()

    def _told(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == PROVIDER_ERROR:
            self.error = told_error(payload)
        if self.speaking is not None:
            self._send({"type": "turn_event", "id": self.speaking, "name": name, "payload": dict(payload)})
