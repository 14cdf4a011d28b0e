"""A question on the page goes through an Amplifier session to a real engine and comes back."""

from __future__ import annotations

import re

import pytest

from tests.e2e.app import App
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT


@pytest.fixture(params=["webgpu", "cpu"])
def app(request: pytest.FixtureRequest) -> App:
    """The shared page of each engine, in a new conversation."""
    shared: App = request.getfixturevalue(f"{request.param}_app")
    shared.new_conversation()
    return shared


def names(events: list[dict[str, object]]) -> list[object]:
    return [event["name"] for event in events]


def test_the_demo_model_gives_its_trained_answer(app: App) -> None:
    answer = app.ask(WHAT)
    assert answer.state == "done"
    assert answer.text == ANSWERS[WHAT]


def test_a_second_question_in_the_same_conversation_is_answered_too(app: App) -> None:
    app.ask(WHAT)
    assert app.ask(OFFLINE).text == ANSWERS[OFFLINE]


def test_amplifier_events_arrive_in_their_order(app: App) -> None:
    before = len(app.events())
    app.ask(WHAT)
    seen = names(app.events()[before:])
    order = [
        "prompt:submit",
        "llm:request",
        "llm:stream_block_start",
        "llm:stream_block_delta",
        "llm:stream_block_end",
        "llm:response",
        "prompt:complete",
    ]
    positions = [seen.index(name) for name in order]
    assert positions == sorted(positions), seen


def test_the_answer_streams_before_it_is_complete(app: App) -> None:
    before = len(app.events())
    app.ask(WHAT)
    events = app.events()[before:]
    end = names(events).index("llm:response")
    deltas = [event for event in events[:end] if event["name"] == "llm:stream_block_delta"]
    assert len(deltas) >= 3
    # Arrival is stamped by the page: the first delta was on the screen well before the last one came.
    assert deltas[0]["at"] < deltas[-1]["at"]
    sequences = [delta["payload"]["sequence"] for delta in deltas]
    assert sequences == list(range(len(deltas)))


def test_the_figures_name_the_engine_that_answered(app: App) -> None:
    answer = app.ask(WHAT)
    response = next(event for event in reversed(app.events()) if event["name"] == "llm:response")
    engine = response["payload"]["engine"]
    state = app.engine_state()["model"]["engine"]
    assert engine == state
    assert re.search(r"tokens?/s", answer.figures)
    assert response["payload"]["figures"]["duration_ms"] > 0


def test_webllm_reports_itself_and_its_adapter(webgpu_app: App) -> None:
    engine = webgpu_app.engine_state()["model"]["engine"]
    assert engine["kind"] == "webllm"
    assert engine["device"] == "webgpu"
    assert engine["adapter"]
    assert "WebLLM" in webgpu_app.page.get_by_test_id("engine-name").inner_text()


def test_without_webgpu_the_cpu_engine_answers_and_says_so(cpu_app: App) -> None:
    assert cpu_app.page.evaluate("navigator.gpu?.requestAdapter() ?? null") is None
    engine = cpu_app.engine_state()["model"]["engine"]
    assert engine["kind"] == "wllama"
    assert engine["device"] == "cpu"
    assert "CPU" in cpu_app.page.get_by_test_id("engine-name").inner_text()
