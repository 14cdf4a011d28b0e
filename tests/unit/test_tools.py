"""Notes and tasks are kept; what a tool cannot do is a sentence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from amplifier_core.models import ToolResult
from amplifier_core.validation.behavioral.test_tool import ToolBehaviorTests

from webllm_provider.session import MemoryStore
from webllm_provider.session.store import store_of
from webllm_provider.session.tools.notes_tool import NotesTool
from webllm_provider.session.tools.todo_tool import TodoTool
from webllm_provider.testing import answer

from .conftest import new_coordinator


class TestNotesBehaviour(ToolBehaviorTests):
    """The kernel's own behavioural tests."""

    @pytest.fixture
    def tool_module(self, store: MemoryStore) -> NotesTool:
        return NotesTool(store)


class TestTodoBehaviour(ToolBehaviorTests):
    """The kernel's own behavioural tests."""

    @pytest.fixture
    def tool_module(self) -> TodoTool:
        return TodoTool()


async def said(tool: Any, **input: Any) -> str:
    result: ToolResult = await tool.execute(input)
    assert result.success == (result.error is None)
    return str(result.output)


async def test_notes_are_saved_listed_and_removed(store: MemoryStore) -> None:
    tool = NotesTool(store)
    assert await said(tool, action="list") == "There are no notes."
    assert await said(tool, action="add", text=" buy milk ") == "Note 1 saved: buy milk"
    assert await said(tool, action="add", text="call Ada") == "Note 2 saved: call Ada"
    assert await said(tool, action="remove", id=1) == "Note 1 removed."
    assert await said(tool, action="list") == "2. call Ada"


async def test_the_number_of_a_removed_note_is_not_given_again(store: MemoryStore) -> None:
    tool = NotesTool(store)
    await said(tool, action="add", text="a")
    await said(tool, action="remove", id=1)
    assert await said(tool, action="add", text="b") == "Note 2 saved: b"


async def test_notes_outlive_the_tool(store: MemoryStore) -> None:
    await said(NotesTool(store), action="add", text="a")
    assert await said(NotesTool(store), action="list") == "1. a"


async def test_notes_added_at_the_same_time_are_all_kept() -> None:
    tool = NotesTool(Slow())
    await asyncio.gather(*(tool.execute({"action": "add", "text": str(n)}) for n in range(5)))
    assert len((await said(tool, action="list")).splitlines()) == 5


class Slow(MemoryStore):
    """Gives way, as a browser's storage does."""

    async def get(self, key: str) -> str | None:
        await asyncio.sleep(0)
        return await super().get(key)

    async def replace(self, key: str, expected: str | None, text: str) -> bool:
        await asyncio.sleep(0)
        return await super().replace(key, expected, text)


async def test_notes_of_two_sessions_over_one_storage_are_all_kept() -> None:
    # Each session has its own way to the same documents, as in a browser.
    one, other = Slow(), Slow()
    other._documents = one._documents
    tools = [NotesTool(one), NotesTool(other)]
    await asyncio.gather(*(tools[n % 2].execute({"action": "add", "text": str(n)}) for n in range(6)))
    assert len((await said(tools[0], action="list")).splitlines()) == 6


def test_notes_can_be_written_from_one_event_loop_after_another() -> None:
    tool = NotesTool(Slow())

    async def add(text: str) -> None:
        results = await asyncio.gather(*(tool.execute({"action": "add", "text": text}) for _ in range(3)))
        assert all(result.success for result in results)

    asyncio.run(add("one"))
    asyncio.run(add("two"))


async def test_a_full_storage_is_a_failed_call_that_says_so_and_the_turn_goes_on(open_session: Any) -> None:
    class Full(MemoryStore):
        async def set(self, key: str, text: str) -> None:
            raise OSError("QuotaExceededError: the browser gives no more room")

    call = '<tool_call>{"name": "notes", "arguments": {"action": "add", "text": "x"}}</tool_call>'
    session, transport = await open_session(answer(call), answer("It is full."))
    session.coordinator.get("tools")["notes"]._store = Full()
    assert await session.execute("note x") == "It is full."
    assert "QuotaExceededError" in transport.bodies[1]["messages"][-1]["content"]


async def test_tasks_are_added_and_done() -> None:
    tool = TodoTool()
    assert await said(tool, action="list") == "The to-do list is empty."
    assert await said(tool, action="add", text="sweep") == "Task 1 added: sweep"
    assert await said(tool, action="add", text="cook") == "Task 2 added: cook"
    assert await said(tool, action="done", id=1) == "Task 1 is done."
    assert await said(tool, action="list") == "1. [x] sweep\n2. [ ] cook"


@pytest.mark.parametrize(
    ("kind", "input", "sentence"),
    [
        ("notes", {}, "lacks action"),
        ("notes", {"action": "fly"}, "is none of"),
        ("notes", {"action": "add"}, "A note needs a text."),
        ("notes", {"action": "remove"}, "by its id"),
        ("notes", {"action": "remove", "id": 7}, "There is no note 7."),
        ("notes", {"action": "remove", "id": "7"}, "not of type integer"),
        ("todo", {}, "lacks action"),
        ("todo", {"action": "add", "text": " "}, "A task needs a text."),
        ("todo", {"action": "done"}, "by its id"),
        ("todo", {"action": "done", "id": 0}, "There is no task 0."),
    ],
)
async def test_what_cannot_be_done_is_a_result_with_a_sentence(
    store: MemoryStore, kind: str, input: dict[str, Any], sentence: str
) -> None:
    tool = NotesTool(store) if kind == "notes" else TodoTool()
    result = await tool.execute(input)
    assert not result.success
    assert result.error is not None
    assert sentence in result.error["message"]
    assert sentence in result.get_serialized_output()


async def test_each_session_has_its_own_tasks(open_session: Any) -> None:
    one, _ = await open_session()
    two, _ = await open_session()
    await one.coordinator.get("tools")["todo"].execute({"action": "add", "text": "sweep"})
    assert await said(two.coordinator.get("tools")["todo"], action="list") == "The to-do list is empty."


async def test_without_browser_storage_a_log_line_says_that_notes_end_with_the_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert isinstance(store_of(new_coordinator()), MemoryStore)
    assert "kept in memory" in caplog.text


async def test_a_store_gives_keys_by_their_beginning() -> None:
    store = MemoryStore()
    for key in ("a/2", "b/1", "a/1"):
        await store.set(key, "{}")
    assert await store.keys("a/") == ["a/1", "a/2"]
    await store.delete("a/1")
    await store.delete("a/1")
    assert await store.keys("a/") == ["a/2"]
