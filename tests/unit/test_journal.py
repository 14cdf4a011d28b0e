"""A page that is left in the midst of an answer goes on with it when it is opened again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from webllm_provider.session import MemoryStore, create_session
from webllm_provider.session.journal import JournalledTransport, key_of
from webllm_provider.session.worker import WorkerSessions
from webllm_provider.testing import Script, ScriptedTransport, Wait, answer

from .worker_page import Page, call, sent

KEY = key_of("c")
pytestmark = pytest.mark.filterwarnings("error")


def cut(text: str) -> Script:
    """An answer that is still being written."""
    return [*answer(text)[:2], Wait()]


class Able(ScriptedTransport):
    """Replays, and says whether it can continue an answer."""

    def __init__(self, *scripts: Script, continues: bool = True) -> None:
        super().__init__(scripts)
        self.continues = continues

    async def status(self) -> Any:
        state: Any = await super().status()
        state["model"]["capabilities"]["continues"] = self.continues
        return state


class Opened:
    """One life of a page, on a store that outlives it."""

    def __init__(self, store: MemoryStore, *scripts: Script, continues: bool = True) -> None:
        self.messages: list[dict[str, Any]] = []
        self.transport = Able(*scripts, continues=continues)
        self.store = store
        make = partial(create_session, transport=self.transport, store=MemoryStore())
        self.sessions = WorkerSessions(self._hear, make, store)

    def _hear(self, text: str) -> None:
        self.messages.append(json.loads(text))

    async def ask(self, id: str, text: str, **how: Any) -> dict[str, Any]:
        message = {"type": "ask", "id": id, "conversation": "c", "text": text, "journal": True, **how}
        await self.sessions.ask_wire(sent(message))
        return self.messages[-1]

    def shown(self) -> str:
        deltas = [one for one in self.messages if one.get("name") == "llm:stream_block_delta"]
        return "".join(one["payload"]["text"] for one in deltas)

    async def left_while_writing(self, id: str, text: str, before: str = "", **how: Any) -> None:
        """Ask, and end this life as the browser does when the page goes: nothing more of it runs."""
        turn = asyncio.ensure_future(self.ask(id, text, **how))
        record = await self.record()
        # The record of a call that was written before stands there while its tool runs.
        while record is None or record["text"] in ("", before):
            await asyncio.sleep(0.001)
            record = await self.record()
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        # A thread that is ended runs no clean-up.
        await self.store.set(KEY, json.dumps(record))

    async def record(self) -> dict[str, Any] | None:
        text = await self.store.get(KEY)
        return None if text is None else dict(json.loads(text))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    monkeypatch.setattr("webllm_provider.session.journal.EVERY_S", 0.001)
    return MemoryStore()


async def test_a_record_is_there_while_the_answer_is_written_and_gone_with_its_end(
    store: MemoryStore,
) -> None:
    page = Opened(store, [*answer("Hel")[:2], Wait(0.05), *answer("lo")[1:]])
    turn = asyncio.ensure_future(page.ask("t1", "Hi"))
    seen = []
    while not turn.done():
        seen.append(await page.record())
        await asyncio.sleep(0.001)
    kept = [record for record in seen if record is not None]
    assert [kept[0]["text"], kept[-1]["text"][:3]] == ["", "Hel"]
    assert kept[0]["messages"][-1] == {"role": "user", "content": "Hi"}
    assert (await turn)["text"] == "Hello"
    assert await page.record() is None


async def test_a_cut_answer_goes_on_behind_what_was_written(store: MemoryStore) -> None:
    first = Opened(store, answer("One"), cut("Hel"))
    before = (await first.ask("t0", "Before"))["messages"]
    await first.left_while_writing("t1", "Hi")
    second = Opened(store, answer("lo"))
    ended = await second.ask("t1", "Hi", resume=True, history=before)
    assert (ended["outcome"], ended["text"]) == ("completed", "Hello")
    (body,) = second.transport.bodies
    assert body["continue_text"] == "Hel"
    # The earlier turn is known, and the question stands there once.
    assert [message["content"] for message in body["messages"][1:]] == ["Before", "One", "Hi"]
    assert second.shown() == "Hello"


async def test_a_record_costs_what_its_turn_holds_however_long_the_conversation_is(
    store: MemoryStore,
) -> None:
    lengths = []
    for count in (0, 500):
        said = [{"role": role, "content": "Said."} for _ in range(count) for role in ("user", "assistant")]
        await Opened(store, cut("Hel")).left_while_writing("t1", "Hi", history=said)
        lengths.append(len(await store.get(KEY) or ""))
    assert lengths[0] == lengths[1]


async def test_a_record_of_another_history_is_not_gone_on_with(store: MemoryStore) -> None:
    first = Opened(store, answer("One"), cut("Hel"))
    before = (await first.ask("t0", "Before"))["messages"]
    await first.left_while_writing("t1", "Hi")
    record = await store.get(KEY)
    for history in ([], before[:1], [*before, *before], [before[0], {**before[1], "content": "Two"}]):
        await store.set(KEY, record or "")
        second = Opened(store, answer("Hello"))
        assert (await second.ask("t1", "Hi", resume=True, history=history))["text"] == "Hello"
        assert "continue_text" not in second.transport.bodies[0]


async def test_an_engine_that_cannot_continue_is_asked_anew(store: MemoryStore) -> None:
    await Opened(store, cut("Hel")).left_while_writing("t1", "Hi")
    second = Opened(store, answer("Hello"), continues=False)
    assert (await second.ask("t1", "Hi", resume=True))["text"] == "Hello"
    (body,) = second.transport.bodies
    assert "continue_text" not in body
    assert second.shown() == "Hello"


async def test_a_tool_that_has_run_does_not_run_again(store: MemoryStore) -> None:
    call = json.dumps({"name": "todo", "arguments": {"action": "list"}})
    written = f"<tool_call>{call}</tool_call>"
    first = Opened(store, answer(written), cut("No"))
    await first.left_while_writing("t1", "What is to do?", before=written)
    second = Opened(store, answer("thing"))
    assert (await second.ask("t1", "What is to do?", resume=True))["text"] == "Nothing"
    assert [one["name"] for one in second.messages if one.get("name", "").startswith("tool:")] == []


async def test_the_turn_after_a_resumed_one_is_an_ordinary_one(store: MemoryStore) -> None:
    await Opened(store, cut("Hel")).left_while_writing("t1", "Hi")
    second = Opened(store, answer("lo"), answer("Fine"))
    await second.ask("t1", "Hi", resume=True)
    assert (await second.ask("t2", "How are you?"))["text"] == "Fine"
    last = second.transport.bodies[-1]
    assert [message["content"] for message in last["messages"][1:]] == ["Hi", "Hello", "How are you?"]
    assert "continue_text" not in last


@pytest.mark.parametrize("kept", [None, "no json", "[]", '{"messages": 1, "before": "", "text": ""}'])
async def test_without_a_usable_record_the_question_is_asked(store: MemoryStore, kept: str | None) -> None:
    if kept is not None:
        await store.set(KEY, kept)
    page = Opened(store, answer("Hello"))
    assert (await page.ask("t1", "Hi", resume=True))["text"] == "Hello"
    assert page.transport.bodies[0]["messages"][-1]["content"] == "Hi"


async def test_a_store_that_fails_costs_no_answer(store: MemoryStore) -> None:
    async def full(key: str, text: str) -> None:
        raise RuntimeError("QuotaExceededError")

    store.set = full  # type: ignore[method-assign]
    assert (await Opened(store, answer("Hello")).ask("t1", "Hi"))["text"] == "Hello"


class Slow(MemoryStore):
    """Writes what an answer has so far only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.writing, self.let = asyncio.Event(), asyncio.Event()

    async def set(self, key: str, text: str) -> None:
        if key == KEY and json.loads(text)["text"]:
            self.writing.set()
            await self.let.wait()
        await super().set(key, text)


