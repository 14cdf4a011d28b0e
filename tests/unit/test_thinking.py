"""Thinking is turned on and off where a model has that switch; everywhere else the answer says how it was."""

from __future__ import annotations

from typing import Any

import pytest
from amplifier_core import capabilities
from amplifier_core.message_models import ChatRequest, Message, ResponseFormatJson, ToolSpec

from webllm_provider._habits import habit_of
from webllm_provider._request import Prepared, prepare
from webllm_provider.config import ProviderConfig
from webllm_provider.models import assumed_info
from webllm_provider.testing import loaded_model

SWITCH, ALWAYS, NEVER = "Qwen3-0.6B-q4f16_1-MLC", "DeepSeek-R1-Distill-Qwen-7B-q4f16_1-MLC", "Llama-3.2-1B"


def prepared(model: str, effort: str | None = None, config: Any = None, **options: Any) -> Prepared:
    request = ChatRequest(messages=[Message(role="user", content="Hi")], reasoning_effort=effort)
    return prepare(request, options, ProviderConfig.read(config), loaded_model(model))


@pytest.mark.parametrize(
    ("model", "habit"),
    [
        (SWITCH, "switch"),
        ("Qwen3.5-2B-q4f16_1-MLC", "switch"),
        ("Qwen3-4B-Instruct-2507", "never"),
        ("Qwen2.5-1.5B-Instruct-q4f16_1-MLC", "never"),
        (ALWAYS, "always"),
        ("Ministral-3-3B-Reasoning-2512", "always"),
        ("webllm-demo-1-q0f32", "never"),
        (None, "never"),
    ],
)
def test_families_have_their_habits(model: str | None, habit: str) -> None:
    assert habit_of(model) == habit
    assert (capabilities.THINKING in assumed_info(model).capabilities) == (habit != "never")


@pytest.mark.parametrize(
    ("effort", "on"), [("none", False), ("minimal", False), ("on", True), ("high", True)]
)
def test_a_model_with_a_switch_is_switched(effort: str, on: bool) -> None:
    made = prepared(SWITCH, effort)
    assert made.body["enable_thinking"] is on
    assert made.thinking is on
    assert bool(made.degradations) == (effort == "high")


@pytest.mark.parametrize("model", [SWITCH, ALWAYS, NEVER])
def test_without_a_wish_a_model_keeps_its_habit(model: str) -> None:
    made = prepared(model)
    assert "enable_thinking" not in made.body
    assert made.degradations == []
    assert made.thinking == (model != NEVER)


@pytest.mark.parametrize(("model", "effort"), [(ALWAYS, "none"), (NEVER, "high"), (NEVER, "on")])
def test_a_wish_that_a_model_cannot_meet_is_reported(model: str, effort: str) -> None:
    made = prepared(model, effort)
    assert "enable_thinking" not in made.body
    assert made.degradations[0].requested == f"reasoning_effort {effort}"


@pytest.mark.parametrize("model", [SWITCH, ALWAYS])
def test_what_a_grammar_makes_come_first_leaves_no_room_for_thinking_and_that_is_said(model: str) -> None:
    loaded = loaded_model(model, constraint="grammar")
    loaded["capabilities"]["json_schema"] = True
    hi = [Message(role="user", content="Hi")]
    notes = ToolSpec(name="notes", parameters={"type": "object"})
    called = ChatRequest(messages=hi, tools=[notes], tool_choice="required")
    for request in (called, ChatRequest(messages=hi, response_format=ResponseFormatJson())):
        made = prepare(request, {}, ProviderConfig(), loaded)
        assert not made.thinking
        assert [one.actual for one in made.degradations] == ["no thinking"]
    free = prepare(called.model_copy(update={"tool_choice": "auto"}), {}, ProviderConfig(), loaded)
    assert free.thinking
    assert free.degradations == []


def test_options_go_before_the_request_before_the_loops_wish_before_the_config() -> None:
    config = {"reasoning_effort": "none"}
    assert prepared(SWITCH, config=config).thinking is False
    assert prepared(SWITCH, config=config, extended_thinking=True).thinking is True
    assert prepared(SWITCH, "none", extended_thinking=True).thinking is False
    assert prepared(SWITCH, "none", reasoning_effort="on").thinking is True
    assert prepared(SWITCH, "on", reasoning={"effort": "none"}).thinking is False
