"""A question on the page goes through an Amplifier session to a real engine and comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.app import Answer, App
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT

ORDER = [
    "prompt:submit",
    "llm:request",
    "llm:stream_block_start",
    "llm:stream_block_delta",
    "llm:stream_block_end",
    "llm:response",
    "prompt:complete",
]


@dataclass(frozen=True)
class Conversation:
    """Two questions in one conversation, and every event of its first turn."""

    app: App
    first: Answer
    events: list[dict[str, Any]]
    second: Answer

    @property
    def names(self) -> list[str]:
        return [event["name"] for event in self.events]

    def event(self, name: str) -> dict[str, Any]:
        return next(event for event in self.events if event["name"] == name)


@pytest.fixture(scope="module", params=["webgpu", "cpu"])
def conversation(request: pytest.FixtureRequest) -> Conversation:
    """Held once with each engine: on a software adapter an answer takes seconds."""
    app: App = request.getfixturevalue(f"{request.param}_app")
    if request.param == "webgpu":
        assert_that_there_is_no_network(app)
    app.new_conversation()
    before = len(app.events())
    first = app.ask(WHAT)
    return Conversation(app, first, app.events()[before:], app.ask(OFFLINE))


def assert_that_there_is_no_network(app: App) -> None:
    """What comes from a GPU here comes from one that was visited before."""
    assert not app.page.evaluate("navigator.onLine")
    unreachable = "fetch('version.json').then(() => 'answered', () => 'unreachable')"
    assert app.page.evaluate(unreachable) == "unreachable"
    assert app.engine_state()["model"]["engine"]["device"] == "webgpu"


def test_the_demo_model_gives_its_trained_answer(conversation: Conversation) -> None:
    assert conversation.first.state == "done"
    assert conversation.first.text == ANSWERS[WHAT]


def test_a_second_question_in_the_same_conversation_is_answered_too(conversation: Conversation) -> None:
    assert conversation.second.text == ANSWERS[OFFLINE]


def test_amplifier_events_arrive_in_their_order(conversation: Conversation) -> None:
    positions = [conversation.names.index(name) for name in ORDER]
    assert positions == sorted(positions), conversation.names


def test_the_answer_streams_before_it_is_complete(conversation: Conversation) -> None:
    before_the_end = conversation.events[: conversation.names.index("llm:response")]
    deltas = [event for event in before_the_end if event["name"] == "llm:stream_block_delta"]
    assert len(deltas) >= 3
    # Arrival is stamped by the page: the first delta was on the screen well before the last one came.
    assert deltas[0]["at"] < deltas[-1]["at"]
    sequences = [delta["payload"]["sequence"] for delta in deltas]
    assert sequences == list(range(len(deltas)))


def test_the_figures_name_the_engine_that_answered(conversation: Conversation) -> None:
    response = conversation.event("llm:response")["payload"]
    assert response["engine"] == conversation.app.engine_state()["model"]["engine"]
    assert re.search(r"tokens?/s", conversation.first.figures)
    assert response["figures"]["duration_ms"] > 0


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
