"""Events become a response and what listeners are told, or a typed error."""

from __future__ import annotations

from typing import Any

import pytest
from amplifier_core.llm_errors import InvalidToolCallError, LLMError
from amplifier_core.message_models import ChatResponse
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider import Aborted, EngineLost, StreamBroken
from webllm_provider._answer import WebLLMResponse
from webllm_provider._dialects import DIALECTS
from webllm_provider._format import JsonAnswer
from webllm_provider._hooks import stream_event
from webllm_provider._response import Assembler
from webllm_provider._segments import THINKING
from webllm_provider._steps import Step
from webllm_provider._wire import StreamEvent
from webllm_provider.session.tools import notes
from webllm_provider.testing import SCRIPTED, answer, failure

CALL = '<tool_call>{"name": "notes", "arguments": {"action": "list"}}</tool_call>'


def assembled(
    events: list[StreamEvent], dialect: str = "default", answer: JsonAnswer | None = None
) -> tuple[list[Step], WebLLMResponse]:
    assembler = Assembler(schemas={"notes": notes.PARAMETERS}, syntax=DIALECTS[dialect].syntax, answer=answer)
    steps = [step for event in events for step in assembler.feed(event)]
    return steps, assembler.response()


def told(events: list[StreamEvent]) -> list[tuple[str, Any]]:
    steps, _ = assembled(events)
    short = {
        "llm:stream_block_start": "start",
        "llm:stream_block_delta": "delta",
        "llm:stream_block_end": "end",
    }
    found = []
    for step in steps:
        name, payload = stream_event("r", step)
        assert payload.pop("request_id") == "r"
        found.append((short[name], payload))
    return found


def test_blocks_share_one_index_and_count_their_deltas_from_zero() -> None:
    assert told(answer("<think>so", "</think>", "Hel", "lo", CALL)) == [
        ("start", {"block_index": 0, "block_type": "thinking"}),
        ("delta", {"block_index": 0, "block_type": "thinking", "sequence": 0, "text": "so"}),
        ("end", {"block_index": 0, "block_type": "thinking"}),
        ("start", {"block_index": 1, "block_type": "text"}),
        ("delta", {"block_index": 1, "block_type": "text", "sequence": 0, "text": "Hel"}),
        ("delta", {"block_index": 1, "block_type": "text", "sequence": 1, "text": "lo"}),
        ("end", {"block_index": 1, "block_type": "text"}),
        ("start", {"block_index": 2, "block_type": "tool_use", "name": "notes"}),
        ("end", {"block_index": 2, "block_type": "tool_use"}),
    ]


def test_a_call_is_never_shown_as_text() -> None:
    for events in (answer("I look. ", *CALL, " Done."), answer(f"I look. {CALL} Done.")):
        shown = "".join(payload.get("text", "") for name, payload in told(events) if name == "delta")
        assert shown == "I look. Done."


def test_the_response_has_what_the_official_loops_read() -> None:
    _, response = assembled(answer("<think>so</think>", "I look. ", CALL, prefilled_tokens=4))
    assert [block.type for block in response.content] == ["thinking", "text", "tool_call"]
    assert response.tool_calls is not None
    assert (response.tool_calls[0].name, response.tool_calls[0].arguments) == ("notes", {"action": "list"})
    assert response.content_blocks is not None
    assert [block.type.value for block in response.content_blocks] == ["thinking", "text", "tool_call"]
    assert response.content_blocks[2].to_dict()["arguments"] == {"action": "list"}
    assert (response.text, response.finish_reason) == ("I look. ", "tool_calls")
    assert isinstance(response, ChatResponse)


def test_usage_has_the_engines_figures_and_costs_nothing() -> None:
    _, response = assembled(answer("Hi", prompt_tokens=10, prefilled_tokens=4))
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens) == (10, 1)
    assert response.usage.cache_read_tokens == 6
    assert response.usage.model_dump()["cost_usd"] == "0"
    assert response.usage.model_dump()["prefilled_tokens"] == 4


def test_the_raw_text_and_who_answered_are_kept_under_our_own_names() -> None:
    _, response = assembled(answer("<think>so</think>\n", "Hi"))
    assert response.metadata is not None
    assert response.metadata["webllm:raw_text"] == "<think>so</think>\nHi"
    assert response.metadata["webllm:engine"] == SCRIPTED
    assert all(key.startswith("webllm:") for key in response.metadata)


