"""The sessions of the Python worker: one per conversation, told of by messages to the page.

The page's worker script calls `ask`, `stop` and `forget`; everything that happens goes back through
`emit` as JSON text of a `PythonMessage`. Nothing here raises into JavaScript: a turn that goes wrong
ends with `turn_failed`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from amplifier_core.events import PROVIDER_ERROR

from .._transport import Transport
from .._wire import Ask, PythonMessage, WireError
from ..errors import to_wire_error
from .create import create_session
from .journal import JournalledTransport, history_of, read_record
from .loop import RESUMES_CAPABILITY
from .store import Store, own_store

MakeSession = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class _Asked:
    id: str
    conversation: str
    text: str
    journal: bool
    resume: bool


@dataclass
class _Conversation:
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


class WorkerSessions:
    """Sessions by conversation, turns by id.

    Args:
        emit: gets the JSON text of each `turn_event`, `turn_ended` and `turn_failed`.
        make_session: makes the session of a conversation; gets `on_event` and `session_id`, and `journal` and
            `messages` where a record is kept or taken up.
        records: where records lie; the browser's storage by default.
    """

    def __init__(
        self,
        emit: Callable[[str], Any],
        make_session: MakeSession = create_session,
        records: Store | None = None,
    ) -> None:
        self._emit = emit
        self._records = records
        self._make_session = make_session
        self._conversations: dict[str, _Conversation] = {}
        self._turns: dict[str, str] = {}
        self._waiting: dict[str, asyncio.Task[Literal[True]]] = {}
        self._stopped: set[str] = set()

    async def ask(
        self, id: str, conversation: str, text: str, journal: bool = False, resume: bool = False
    ) -> None:
        """Run one turn; returns when it is over, however it ended.

        Args:
            id: the turn's; its messages carry it.
            conversation: the session is made when it is first named.
            text: what the user says.
            journal: keep a record of the answer while it is written.
            resume: go on with the conversation's last answer, which was cut: from the record that an earlier
                worker has left, or from what this one remembers. Without either, ask anew.
        """
        here = self._conversations.setdefault(conversation, _Conversation())
        self._turns[id] = conversation
        try:
            if await self._enter(id, here):
                try:
                    await self._turn(_Asked(id, conversation, text, journal, resume), here)
                finally:
                    here.turn.release()
            else:
                self._ended(id, "cancelled", "")
        except asyncio.CancelledError:
            self._ended(id, "cancelled", "")
            raise
        except Exception as error:
            self._send({"type": "turn_failed", "id": id, "error": here.error or to_wire_error(error)})
        finally:
            self._turns.pop(id, None)
            self._stopped.discard(id)

    async def ask_wire(self, message: str) -> None:
        """The same from the JSON text of an `Ask`."""
        asked: Ask = json.loads(message)
        await self.ask(
            asked["id"],
            asked["conversation"],
            asked["text"],
            asked.get("journal", False),
            asked.get("resume", False),
        )

    def stop(self, id: str) -> None:
        """End the turn with this id at once; what was written stays. An unknown id is a turn that is over."""
        conversation = self._turns.get(id)
        if conversation is None:
            return
        self._stopped.add(id)
        if (waiting := self._waiting.get(id)) is not None:
            waiting.cancel()
        here = self._conversations.get(conversation)
        if here is None or here.speaking != id or here.session is None:
            return
        task = asyncio.ensure_future(here.session.coordinator.request_cancel(True))
        here.stopping.add(task)
        task.add_done_callback(here.stopping.discard)

    async def forget(self, conversation: str) -> None:
        """End a conversation's session; the turns of it that run or wait are stopped first."""
        for id in [turn for turn, of in self._turns.items() if of == conversation]:
            self.stop(id)
        here = self._conversations.pop(conversation, None)
        if here is None:
            return
        async with here.turn:
            if here.session is not None:
                await here.session.cleanup()
                here.session = None

    async def close(self) -> None:
        """Forget every conversation."""
        for conversation in list(self._conversations):
            await self.forget(conversation)

    async def _enter(self, id: str, here: _Conversation) -> bool:
        """Wait until the turns before this one are over; False where this one was stopped meanwhile."""
        entering = asyncio.ensure_future(here.turn.acquire())
        self._waiting[id] = entering
        try:
            await asyncio.wait({entering})
        except asyncio.CancelledError:
            if not entering.cancel() and not entering.cancelled():
                here.turn.release()
            raise
        finally:
            del self._waiting[id]
        return not entering.cancelled()

    async def _turn(self, asked: _Asked, here: _Conversation) -> None:
        id = asked.id
        here.speaking, here.error = id, None
        try:
            resumes = False
            if here.session is None and id not in self._stopped:
                resumes = await self._open(asked, here)
            elif asked.resume:
                resumes = await self._rewind(here)
            if id in self._stopped:
                self._ended(id, "cancelled", "")
                return
            if here.journal is not None:
                here.journal.keeps = asked.journal
            answer = await self._execute(asked.text, here, resumes)
            stopped = here.session.coordinator.cancellation.is_cancelled
            self._ended(id, "cancelled" if stopped else "completed", answer)
        finally:
            here.speaking = None
            await self._calm(here)
            if here.journal is not None and asked.journal:
                await here.journal.forget()

    async def _execute(self, text: str, here: _Conversation, resumes: bool) -> str:
        if not resumes:
            return str(await here.session.execute(text))
        here.session.coordinator.register_capability(RESUMES_CAPABILITY, True)
        try:
            return str(await here.session.execute(text))
        finally:
            here.session.coordinator.register_capability(RESUMES_CAPABILITY, False)

    async def _open(self, asked: _Asked, here: _Conversation) -> bool:
        """Make the session. Returns whether it goes on with an answer that was cut."""
        options: dict[str, Any] = {}
        record = None
        if asked.journal or asked.resume:
            store = self._records = self._records or own_store()
            record = await read_record(store, asked.conversation) if asked.resume else None

            def journal(transport: Transport) -> Transport:
                here.journal = JournalledTransport(transport, store, asked.conversation)
                return here.journal

            options["journal"] = journal
        if record is not None:
            options["messages"] = record.messages
        here.session = await self._make_session(
            on_event=partial(self._told, here), session_id=asked.conversation, **options
        )
        if here.journal is not None:
            here.journal.messages = history_of(here.session)
            here.journal.said = "" if record is None else record.text
        return record is not None

    async def _rewind(self, here: _Conversation) -> bool:
        """Take a living session back to before its last answer. Returns whether there was one."""
        if here.session is None or here.journal is None or here.journal.last is None:
            return False
        context = here.session.coordinator.get("context")
        await context.set_messages(here.journal.last.messages)
        here.journal.said = here.journal.last.text
        return True

    async def _calm(self, here: _Conversation) -> None:
        """A token that stays cancelled, or is cancelled late, would end the next turn before it begins."""
        try:
            if here.stopping:
                await asyncio.wait(here.stopping)
        finally:
            if here.session is not None:
                here.session.coordinator.cancellation.reset()

    def _ended(self, id: str, outcome: Literal["completed", "cancelled"], text: str) -> None:
        self._send({"type": "turn_ended", "id": id, "outcome": outcome, "text": text})

    def _told(self, here: _Conversation, name: str, payload: Mapping[str, Any]) -> None:
        if name == PROVIDER_ERROR:
            here.error = _provider_error(payload)
        if here.speaking is not None:
            self._send({"type": "turn_event", "id": here.speaking, "name": name, "payload": dict(payload)})

    def _send(self, message: PythonMessage) -> None:
        self._emit(json.dumps(message, default=str))


def _provider_error(payload: Mapping[str, Any]) -> WireError | None:
    """The wire error inside `provider:error`; None where another provider's event has none."""
    given = payload.get("error")
    if not isinstance(given, Mapping) or "code" not in given:
        return None
    error: WireError = {"code": given["code"], "message": str(given.get("message") or given.get("msg"))}
    with suppress(KeyError):
        error["hint"] = given["hint"]
    with suppress(KeyError):
        error["details"] = given["details"]
    return error
