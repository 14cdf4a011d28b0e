"""The context gives a small model as much of the conversation as fits, and never half a turn."""

from __future__ import annotations

from typing import Any

import pytest
from amplifier_core.models import ModelInfo
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider.session.context import WindowContext
from webllm_provider.testing import answer, failure, loaded_model


class Small:
    """A provider whose model has a small window."""

    def __init__(self, window: int, answer_tokens: int = 0) -> None:
        self._info = ModelInfo(
            id="m", display_name="m", context_window=window, max_output_tokens=answer_tokens
        )

    def get_model_info(self) -> ModelInfo:
        return self._info


def turn(number: int, length: int) -> list[dict[str, Any]]:
    """A question, a call, its result and an answer."""
    return [
        {"role": "user", "content": f"{number}:" + "q" * length},
        {"role": "assistant", "content": "", "tool_calls": [{"id": f"c{number}", "tool": "t"}]},
        {"role": "tool", "tool_call_id": f"c{number}", "content": "r" * length},
        {"role": "assistant", "content": f"a{number}"},
    ]


async def test_a_conversation_that_fits_is_given_whole() -> None:
    context = WindowContext("Be kind.")
    await context.set_messages([*turn(1, 5), *turn(2, 5)])
    given = await context.get_messages_for_request(provider=Small(4096))
    assert given == [{"role": "system", "content": "Be kind."}, *turn(1, 5), *turn(2, 5)]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=8), st.integers(80, 2000), st.integers(0, 2000))
async def test_only_whole_turns_are_left_out_and_only_the_oldest(
    lengths: list[int], window: int, answer_tokens: int
) -> None:
    turns = [turn(number, length) for number, length in enumerate(lengths)]
    context = WindowContext("Be kind.")
    await context.set_messages([message for one in turns for message in one])
    given = await context.get_messages_for_request(provider=Small(window, answer_tokens))
    assert given[0] == {"role": "system", "content": "Be kind."}
    kept = len(given[1:]) // 4
    assert kept >= 1
    assert given[1:] == [message for one in turns[-kept:] for message in one]
    assert await context.get_messages() == [message for one in turns for message in one]


async def test_more_of_a_conversation_fits_into_a_larger_window() -> None:
    context = WindowContext()
    await context.set_messages([message for number in range(10) for message in turn(number, 200)])
    small = await context.get_messages_for_request(provider=Small(512))
    large = await context.get_messages_for_request(provider=Small(1024))
    assert 0 < len(small) < len(large) < 40


async def test_requests_of_a_long_conversation_go_on_from_the_same_beginning() -> None:
    context = WindowContext("Be kind.")
    anew = 0
    given: list[dict[str, Any]] = []
    for number in range(100):
        for message in turn(number, 50):
            await context.add_message(message)
        before, given = given, await context.get_messages_for_request(token_budget=1000)
        # A cache goes on from what it holds of the request before.
        anew += given[: len(before)] != before
    assert 0 < anew < 100 / 4
    assert given[-4:] == turn(99, 50)


@given(st.lists(st.integers(0, 400), min_size=12, max_size=40), st.integers(300, 1500))
async def test_what_is_sent_of_a_long_conversation_fits_and_is_most_of_what_would(
    lengths: list[int], budget: int
) -> None:
    context = WindowContext()
    for number, length in enumerate(lengths):
        for message in turn(number, length):
            await context.add_message(message)
        given = await context.get_messages_for_request(token_budget=budget)
        fresh = WindowContext()
        await fresh.set_messages(given)
        if len(given) > 4:
            assert fresh.estimated_tokens() <= budget
        assert given[-4:] == turn(number, length)
        left_out = await context.get_messages()
        del left_out[len(left_out) - len(given) :]
        if left_out:
            # Nothing is left out that is smaller than the room that was made free.
            await fresh.set_messages(left_out[-4:])
            one_more = fresh.estimated_tokens()
            await fresh.set_messages(given)
            assert fresh.estimated_tokens() + one_more > budget * 0.6


