"""From the chunks of a server to the events of the wire, and from those to a response."""

from __future__ import annotations

import json
from typing import Any

import pytest
from amplifier_core.llm_errors import InvalidToolCallError
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from webllm_provider._answer import RAW_TEXT, WebLLMResponse
from webllm_provider._http.chunks import ChunkReader
from webllm_provider._native import NATIVE_SYNTAX
from webllm_provider._response import Assembler
from webllm_provider._steps import BlockStart
from webllm_provider._wire import EngineIdentity, StreamEvent

from .test_protocol import SCHEMA

SERVER: EngineIdentity = {"kind": "server", "version": "vllm", "device": "none", "adapter": None}
EVENT = Draft202012Validator({"$ref": "#/$defs/StreamEvent", "$defs": SCHEMA["$defs"]})


def chunk(finish: str | None = None, **delta: Any) -> str:
    return json.dumps({"model": "m", "choices": [{"delta": delta, "finish_reason": finish}]})


def fragment(index: int, arguments: str, name: str | None = None) -> dict[str, Any]:
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    return {"index": index, "function": function}


def events(*data: str) -> list[StreamEvent]:
    reader = ChunkReader(SERVER, "asked")
    return [event for one in data for event in reader.read(one)] + list(reader.end())


def assembled(*data: str, schemas: dict[str, Any] | None = None) -> tuple[WebLLMResponse, list[Any]]:
    assembler = Assembler(schemas=schemas or {"notes": {}, "todo": {}}, syntax=NATIVE_SYNTAX)
    steps = [step for event in events(*data) for step in assembler.feed(event)]
    return assembler.response(), steps


def test_text_comes_as_deltas_and_ends_with_the_servers_counts() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    usage_chunk = json.dumps(
        {"choices": [], "usage": {**usage, "prompt_tokens_details": {"cached_tokens": 4}}}
    )
    made = events(
        chunk(role="assistant"),
        chunk(content="Hel"),
        chunk(content="lo"),
        chunk("stop"),
        usage_chunk,
        "[DONE]",
    )
    assert [event["type"] for event in made] == ["started", "delta", "delta", "finished"]
    assert made[-1]["type"] == "finished"
    assert made[-1]["usage"] == usage
    assert made[-1]["figures"]["prefilled_tokens"] == 5


def test_calls_in_fragments_become_blocks_and_leave_the_text_alone() -> None:
    response, steps = assembled(
        chunk(content='Like <tool_call>{"name": "notes"}</tool_call>.'),
        chunk(tool_calls=[fragment(0, '{"acti', "notes")]),
        chunk(tool_calls=[fragment(0, 'on": "list"}'), fragment(1, "", "todo")]),
        chunk("tool_calls"),
    )
    assert response.text == 'Like <tool_call>{"name": "notes"}</tool_call>.'
    assert response.tool_calls is not None
    assert [(call.name, call.arguments) for call in response.tool_calls] == [
        ("notes", {"action": "list"}),
        ("todo", {}),
    ]
    assert response.finish_reason == "tool_calls"
    assert [(step.type, step.name) for step in steps if isinstance(step, BlockStart)] == [
        ("text", None),
        ("tool_use", "notes"),
        ("tool_use", "todo"),
    ]
    # What stands apart from the text could not be resent from it.
    assert response.metadata is not None
    assert RAW_TEXT not in response.metadata


def test_thinking_that_the_server_separates_is_a_block_of_its_own() -> None:
    response, steps = assembled(
        chunk(reasoning_content="Let me "), chunk(reasoning="see."), chunk(content="Yes."), chunk("stop")
    )
    assert [(block.type, getattr(block, "thinking", None)) for block in response.content] == [
        ("thinking", "Let me see."),
        ("text", None),
    ]
    assert [step.index for step in steps] == [0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("arguments", ['{"action": ', '{}, "name": "todo"', "[1", '"list"'])
def test_arguments_that_are_no_object_are_refused_with_their_text(arguments: str) -> None:
    with pytest.raises(InvalidToolCallError) as caught:
        assembled(chunk(tool_calls=[fragment(0, arguments, "notes")]), chunk("tool_calls"))
    assert caught.value.tool_name == "notes"
    assert arguments.strip().strip('"') in str(caught.value.raw_arguments).replace("\\", "")


def test_a_server_costs_what_only_its_owner_knows() -> None:
    response, _ = assembled(chunk(content="Hi"), chunk("stop"))
    assert response.usage is not None
    assert response.usage.cost_usd is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([chunk(content="Hel")], "stream_broken"),
        ([], "stream_broken"),
        ([chunk(content="Hel"), "{"], "stream_broken"),
        ([chunk(content="Hel"), "[]"], "stream_broken"),
        (
            [chunk(content="Hel"), '{"error": {"message": "out of blocks", "code": 500}}'],
            "server_unavailable",
        ),
        ([chunk(content="Hel"), '{"error": "gone"}'], "stream_broken"),
        ([chunk("content_filter", content="Hel")], "content_filtered"),
    ],
)
def test_an_answer_that_breaks_off_is_a_failure(data: list[str], code: str) -> None:
    last = events(*data)[-1]
    assert last["type"] == "failure"
    assert last["error"]["code"] == code


def test_a_server_without_an_end_mark_is_whole_when_it_said_why_it_ended() -> None:
    assert events(chunk("length", content="Hel"))[-1].get("reason") == "length"


KEYS = st.sampled_from(
    [
        *("choices", "delta", "content", "tool_calls", "function", "name", "arguments", "index"),
        *("finish_reason", "usage", "model", "error"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
CHUNKS = st.lists(st.one_of(JSON.map(json.dumps), st.text(max_size=8), st.just("[DONE]")), max_size=6)


@given(CHUNKS)
def test_whatever_a_server_sends_the_events_are_those_of_the_wire(data: list[str]) -> None:
    made = events(*data)
    for event in made:
        EVENT.validate(event)
    assert [event["type"] in ("finished", "failure") for event in made] == [False] * (len(made) - 1) + [True]
