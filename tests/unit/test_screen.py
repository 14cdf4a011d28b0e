"""Which schemas can be held while a model writes: both halves say the same of the same examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._screen import expressible, widened

CASES = json.loads((Path(__file__).parents[2] / "protocol" / "schemas.json").read_text(encoding="utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "items", "properties", "$ref", "allOf", "minimum", "pattern", "maxLength"]
            ),
            inner,
            max_size=3,
        )
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_a_schema_is_held_or_relaxed_as_the_engines_have_it(case: dict[str, Any]) -> None:
    assert expressible(case["schema"]) == case["held"]


@given(JSON)
def test_any_value_is_judged_without_an_exception(schema: Any) -> None:
    if expressible(schema):
        assert isinstance(widened(schema), set)


def test_what_the_grammar_of_the_cpu_holds_loosely_is_named() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "pattern": "^x", "maxLength": 5000},
            "b": {"type": "number", "minimum": 0.5, "maximum": 9},
        },
    }
    assert widened(schema) == {"pattern", "maxLength", "minimum"}
    assert widened({"type": "string", "maxLength": 1000}) == set()