def test_a_surrogate_pair_that_was_cut_is_put_together_again() -> None:
    _, response = assembled(answer("a\ud83d", "\ude42b"))
    assert response.text == "a🙂b"


@pytest.mark.parametrize("chunks", [("a\ud83d", "b"), ("a\ud83d",), ("\ude42",)])
def test_half_a_surrogate_pair_becomes_a_replacement_character(chunks: tuple[str, ...]) -> None:
    _, response = assembled(answer(*chunks))
    assert response.text is not None
    assert "\ufffd" in response.text
    response.text.encode()


def test_a_failure_is_its_typed_error_with_what_had_been_written() -> None:
    with pytest.raises(EngineLost) as caught:
        assembled([*answer("I ", "am")[:3], failure("device_lost", "Gone.", "Reload.")])
    assert (caught.value.partial, caught.value.hint) == ("I am", "Reload.")


def test_a_stopped_answer_is_an_abort_with_what_had_been_written() -> None:
    with pytest.raises(Aborted) as caught:
        assembled(answer("I am", reason="abort"))
    assert caught.value.partial == "I am"


@pytest.mark.parametrize("text", ['<tool_call>{"name": "notes", ', CALL.replace("list", "fly")])
def test_a_call_that_is_wrong_is_an_error_with_its_raw_text(text: str) -> None:
    with pytest.raises(InvalidToolCallError) as caught:
        assembled(answer(text))
    assert caught.value.raw_arguments


def test_a_call_that_was_cut_by_the_length_says_so() -> None:
    with pytest.raises(InvalidToolCallError, match="greatest length"):
        assembled(answer('<tool_call>{"name": "notes", ', reason="length"))


ENDED = answer("x")
MARKS = [*THINKING, *THINKING.values(), *(mark for one in DIALECTS.values() for mark in one.syntax.opens)]
ANSWERS = st.none() | st.just(JsonAnswer({"type": "object"}))
NAMES = st.sampled_from(sorted(DIALECTS))
EVENTS: st.SearchStrategy[StreamEvent] = st.one_of(
    st.just(ENDED[0]),
    st.text(max_size=5).map(lambda text: {"type": "delta", "text": text}),
    st.sampled_from(["<think>", "</think>", CALL, "<tool_call>", "\ud83d", *MARKS]).map(
        lambda text: {"type": "delta", "text": text}
    ),
    st.builds(
        lambda text, channel: {"type": "delta", "text": text, "channel": channel},
        st.text(max_size=5) | st.just('{"name": "notes", "arguments": {"action": "list"}}'),
        st.sampled_from(["text", "thinking", "call"]),
    ),
    st.just(ENDED[-1]),
    st.just(failure("engine_failed")),
    st.just({"type": "progress", "stage": "compile", "fraction": 0.5}),
)


@given(st.lists(EVENTS, max_size=8), NAMES, ANSWERS)
def test_any_sequence_of_events_is_a_response_or_a_typed_error(
    events: list[StreamEvent], dialect: str, answer: JsonAnswer | None
) -> None:
    try:
        steps, response = assembled(events, dialect, answer)
    except LLMError:
        return
    assert ChatResponse.model_validate(response.model_dump())
    opened: list[int] = []
    for step in steps:
        name, payload = stream_event("r", step)
        if name.endswith("start"):
            assert payload["block_index"] == len(opened)
            opened.append(0)
        elif name.endswith("delta"):
            assert payload["sequence"] == opened[payload["block_index"]]
            assert payload["text"]
            opened[payload["block_index"]] += 1


@given(
    st.text(alphabet='a<>{}"/think_toolcall: \n', max_size=60)
    | st.lists(st.sampled_from([*MARKS, CALL, '"parameters": {}}', "notes", " a"]), max_size=6).map("".join),
    NAMES,
    st.data(),
)
def test_chunk_boundaries_never_change_the_response(text: str, dialect: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))

    def outcome(*chunks: str) -> Any:
        try:
            _, response = assembled(answer(*chunks), dialect)
        except LLMError as error:
            return type(error), str(error)
        return [block.model_dump(exclude={"id"}) for block in response.content], response.text

    assert outcome(text) == outcome(text[:cut], text[cut:]) == outcome(*text)


def test_events_out_of_order_say_so() -> None:
    with pytest.raises(StreamBroken, match="before the start"):
        assembled(answer("x")[1:])
    with pytest.raises(StreamBroken, match="without an end"):
        assembled(answer("x")[:-1])
    with pytest.raises(StreamBroken, match="after the end"):
        assembled([*answer("x"), failure("internal")])