async def test_the_engine_hears_that_nobody_listens_while_a_slow_store_still_writes(
    store: MemoryStore,
) -> None:
    slow, inner = Slow(), ScriptedTransport([cut("Hel")])
    journal = JournalledTransport(inner, slow, "c")

    async def history() -> list[Mapping[str, Any]]:
        return [{"role": "user", "content": "Hi"}]

    journal.messages, journal.keeps = history, True
    events = journal.stream({"messages": []})
    assert [(await anext(events))["type"] for _ in range(2)] == ["started", "delta"]
    await slow.writing.wait()
    leaving = asyncio.ensure_future(events.aclose())
    await asyncio.sleep(0.01)
    assert (inner.cancelled, leaving.done()) == ([0], False)
    slow.let.set()
    await leaving


async def test_nothing_is_kept_where_nobody_asked_for_it(store: MemoryStore) -> None:
    page = Opened(store, answer("Hello"))
    kept: list[str] = []

    async def note(key: str, text: str) -> None:
        kept.append(key)

    store.set = note  # type: ignore[method-assign]
    await page.sessions.ask("t1", "c", "Hi")
    assert kept == []


async def test_a_page_that_was_left_while_it_was_asked_asks_again(store: MemoryStore) -> None:
    listing = call("notes", action="list")
    asking: dict[str, Any] = {"journal": True, "history": [], "settings": {"permissions": {"notes": "ask"}}}
    first = Page(listing, records=store)
    turn = first.asking("t1", **asking)
    await first.next("approval_asked")
    record = await store.get(KEY)
    assert record is not None
    first.sessions.stop("t1")
    await turn
    # A thread that is ended runs no clean-up.
    await store.set(KEY, record)
    second = Page(listing, answer("None."), records=store)
    turn = second.asking("t2", resume=True, **asking)
    second.approve((await second.next("approval_asked"))["approval"], "once")
    end = await turn
    assert end["text"] == "None."
    assert [message["role"] for message in end["messages"]] == ["user", "assistant", "tool", "assistant"]
