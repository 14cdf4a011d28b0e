"""A malformed tool call does not end the turn: the model reads what was wrong with it, once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from amplifier_core.llm_errors import InvalidToolCallError

from webllm_provider.testing import answer

BROKEN = '<tool_call>{"name": "notes", "arguments": {"action": </tool_call>'
UNKNOWN = '<tool_call>{"name": "rocket", "arguments": {}}</tool_call>'
MISFIT = '<tool_call>{"name": "notes", "arguments": {"action": "eat"}}</tool_call>'
GOOD = '<tool_call>{"name": "notes", "arguments": {"action": "list"}}</tool_call>'


@pytest.mark.parametrize(
    ("wrong", "why"), [(BROKEN, "not valid JSON"), (UNKNOWN, "rocket"), (MISFIT, "do not fit its schema")]
)
async def test_the_model_is_told_what_was_wrong_and_may_call_again(
    open_session: Any, heard: Any, wrong: str, why: str
) -> None:
    session, transport = await open_session(answer(wrong), answer(GOOD), answer("None yet."))
    assert await session.execute("What are my notes?") == "None yet."
    told = transport.bodies[1]["messages"][-1]["content"]
    assert told.startswith("What are my notes?")
    assert why in told
    assert heard.of("provider:retry")[0]["error_type"] == "InvalidToolCallError"
    assert heard.of("provider:error") == []
    stored = await session.coordinator.get("context").get_messages()
    assert why not in json.dumps(stored)
    assert why not in transport.bodies[2]["messages"][-3]["content"]


async def test_a_second_malformed_call_ends_the_turn_with_its_raw_text(open_session: Any, heard: Any) -> None:
    session, transport = await open_session(answer(BROKEN), answer(BROKEN), answer("Hello."))
    with pytest.raises(Exception, match="not valid JSON"):
        await session.execute("What are my notes?")
    assert len(transport.bodies) == 2
    assert heard.of("provider:error")[0]["error"]["type"] == InvalidToolCallError.__name__
    assert await session.execute("Hi") == "Hello."


async def test_each_turn_has_its_own_second_chance(open_session: Any) -> None:
    session, _ = await open_session(answer(BROKEN), answer("One."), answer(BROKEN), answer("Two."))
    assert await session.execute("1") == "One."
    assert await session.execute("2") == "Two."
