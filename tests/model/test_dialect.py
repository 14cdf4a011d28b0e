"""What the model was trained on is what the provider writes today.

When one of these fails, either the change was not meant, or the model has to be trained again
(`models/demo/build.sh`): it reads and writes exactly these texts.
"""

from __future__ import annotations

from typing import Any

import pytest
from amplifier_core.message_models import ChatRequest, Message, ToolSpec

from webllm_provider._request import prepare
from webllm_provider._tools import render_call, render_result
from webllm_provider.config import ProviderConfig
from webllm_provider.session.defaults import INSTRUCTION
from webllm_provider.session.tools import notes, todo

from .conftest import load


@pytest.fixture(scope="module")
def trained() -> dict[str, Any]:
    found: dict[str, Any] = load("dialect.json")
    return found


def test_the_system_text_with_both_tools_is_the_trained_one(trained: dict[str, Any]) -> None:
    tools = [
        ToolSpec(name=tool.NAME, description=tool.DESCRIPTION, parameters=tool.PARAMETERS)
        for tool in (notes, todo)
    ]
    messages = [Message(role="system", content=INSTRUCTION), Message(role="user", content="Hello")]
    prepared = prepare(ChatRequest(messages=messages, tools=tools), {}, ProviderConfig(), None)
    assert prepared.body["messages"][0]["content"] == trained["system"]


def test_the_instruction_is_the_trained_one(trained: dict[str, Any]) -> None:
    assert trained["instruction"] == INSTRUCTION


def test_a_call_and_a_result_are_written_as_trained(trained: dict[str, Any]) -> None:
    assert render_call("notes", {"action": "add", "text": "zalmor 42"}) == trained["call"]
    assert render_result("notes", notes.saved(3, "zalmor 42")) == trained["result"]


def test_the_notes_tool_answers_in_the_trained_sentences(trained: dict[str, Any]) -> None:
    assert trained["notes"] == {
        "saved": notes.saved(3, "zalmor 42"),
        "listed": notes.listed([(1, "zalmor"), (3, "42")]),
        "nothing": notes.listed([]),
        "removed": notes.removed(3),
        "missing": notes.missing(3),
    }


def test_the_todo_tool_answers_in_the_trained_sentences(trained: dict[str, Any]) -> None:
    assert trained["todo"] == {
        "added": todo.added(3, "zalmor 42"),
        "listed": todo.listed([(1, "zalmor", True), (2, "42", False)]),
        "nothing": todo.listed([]),
        "done": todo.done(3),
        "missing": todo.missing(3),
    }
