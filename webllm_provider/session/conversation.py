"""One conversation of the Python worker: its session, where that stands, and what a turn adds to it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amplifier_core.events import PROVIDER_ERROR
from amplifier_core.message_models import ToolCall

from .._transport import Transport
from .._wire import Attachment, PythonMessage, WireError
from ..errors import engine_error
from .approvals import PageApprovals
from .create import checked_messages
from .failures import told_error
from .journal import JournalledTransport, Record, history_of, read_record
from .options import TURN_CAPABILITY, TurnOptions
from .page import WirePage
from .permissions import Permissions
from .settings import Settings
from .standing import continues, question_of
from .store import Store
from .tool_calls import ToolCalls
from .turn import Stopped, Turn, until_cancelled

logger = logging.getLogger(__name__)

MakeSession = Callable[..., Awaitable[Any]]
Messages = list[dict[str, Any]]

DEFAULT_HOOKS = ("hooks-metrics",)
"""Where the settings name none; `hooks-approval` is there in any case."""


@dataclass(frozen=True)
class Asked:
    """A turn, as it was asked for.

    Attributes:
        history: the conversation before this turn, where the session stands elsewhere; None leaves it.
        settings: None leaves what was set before.
    """

    text: str = ""
    journal: bool = False
    resume: bool = False
    history: Sequence[Mapping[str, Any]] | None = None
    images: Sequence[Attachment] = ()
    settings: Settings | None = None


@dataclass
class Conversation:
    """A session that is made when it is first needed, and made again where its settings change.

    Args:
        id: the session's.
        make: makes a session; see `WorkerSessions`.
        records: where the records of running answers lie.
        send: takes messages to the page.
    """

    id: str
    make: MakeSession
    records: Callable[[], Store]
    send: Callable[[PythonMessage], None]
    session: Any = None
    journal: JournalledTransport | None = None
    """Keeps what runs, for a page that is left."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Turns of one conversation run one after the other."""
    speaking: str | None = None
    """The id of the running turn: its events carry it."""
    error: WireError | None = None
    """What the provider said went wrong; the kernel hands out only the text of an exception."""
    stopping: set[asyncio.Task[None]] = field(default_factory=set)
    """Requests to stop that the session has not taken yet."""

    def __post_init__(self) -> None:
        self.permissions = Permissions()
        self.approvals = PageApprovals(self.send, lambda: self.speaking, self.permissions)
        self.page = WirePage(self.send, lambda: self.speaking)
        self._settings = Settings()
        self._made_of: object = None
        self._journalled = False
        """Whether any turn has wanted a record."""
        self._memory: dict[str, Any] = {}
        self._began: int | None = None
        """How many messages there were before the running turn."""

    async def answer(self, asked: Asked, stopped: Callable[[], bool]) -> str | None:
        """Run a turn; gives its text, or None where it was stopped before it began."""
        record = None
        if not stopped():
            record = await self._prepare(asked)
        if stopped() or self.session is None:
            return None
        if self.journal is not None:
            self.journal.keeps = asked.journal
            if not asked.resume:
                self.journal.last = None
        options = self._settings.turn(resumes=record is not None, images=asked.images)
        coordinator = self.session.coordinator
        coordinator.register_capability(TURN_CAPABILITY, options)
        try:
            return str(await self.session.execute(asked.text))
        finally:
            coordinator.register_capability(TURN_CAPABILITY, TurnOptions())
            if self.journal is not None and asked.journal:
                await self.journal.forget()

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

    @property
    def stopped(self) -> bool:
        """Whether the session was asked to stop in this turn."""
        return self.session is not None and bool(self.session.coordinator.cancellation.is_cancelled)

    async def added(self) -> Messages:
        """What the running turn has added to the conversation so far."""
        if self.session is None or self._began is None:
            return []
        try:
            return (await self._messages())[self._began :]
        except Exception as error:
            # Whatever the context says, the page has to hear of the turn's end.
            logger.warning("What the turn has added cannot be read: %s", error)
            return []

    def begin(self, id: str) -> None:
        """A turn has its place now."""
        self.speaking, self.error, self._began = id, None, None

    async def end(self) -> None:
        """A turn is over: nobody waits any more for what was asked for it."""
        self.speaking = None
        self.approvals.end()
        await self._calm()

    async def close(self) -> None:
        """End the session."""
        if self.session is not None:
            await self.session.cleanup()
            self.session = None

    # ---- making and placing the session --------------------------------------------------------

    async def _prepare(self, asked: Asked) -> Record | None:
        """Have a session that stands where this turn begins. Returns the answer to go on with, if any."""
        settings = asked.settings or self._settings
        record = await self._record(asked) if asked.resume else None
        given = asked.history if record is None else record.messages
        messages = None if given is None else checked_messages(given)
        self._journalled = self._journalled or asked.journal or asked.resume
        made_of = (settings.session, self._journalled)
        if self.session is None or self._made_of != made_of:
            await self._make(settings, messages)
            self._made_of = made_of
        elif messages is not None:
            await self.session.coordinator.get("context").set_messages(messages)
        self._permit(settings)
        if self.journal is not None:
            self.journal.said = "" if record is None else record.text
        now = await self._messages()
        self._began = len(now) if record is None else question_of(now)
        return record

    async def _make(self, settings: Settings, messages: Messages | None) -> None:
        """Make the session anew, around the same messages where none are given."""
        options: dict[str, Any] = {"hooks": DEFAULT_HOOKS, **settings.session}
        before = self.session
        if messages is None and before is not None:
            messages = await self._messages()
        if messages is not None:
            options["messages"] = messages
        made: list[JournalledTransport] = []
        if self._journalled:
            store = self.records()

            def journal(transport: Transport) -> Transport:
                made.append(JournalledTransport(transport, store, self.id))
                return made[0]

            options["journal"] = journal
        session = await self.make(
            on_event=self._told,
            session_id=self.id,
            approval=self.approvals,
            page=self.page,
            permissions=self.permissions,
            memory=self._memory,
            **options,
        )
        last = None if self.journal is None else self.journal.last
        self.session, self.journal = session, made[0] if made else None
        self.approvals.listen(session.coordinator.hooks)
        if self.journal is not None:
            self.journal.messages, self.journal.last = history_of(session), last
        if before is not None:
            await before.cleanup()

    async def _record(self, asked: Asked) -> Record | None:
        """The cut answer that this turn goes on with: of this life of the worker, or of an earlier one."""
        last = None if self.journal is None else self.journal.last
        if last is not None and continues(asked.history, last.messages):
            return last
        left = await read_record(self.records(), self.id)
        return left if left is not None and continues(asked.history, left.messages) else None

    def _permit(self, settings: Settings) -> None:
        now, before = settings.custom_tools, self._settings.custom_tools
        # A tool that was written anew is another tool than the one that was allowed.
        self.permissions.forget(name for name, tool in now.items() if tool != before.get(name, tool))
        self.permissions.set(settings.permissions)
        self._settings = settings

    async def _messages(self) -> Messages:
        return list(await self.session.coordinator.get("context").get_messages())

    # ---- hearing it ----------------------------------------------------------------------------

    def stop(self) -> None:
        """End the running turn."""
        if self.session is None:
            return
        self.approvals.withdraw()
        task = asyncio.ensure_future(self.session.coordinator.request_cancel(True))
        self.stopping.add(task)
        task.add_done_callback(self.stopping.discard)

    async def _calm(self) -> None:
        """A token that stays cancelled, or is cancelled late, would end the next turn before it begins."""
        try:
            if self.stopping:
                await asyncio.wait(self.stopping)
        finally:
            if self.session is not None:
                self.session.coordinator.cancellation.reset()

    def _told(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == PROVIDER_ERROR:
            self.error = told_error(payload)
        if self.speaking is not None:
            self.send({"type": "turn_event", "id": self.speaking, "name": name, "payload": dict(payload)})
