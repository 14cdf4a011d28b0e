"""The sessions of the Python worker: one per conversation, told of by messages to the page.

The page's worker script calls `ask_wire`, `run_tool`, `approve`, `page_answer`, `stop`, `forget`, `inspect`
and `replay`; everything that happens goes back through `emit` as JSON text of a `PythonMessage`. Nothing
here raises into JavaScript: a turn that goes wrong ends with `turn_failed`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from .._browser.one_timer import OneTimer
from .._wire import Approve, Ask, Inspect, PageAnswer, PythonMessage, Replay, RunTool, SessionSettings
from ..errors import to_wire_error
from .conversation import Conversation
from .create import create_session
from .inspection import session_view
from .living import Asked, MakeSession, Messages
from .reading import read_message
from .replaying import Replays
from .settings import Settings
from .store import Store, own_store

logger = logging.getLogger(__name__)

_ENCODER = json.JSONEncoder(default=str)
"""Made once: `json.dumps` makes one for each message."""

Work = Callable[[Conversation], Awaitable[str | None]]
"""What a turn does; gives its text, or None where it was stopped before it had one."""


def open_sessions(emit: Callable[[str], Any]) -> WorkerSessions:
    """The sessions of a Python that runs for nothing else, so that its event loop is theirs, too.

    Args:
        emit: gets the JSON text of each message to the page.
    """
    OneTimer(asyncio.get_running_loop())
    return WorkerSessions(emit)


class WorkerSessions:
    """Sessions by conversation, turns by id.

    Args:
        emit: gets the JSON text of each message to the page.
        make_session: makes the session of a conversation, from the keyword arguments of `create_session`.
        records: where records of running answers lie; the browser's storage by default.
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
        self._conversations: dict[str, Conversation] = {}
        self._turns: dict[str, str] = {}
        self._waiting: dict[str, asyncio.Task[Literal[True]]] = {}
        self._stopped: set[str] = set()
        self._replays = Replays(self._send, make_session)

    # ---- what the page asks for ----------------------------------------------------------------

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
        await self._answer(id, conversation, lambda: Asked(text, journal, resume))

    async def ask_wire(self, message: str) -> None:
        """The same from the JSON text of an `Ask`, with history, images and settings."""
        asked: Ask = read_message(message)

        def read() -> Asked:
            return Asked(
                text=asked["text"],
                journal=asked.get("journal", False),
                resume=asked.get("resume", False),
                history=asked.get("history"),
                images=asked.get("images", ()),
                settings=_settings(asked),
            )

        await self._answer(asked["id"], asked["conversation"], read)

    async def run_tool(self, message: str) -> None:
        """Run one tool by a person's own hand, from the JSON text of a `RunTool`.

        It ends as a turn does, with the tool's result as its text.
        """
        asked: RunTool = read_message(message)

        async def work(here: Conversation) -> str | None:
            return await here.use(
                asked["tool"], asked["arguments"], _settings(asked), lambda: asked["id"] in self._stopped
            )

        await self._attend(asked["id"], asked["conversation"], work)

    def approve(self, message: str) -> None:
        """Take a person's answer to `approval_asked`; one that nobody waits for any more is dropped."""
        answer: Approve = read_message(message)
        if not any(here.approvals.answer(answer["approval"], answer["choice"]) for here in self._all()):
            logger.info("An approval came for a call that nobody waits for any more.")

    def page_answer(self, message: str) -> None:
        """Take what came of a `page_call`; an answer that nobody waits for any more is dropped."""
        answer: PageAnswer = read_message(message)
        if not any(here.page.answer(answer) for here in self._all()):
            logger.info("The page has answered a call that nobody waits for any more.")

    def stop(self, id: str) -> None:
        """End the turn with this id at once; what was written stays. An unknown id is a turn that is over."""
        conversation = self._turns.get(id)
        if conversation is None:
            self._replays.stop(id)
            return
        self._stopped.add(id)
        if (waiting := self._waiting.get(id)) is not None:
            waiting.cancel()
        here = self._conversations.get(conversation)
        if here is not None and here.speaking == id:
            here.stop()

    async def forget(self, conversation: str) -> None:
        """End a conversation's session; the turns of it that run or wait are stopped first."""
        for id in [turn for turn, of in self._turns.items() if of == conversation]:
            self.stop(id)
        here = self._conversations.pop(conversation, None)
        if here is None:
            return
        async with here.turn:
            await here.close()

    async def inspect(self, message: str) -> None:
        """Tell what the sessions are made of, from the JSON text of an `Inspect`."""
        asked: Inspect = read_message(message)
        views = [
            await session_view(id, here.session, running=here.speaking is not None)
            for id, here in list(self._conversations.items())
            if here.session is not None
        ]
        self._send({"type": "inspected", "id": asked["id"], "sessions": views})

    async def replay(self, message: str) -> None:
        """Play a recorded exchange, from the JSON text of a `Replay`; it ends as a turn does."""
        asked: Replay = read_message(message)
        await self._replays.play(asked["id"], asked["transcript"])

    async def close(self) -> None:
        """Forget every conversation."""
        for conversation in list(self._conversations):
            await self.forget(conversation)

    # ---- turns ---------------------------------------------------------------------------------

    async def _answer(self, id: str, conversation: str, read: Callable[[], Asked]) -> None:
        async def work(here: Conversation) -> str | None:
            return await here.answer(read(), lambda: id in self._stopped)

        await self._attend(id, conversation, work)

    async def _attend(self, id: str, conversation: str, work: Work) -> None:
        """Let a turn wait for its place, run it, and tell how it ended."""
        here = self._conversations.get(conversation)
        if here is None:
            here = Conversation(conversation, self._make_session, self._own_records, self._send)
            self._conversations[conversation] = here
        self._turns[id] = conversation
        try:
            if not await self._enter(id, here):
                self._ended(id, "cancelled", "", [])
                return
            try:
                await self._run(id, here, work)
            finally:
                here.turn.release()
        finally:
            self._turns.pop(id, None)
            self._stopped.discard(id)

    async def _enter(self, id: str, here: Conversation) -> bool:
        """Wait until the turns before this one are over; False where this one was stopped meanwhile."""
        others = any(self._turns[other] == self._turns[id] for other in self._waiting)
        if not here.turn.locked() and not others:
            # Nobody is before it, nor about to be (between two the lock is free): no task for a wait.
            return await self._take(id, here)
        entering = asyncio.ensure_future(here.turn.acquire())
        self._waiting[id] = entering
        try:
            await asyncio.wait({entering})
        except asyncio.CancelledError:
            if not entering.cancel() and not entering.cancelled():
                here.turn.release()
            self._ended(id, "cancelled", "", [])
            raise
        finally:
            del self._waiting[id]
        return not entering.cancelled()

    async def _take(self, id: str, here: Conversation) -> bool:
        try:
            return await here.turn.acquire()
        except asyncio.CancelledError:
            self._ended(id, "cancelled", "", [])
            raise

    async def _run(self, id: str, here: Conversation, work: Work) -> None:
        here.begin(id)
        try:
            text = await work(here)
            outcome: Literal["completed", "cancelled"] = "completed"
            if text is None or here.stopped:
                outcome = "cancelled"
            self._ended(id, outcome, text or "", await here.added())
        except asyncio.CancelledError:
            self._ended(id, "cancelled", "", await here.added())
            raise
        except Exception as error:
            self._send(
                {
                    "type": "turn_failed",
                    "id": id,
                    "error": here.error or to_wire_error(error),
                    "messages": await here.added(),
                }
            )
        finally:
            await here.end()

    def _ended(self, id: str, outcome: Literal["completed", "cancelled"], text: str, added: Messages) -> None:
        self._send({"type": "turn_ended", "id": id, "outcome": outcome, "text": text, "messages": added})

    def _all(self) -> list[Conversation]:
        return list(self._conversations.values())

    def _own_records(self) -> Store:
        if self._records is None:
            self._records = own_store()
        return self._records

    def _send(self, message: PythonMessage) -> None:
        self._emit(_ENCODER.encode(message))


def _settings(asked: Mapping[str, Any]) -> Settings | None:
    given: SessionSettings | None = asked.get("settings")
    return None if given is None else Settings.read(given)