async def test_what_was_left_out_is_sent_again_where_the_window_has_grown() -> None:
    context = WindowContext()
    await context.set_messages([message for number in range(10) for message in turn(number, 200)])
    small = await context.get_messages_for_request(token_budget=500)
    assert len(small) < 40
    assert await context.get_messages_for_request(token_budget=510) == small
    assert len(await context.get_messages_for_request(token_budget=5000)) == 40


async def test_a_conversation_that_was_replaced_begins_where_it_begins() -> None:
    context = WindowContext()
    await context.set_messages([message for number in range(10) for message in turn(number, 200)])
    await context.get_messages_for_request(token_budget=500)
    await context.set_messages([message for number in range(2) for message in turn(number, 10)])
    assert len(await context.get_messages_for_request(token_budget=500)) == 8


async def test_an_instruction_that_fills_the_window_leaves_a_conversation_nothing_to_leave_out() -> None:
    context = WindowContext("Be kind. " * 100)
    (only,) = await context.get_messages_for_request(token_budget=10)
    assert only["role"] == "system"


async def test_what_the_engine_counted_corrects_the_estimate() -> None:
    context = WindowContext()
    await context.set_messages([message for number in range(10) for message in turn(number, 200)])
    before = len(await context.get_messages_for_request(token_budget=1000))
    await context.learn("llm:response", {"usage": {"input_tokens": 2000}})
    assert len(await context.get_messages_for_request(token_budget=1000)) < before


async def test_a_count_without_what_came_from_a_cache_teaches_nothing() -> None:
    context = WindowContext()
    await context.set_messages([message for number in range(10) for message in turn(number, 200)])
    before = len(await context.get_messages_for_request(token_budget=500))
    await context.learn("llm:response", {"usage": {"input_tokens": 9}})
    assert len(await context.get_messages_for_request(token_budget=500)) == before


async def test_a_count_that_may_be_of_the_new_part_alone_does_not_make_room() -> None:
    context = WindowContext()
    await context.add_message({"role": "user", "content": "q" * 3000})
    await context.get_messages_for_request()
    await context.learn("llm:response", {"usage": {"input_tokens": 1000}})
    await context.add_message({"role": "assistant", "content": "a" * 10})
    before = len(await context.get_messages_for_request(token_budget=1500))
    await context.get_messages_for_request()
    await context.add_message({"role": "user", "content": "q" * 3000})
    await context.get_messages_for_request()
    # A part of it came from a cache: that is not five characters to a token.
    await context.learn("llm:response", {"usage": {"input_tokens": 1200, "cache_read_tokens": 0}})
    assert len(await context.get_messages_for_request(token_budget=1500)) < before


