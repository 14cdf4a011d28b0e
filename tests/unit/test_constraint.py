"""A request's tools become a constraint in which only their calls can be written."""

from __future__ import annotations

from typing import Any

import pytest
from amplifier_core.message_models import ToolSpec

from webllm_provider import RequestRefused
from webllm_provider._constraint import build_constraint, read_tool_choice
from webllm_provider._dialects import DIALECTS

NOTES = ToolSpec(name="notes", description="Keep notes.", parameters={"type": "object"})
TODO = ToolSpec(name="todo", parameters={"type": "object", "properties": {"a": {"type": "string"}}})


def test_each_tool_has_a_tag_that_begins_with_its_name() -> None:
    constraint, relaxed = build_constraint(read_tool_choice([NOTES, TODO], "auto"), DIALECTS["default"])
    assert constraint is not None
    assert constraint["triggers"] == ["<tool_call>"]
    assert [tag["begin"] for tag in constraint["tags"]] == [
        '<tool_call>{"name": "notes", "arguments": ',
        '<tool_call>{"name": "todo", "arguments": ',
    ]
    assert {tag["end"] for tag in constraint["tags"]} == {"}</tool_call>"}
    assert constraint["tags"][1]["schema"] == TODO.parameters
    assert relaxed == []


@pytest.mark.parametrize(
    ("choice", "names", "required", "single"),
    [
        (None, ["notes", "todo"], False, False),
        ("auto", ["notes", "todo"], False, False),
        ("none", [], False, False),
        ("required", ["notes", "todo"], True, False),
        ("todo", ["todo"], True, True),
        ({"type": "function", "function": {"name": "notes"}}, ["notes"], True, True),
        ({"type": "tool", "name": "notes"}, ["notes"], True, True),
        ({"type": "any"}, ["notes", "todo"], True, False),
        ({"type": "auto"}, ["notes", "todo"], False, False),
        ({"type": "none"}, [], False, False),
    ],
)
def test_tool_choice_says_which_tools_may_and_must_be_called(
    choice: Any, names: list[str], required: bool, single: bool
) -> None:
    read = read_tool_choice([NOTES, TODO], choice)
    assert ([tool.name for tool in read.tools], read.required, read.single) == (names, required, single)


def test_calls_one_at_a_time_end_the_output_behind_the_first() -> None:
    constraint, _ = build_constraint(read_tool_choice([NOTES], "auto", parallel=False), DIALECTS["default"])
    assert constraint is not None
    assert constraint["stop_after_first"]


@pytest.mark.parametrize(("tools", "choice"), [([NOTES], "weather"), ([], "required")])
def test_a_choice_that_cannot_be_met_is_refused(tools: list[ToolSpec], choice: str) -> None:
    with pytest.raises(RequestRefused):
        read_tool_choice(tools, choice)


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "object", "properties": {"a": {"not": {}}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/gone"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(?=x)"}}},
    ],
)
def test_a_schema_that_a_grammar_cannot_hold_is_relaxed_and_named(parameters: dict[str, Any]) -> None:
    tool = ToolSpec(name="odd", parameters=parameters)
    constraint, relaxed = build_constraint(read_tool_choice([tool], "auto"), DIALECTS["default"])
    assert constraint is not None
    assert constraint["tags"][0]["schema"] == {"type": "object"}
    assert relaxed == ["odd"]
