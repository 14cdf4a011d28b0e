"""An answer that was cut goes on in the same session, when somebody asks for it."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.test_journal import Opened, cut
from webllm_provider.session import MemoryStore
from webllm_provider.testing import Script, answer, failure

pytestmark = pytest.mark.filterwarnings("error")


def broken(text: str) -> Script:
    """An answer under which the engine is lost for good."""
    return [*answer(text)[:2], failure("out_of_memory")]


async def stopped(page: Opened, id: str, question: str) -> None:
    """Ask, and stop the answer once some of it is there."""
    turn = asyncio.ensure_future(page.ask(id, question))
    shown = page.shown()
    while not shown:
        await asyncio.sleep(0.001)
        shown = page.shown()
    page.sessions.stop(id)
    await turn


async def test_a_stopped_answer_goes_on_behind_what_was_written() -> None:
    page = Opened(MemoryStore(), cut("Hel"), answer("lo"))
    await stopped(page, "t1", "Hi")
    ended = await page.ask("t1", "Hi", resume=True)
    assert (ended["outcome"], ended["text"]) == ("completed", "Hello")
    body = page.transport.bodies[-1]
    assert body["continue_text"] == "Hel"
    # The question stands there once, and of the stopped answer only what is continued.
    assert [message["content"] for message in body["messages"][1:]] == ["Hi"]


async def test_an_answer_that_failed_half_way_goes_on() -> None:
    page = Opened(MemoryStore(), broken("Hel"), answer("lo"))
    assert (await page.ask("t1", "Hi"))["type"] == "turn_failed"
    assert (await page.ask("t1", "Hi", resume=True))["text"] == "Hello"


async def test_an_answer_cut_at_its_length_goes_on() -> None:
    page = Opened(MemoryStore(), answer("Hel", reason="length"), answer("lo"))
    assert (await page.ask("t1", "Hi"))["text"] == "Hel"
    assert (await page.ask("t1", "Hi", resume=True))["text"] == "Hello"


async def test_what_follows_knows_the_whole_answer() -> None:
    page = Opened(MemoryStore(), cut("Hel"), answer("lo"), answer("Bye"))
    await stopped(page, "t1", "Hi")
    await page.ask("t1", "Hi", resume=True)
    await page.ask("t2", "And?")
    assert [message["content"] for message in page.transport.bodies[-1]["messages"][1:]] == [
        "Hi",
        "Hello",
        "And?",
    ]


async def test_a_session_that_has_answered_nothing_is_asked_anew() -> None:
    page = Opened(MemoryStore(), answer("Hello"))
    assert (await page.ask("t1", "Hi", resume=True))["text"] == "Hello"
    assert "continue_text" not in page.transport.bodies[-1]