async def test_a_count_that_names_what_came_from_a_cache_is_of_the_whole() -> None:
    context = WindowContext()
    await context.set_messages([message for number in range(10) for message in turn(number, 200)])
    await context.get_messages_for_request()
    sent = len(await context.get_messages_for_request()) * 100
    before = len(await context.get_messages_for_request(token_budget=sent // 5))
    await context.get_messages_for_request()
    await context.learn("llm:response", {"usage": {"input_tokens": sent // 5, "cache_read_tokens": 7}})
    assert len(await context.get_messages_for_request(token_budget=sent // 5)) > before


async def test_a_conversation_that_was_too_long_for_the_engine_goes_on_with_less_of_it(
    open_session: Any,
) -> None:
    stored = [message for number in range(10) for message in turn(number, 300)]
    too_long: Any = [failure("context_exceeded")]
    session, transport = await open_session(
        *[too_long] * 3, answer("Yes."), messages=stored, model_facts=loaded_model(context_window=4096)
    )
    for _ in range(3):
        with pytest.raises(RuntimeError, match="ContextExceeded"):
            await session.execute("Go on")
    assert await session.execute("Go on") == "Yes."
    sent = [len(str(body["messages"])) for body in transport.bodies]
    assert sent[0] > sent[1] > sent[2] > sent[3]


async def test_leaving_out_is_told_by_an_event(open_session: Any, heard: Any) -> None:
    session, _ = await open_session(*[answer("a" * 400)] * 8, model_facts=loaded_model(context_window=1024))
    for _ in range(8):
        await session.execute("q" * 400)
    told = heard.of("context:compaction")[-1]
    assert told["after_messages"] < told["before_messages"]
    assert told["strategy"] == "oldest_turns"


async def test_what_is_sent_in_any_case_is_not_told_as_left_out(open_session: Any, heard: Any) -> None:
    session, _ = await open_session()
    context = session.coordinator.get("context")
    turns = [[*turn(number, 400), hint("system")] for number in range(4)]
    await context.set_messages([hint("system"), *(message for each in turns for message in each)])
    sent = await context.get_messages_for_request(token_budget=1000)
    (told,) = heard.of("context:compaction")
    conversation = [message for message in sent if message["role"] != "system"]
    assert 0 < len(conversation) < 16
    assert [told["before_messages"], told["after_messages"]] == [16, len(conversation)]
    assert told["left_out_turns"] == (16 - len(conversation)) / 4
    assert sum(message.get("content") == "Mind the notes." for message in sent) == 5


async def test_the_descriptions_of_tools_count(open_session: Any) -> None:
    session, transport = await open_session(
        *[answer("a" * 300)] * 6, model_facts=loaded_model(context_window=1024)
    )
    for _ in range(6):
        await session.execute("q" * 300)
    assert sum(len(message["content"]) for message in transport.bodies[-1]["messages"]) < 3 * 1024


async def test_a_message_needs_a_role() -> None:
    with pytest.raises(ValueError, match="role"):
        await WindowContext().add_message({"content": "x"})


async def test_clear_forgets_the_conversation_and_keeps_the_instruction() -> None:
    context = WindowContext("Be kind.")
    await context.add_message({"role": "user", "content": "Hi"})
    await context.clear()
    assert await context.get_messages_for_request() == [{"role": "system", "content": "Be kind."}]


async def test_what_is_given_out_can_be_changed_without_changing_the_history() -> None:
    context = WindowContext()
    await context.add_message({"role": "user", "content": "Hi"})
    (message,) = await context.get_messages()
    message["content"] = "changed"
    (message,) = await context.get_messages_for_request()
    message["content"] = "changed"
    assert (await context.get_messages())[0]["content"] == "Hi"


def hint(role: str = "user") -> dict[str, Any]:
    """What a hook has added for good, as the kernel stores it."""
    return {"role": role, "content": "Mind the notes.", "metadata": {"source": "hook", "event": "tool:post"}}


async def test_what_a_hook_added_in_a_turn_does_not_cut_it_in_two() -> None:
    question, call, result, last = turn(1, 400)
    context = WindowContext()
    await context.set_messages([*turn(0, 10), question, call, hint(), result, last])
    given = await context.get_messages_for_request(token_budget=200)
    assert given == [question, call, hint(), result, last]


async def test_a_question_without_an_answer_is_kept_but_not_asked_again_with_the_next_one() -> None:
    context = WindowContext()
    await context.set_messages([*turn(1, 5), {"role": "user", "content": "Never mind"}])
    await context.mark_unanswered()
    await context.add_message({"role": "user", "content": "Hello"})
    asked = await context.get_messages_for_request()
    assert asked == [*turn(1, 5), {"role": "user", "content": "Hello"}]
    assert [message["content"] for message in await context.get_messages()][-2:] == ["Never mind", "Hello"]


async def test_a_question_with_a_call_behind_it_is_not_without_an_answer() -> None:
    context = WindowContext()
    await context.set_messages([*turn(1, 5), *turn(2, 5)[:3]])
    await context.mark_unanswered()
    await context.add_message({"role": "user", "content": "Hello"})
    assert len(await context.get_messages_for_request()) == 8


async def test_what_a_hook_added_to_a_question_without_an_answer_stays() -> None:
    context = WindowContext()
    await context.set_messages([{"role": "user", "content": "Never mind"}, hint()])
    await context.mark_unanswered()
    await context.add_message({"role": "user", "content": "Hello"})
    assert await context.get_messages_for_request() == [hint(), {"role": "user", "content": "Hello"}]
