"""A call is read, and held against its tool's schema; what is wrong with it is an error with its text."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from amplifier_core.llm_errors import InvalidToolCallError
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._calls import check_call, parse_call
from webllm_provider._schema import unknown_keywords, violations
from webllm_provider.session.tools import notes

SCHEMAS = {"notes": notes.PARAMETERS}


def test_a_call_has_a_name_and_arguments() -> None:
    call = parse_call('{"name": "notes", "arguments": {"action": "list"}}')
    assert (call.name, call.arguments) == ("notes", {"action": "list"})
    check_call(call, SCHEMAS)


def test_parameters_is_read_as_another_word_for_arguments() -> None:
    assert parse_call('{"name": "notes", "parameters": {"action": "list"}}').arguments == {"action": "list"}


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        '"notes"',
        "{}",
        '{"name": 1}',
        '{"name": ""}',
        '{"name": "notes", "arguments": []}',
        '{"name": "n", "arguments": {"x": NaN}}',
        '{"name": "n", "arguments": {"x": 1e999}}',
        '{"name": "n", "arguments": {"x": "\\ud800"}}',
        "[" * 100000,
    ],
)
def test_what_is_no_call_is_an_error_with_the_raw_text(raw: str) -> None:
    with pytest.raises(InvalidToolCallError) as caught:
        parse_call(raw)
    assert caught.value.raw_arguments == raw
    assert not caught.value.retryable


def test_arguments_that_no_event_could_carry_are_refused() -> None:
    raw = '{"name": "n", "arguments": ' + '{"a": ' * 70 + "1" + "}" * 71
    with pytest.raises(InvalidToolCallError, match="nested too deeply"):
        parse_call(raw)


def test_a_malformed_call_names_its_tool_where_that_can_be_read() -> None:
    with pytest.raises(InvalidToolCallError) as caught:
        parse_call('{"name": "notes", "arguments": {"action": ')
    assert caught.value.tool_name == "notes"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ('{"name": "weather", "arguments": {}}', "does not exist: weather"),
        ('{"name": "notes", "arguments": {}}', "lacks action"),
        ('{"name": "notes", "arguments": {"action": "fly"}}', "none of add, list, remove"),
        ('{"name": "notes", "arguments": {"action": "remove", "id": "2"}}', "not of type integer"),
        ('{"name": "notes", "arguments": {"action": "list", "x": 1}}', "x is not allowed"),
    ],
)
def test_a_call_that_does_not_fit_its_tool_is_an_error_that_says_why(raw: str, words: str) -> None:
    with pytest.raises(InvalidToolCallError, match=words):
        check_call(parse_call(raw), SCHEMAS)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 1.0, -2.5])
    | st.sampled_from("ab "),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null", "object", "array"])
SCHEMA: st.SearchStrategy[Any] = st.recursive(
    st.booleans()
    | st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": VALUES,
            "minimum": st.integers(-2, 2),
            "exclusiveMaximum": st.integers(-2, 2),
            "multipleOf": st.sampled_from([1, 2, 0.5]),
            "minLength": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "minProperties": st.integers(0, 2),
            "pattern": st.sampled_from(["^a", "b$", "[ab]"]),
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "additionalProperties": inner,
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "$ref": st.sampled_from(["#/$defs/a"]),
            "$defs": st.fixed_dictionaries({"a": st.just({"type": "string"})}),
        },
    ),
    max_leaves=5,
)


def _dangles(schema: object) -> bool:
    return "$ref" in unknown_keywords(schema)


@given(SCHEMA, VALUES)
def test_the_checker_and_jsonschema_agree_on_the_keywords_it_knows(schema: Any, value: Any) -> None:
    if not _dangles(schema):
        expected = jsonschema.Draft202012Validator(schema).is_valid(value)
        assert (violations(value, schema) == []) == expected, json.dumps([schema, value])


@given(VALUES, VALUES)
def test_a_malformed_schema_is_a_violation_and_never_an_exception(schema: Any, value: Any) -> None:
    assert isinstance(violations(value, schema), list)
    assert isinstance(unknown_keywords(schema), set)


def test_keywords_that_are_not_checked_are_named() -> None:
    schema = {"properties": {"a": {"not": {}}, "b": {"$ref": "#/nowhere"}}, "description": "d", "if": {}}
    assert unknown_keywords(schema) == {"not", "$ref", "if"}
