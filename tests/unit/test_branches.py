"""A session stands where the page says: on another branch, behind a reload, under other settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from webllm_provider.session import MemoryStore
from webllm_provider.session.journal import key_of
from webllm_provider.session.standing import fingerprint
from webllm_provider.testing import Wait, answer, failure, loaded_model

from .worker_page import Page, call

pytestmark = pytest.mark.filterwarnings("error")

PIXEL = {"media_type": "image/png", "data": "iVBORw0KGgo="}


async def test_the_end_of_a_turn_brings_what_it_added() -> None:
    page = Page(answer("One."), call("todo", action="list"), answer("Two."))
    first = await page.ask("t1", "First")
    second = await page.ask("t2", "Second")
    assert [message["role"] for message in first["messages"]] == ["user", "assistant"]
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert second["messages"][0]["content"] == "Second"
    await page.sessions.close()


async def test_a_stopped_turn_brings_what_was_kept_of_it() -> None:
    page = Page([*answer("I", " am")[:3], Wait()])
    turn = page.asking("t1", "Tell me a lot")
    await page.until("llm:stream_block_delta")
    page.sessions.stop("t1")
    end = await turn
    assert end["outcome"] == "cancelled"
    assert [message["role"] for message in end["messages"]] == ["user", "assistant"]
    assert end["messages"][1]["content"].startswith("I")
    await page.sessions.close()


async def test_a_failed_turn_brings_its_question_marked_as_unanswered() -> None:
    page = Page([failure("worker_died", "It ended.")], answer("Back."))
    end = await page.ask("t1", "Hi")
    (question,) = end["messages"]
    assert (end["type"], question["content"]) == ("turn_failed", "Hi")
    assert question["metadata"] == {"webllm:unanswered": True}
    await page.sessions.close()


async def test_a_conversation_goes_on_after_a_reload_as_if_there_had_been_none() -> None:
    """Byte for byte: whatever differed would cost the engine its KV cache."""
    scripts = [call("notes", action="add", text="tea"), answer("It is ", "kept."), answer("Tea.")]
    living, before = Page(*scripts), Page(*scripts[:2])
    await living.ask("t1", "Keep tea")
    await living.ask("t2", "What did I keep?")
    stored = (await before.ask("t1", "Keep tea"))["messages"]
    after = Page(scripts[2])
    await after.ask("t2", "What did I keep?", history=stored)
    assert json.dumps(after.transport.bodies[-1]) == json.dumps(living.transport.bodies[-1])
    for page in (living, before, after):
        await page.sessions.close()


async def test_an_edited_question_stands_on_a_branch_of_its_own() -> None:
    page = Page(answer("One."), answer("Two."), answer("Other."), answer("Three."))
    first = (await page.ask("t1", "First"))["messages"]
    second = (await page.ask("t2", "Second"))["messages"]
    edited = (await page.ask("t2b", "Second, edited", history=first))["messages"]
    assert page.asked_last() == ["First", "One.", "Second, edited"]
    assert [message["role"] for message in edited] == ["user", "assistant"]
    await page.ask("t3", "Third", history=[*first, *second])
    assert page.asked_last() == ["First", "One.", "Second", "Two.", "Third"]
    # One session for all of it.
    assert page.of("session:end") == []
    await page.sessions.close()


async def test_a_malformed_history_fails_its_turn_and_leaves_the_conversation() -> None:
    page = Page(answer("One."), answer("Two."))
    await page.ask("t1", "First")
    end = await page.ask("t2", "Second", history=[{"role": "robot", "content": "x"}])
    assert (end["type"], end["error"]["code"]) == ("turn_failed", "invalid_request")
    assert end["messages"] == []
    await page.ask("t3", "Second")
    assert page.asked_last() == ["First", "One.", "Second"]
    await page.sessions.close()


async def test_images_belong_to_the_question() -> None:
    page = Page(answer("A pixel."), answer("Still."))
    page.transport.model = loaded_model()
    page.transport.model["capabilities"]["images"] = True
    end = await page.ask("t1", "What is it?", images=[PIXEL])
    assert [block["type"] for block in end["messages"][0]["content"]] == ["text", "image"]
    (shown,) = page.asked_last()
    assert [part["type"] for part in shown] == ["text", "image_url"]
    assert shown[1]["image_url"]["url"] == "data:image/png;base64,iVBORw0KGgo="
    await page.ask("t2", "And now?")
    assert page.asked_last()[-1] == "And now?"
    await page.sessions.close()


async def test_an_image_before_a_model_that_cannot_see_is_a_failed_turn_with_a_sentence() -> None:
    page = Page(answer("never"))
    end = await page.ask("t1", "What is it?", images=[PIXEL])
    assert end["error"]["code"] == "unsupported"
    assert end["messages"][0]["metadata"] == {"webllm:unanswered": True}
    await page.sessions.close()


async def test_halves_of_characters_do_not_break_a_turn() -> None:
    page = Page(answer("Hello."))
    await page.sessions.ask_wire(
        '{"type": "ask", "id": "t1", "conversation": "c", "text": "a\\ud83d b\\ude00 \\ud83d\\ude00"}'
    )
    assert page.ended("t1")["text"] == "Hello."
    assert page.asked_last() == ["a\ufffd b\ufffd \U0001f600"]
    await page.sessions.close()


async def stop_after_the_first_word(page: Page, id: str, text: str, **more: Any) -> list[dict[str, Any]]:
    heard = len(page.of("llm:stream_block_delta"))
    turn = page.asking(id, text, journal=True, **more)
    await page.until("llm:stream_block_delta", heard + 1)
    page.sessions.stop(id)
    messages: list[dict[str, Any]] = (await turn)["messages"]
    return messages


async def test_a_continued_turn_brings_the_whole_turn_in_place_of_the_cut_one() -> None:
    page = Page([*answer("Hel")[:2], Wait()], answer("lo"))
    able(page)
    await stop_after_the_first_word(page, "t1", "Hi", history=[])
    end = await page.ask("t1b", "Hi", journal=True, resume=True, history=[])
    assert (end["text"], [message["role"] for message in end["messages"]]) == ("Hello", ["user", "assistant"])
    await page.sessions.close()


async def test_a_cut_answer_of_another_branch_is_not_taken_for_this_one() -> None:
    page = Page(answer("One."), [*answer("Hel")[:2], Wait()], answer("Anew."))
    able(page)
    first = (await page.ask("t1", "First", journal=True))["messages"]
    await stop_after_the_first_word(page, "t2", "Second", history=first)
    end = await page.ask("t3", "Other", journal=True, resume=True, history=[])
    assert end["text"] == "Anew."
    assert page.asked_last() == ["Other"]
    await page.sessions.close()


async def test_a_record_of_an_earlier_life_is_found_also_where_a_tool_was_run_first() -> None:
    records = MemoryStore()
    question = {"role": "user", "content": "Hi"}
    record = {"before": fingerprint([]), "messages": [question], "text": "Hel"}
    await records.set(key_of("c"), json.dumps(record))
    page = Page(answer("lo"), records=records)
    able(page)
    await page.run_tool("r1", "todo", {"action": "list"})
    end = await page.ask("t1", "Hi", journal=True, resume=True, history=[])
    assert end["text"] == "Hello"
    await page.sessions.close()


async def test_a_cut_answer_is_known_again_from_what_a_page_has_stored() -> None:
    """JavaScript writes 2.0 as 2, and of an older turn a page may know the text alone."""
    page = Page(answer("One."), [*answer("Hel")[:2], Wait()], answer("lo"))
    able(page)
    first = (await page.ask("t1", "First", journal=True))["messages"]
    stored = [first[0], {"role": "assistant", "content": "One."}]
    await stop_after_the_first_word(page, "t2", "Second", history=stored)
    end = await page.ask("t3", "Second", journal=True, resume=True, history=first)
    assert end["text"] == "Hello"
    await page.sessions.close()


@pytest.mark.parametrize("between", ["a tool by hand", "other settings"])
async def test_a_cut_answer_goes_on_after(between: str) -> None:
    page = Page([*answer("Hel")[:2], Wait()], answer("lo"))
    able(page)
    await stop_after_the_first_word(page, "t1", "Hi")
    settings = {"settings": {"instruction": "Be brief."}} if between == "other settings" else {}
    await page.run_tool("r1", "todo", {"action": "list"}, **settings)
    assert (await page.ask("t2", "Hi", journal=True, resume=True))["text"] == "Hello"
    assert page.asked_last() == ["Hi"]
    await page.sessions.close()


async def test_a_conversation_with_an_empty_history_begins() -> None:
    page = Page(answer("Hello."))
    await page.ask("t1", history=[])
    assert (len(page.of("session:start")), page.of("session:resume")) == (1, [])
    await page.sessions.close()


def able(page: Page) -> None:
    """An engine that can go on with an answer."""
    page.transport.model = loaded_model()
    page.transport.model["capabilities"]["continues"] = True
