"""A session that follows its page.

It is made when it is first needed, made again where its settings change, and put where the page says that the
conversation stands.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._transport import Transport
from .._wire import Attachment
from .create import checked_messages
from .journal import JournalledTransport, Record, history_of, read_record
from .permissions import Permissions
from .settings import Settings
from .standing import continues, question_of
from .store import Store

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


class LivingSession:
    """The session of one conversation.

    Args:
        id: the session's.
        make: makes a session; see `WorkerSessions`.
        records: where the records of running answers lie.
        permissions: follow the settings.
        options: what every session of this conversation is made with.
    """

    def __init__(
        self,
        id: str,
        make: MakeSession,
        records: Callable[[], Store],
        permissions: Permissions,
        options: Mapping[str, Any],
    ) -> None:
        self.id = id
        self.session: Any = None
        self.journal: JournalledTransport | None = None
        """Keeps what runs, for a page that is left."""
        self.settings = Settings()
        self._make_session = make
        self._records = records
        self._permissions = permissions
        self._options = dict(options)
        self._made_of: object = None
        self._journalled = False
        """Whether any turn has wanted a record."""
        self._memory: dict[str, Any] = {}
        self._began: int | None = None
        """How many messages there were before the running turn."""

    def begin(self) -> None:
        """A turn begins: nothing is added yet."""
        self._began = None

    async def prepare(self, asked: Asked) -> Record | None:
        """Have a session that stands where this turn begins. Returns the answer to go on with, if any."""
        settings = asked.settings or self.settings
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
            store = self._records()

            def journal(transport: Transport) -> Transport:
                made.append(JournalledTransport(transport, store, self.id))
                return made[0]

            options["journal"] = journal
        session = await self._make_session(
            session_id=self.id,
            permissions=self._permissions,
            memory=self._memory,
            **self._options,
            **options,
        )
        last = None if self.journal is None else self.journal.last
        self.session, self.journal = session, made[0] if made else None
        if self.journal is not None:
            self.journal.messages, self.journal.last = history_of(session), last
        if before is not None:
            await before.cleanup()

    async def _record(self, asked: Asked) -> Record | None:
        """The cut answer that this turn goes on with: of this life of the worker, or of an earlier one."""
        last = None if self.journal is None else self.journal.last
        if last is not None and continues(asked.history, last.messages):
            return last
        return await read_record(self._records(), self.id, await self._before(asked))

    async def _before(self, asked: Asked) -> Sequence[Mapping[str, Any]]:
        """What was said before the turn that is asked for again."""
        if asked.history is not None or self.session is None:
            return asked.history or []
        messages = await self._messages()
        return messages[: question_of(messages)]

    def _permit(self, settings: Settings) -> None:
        now, before = settings.custom_tools, self.settings.custom_tools
        # A tool that was written anew is another tool than the one that was allowed.
        self._permissions.forget(name for name in {*now, *before} if now.get(name) != before.get(name))
        self._permissions.set(settings.permissions)
        self.settings = settings

    async def _messages(self) -> Messages:
        return list(await self.session.coordinator.get("context").get_messages())

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

    async def close(self) -> None:
        """End the session."""
        if self.session is not None:
            await self.session.cleanup()
            self.session = None
