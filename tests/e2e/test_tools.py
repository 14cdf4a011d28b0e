"""A tool call goes from the model through the session's hooks to the tool, and its result back."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

import pytest

from tests.e2e.app import Answer, App
from tests.e2e.conftest import Opener

SYLLABLES = ("ba", "ko", "ri", "mun", "tel", "sa", "dor", "vi", "lem", "pa")


def random_words(rng: random.Random, count: int = 2) -> str:
    """Words that no training text holds: what comes back was copied, not remembered."""
    return " ".join("".join(rng.choices(SYLLABLES, k=3)) for _ in range(count))


@pytest.fixture(params=["webgpu", "cpu"])
def app(request: pytest.FixtureRequest) -> App:
    shared: App = request.getfixturevalue(f"{request.param}_app")
    shared.new_conversation()
    return shared


@dataclass(frozen=True)
class Noted:
    """One "note that ...": what was asked, what the model called, what the browser's storage holds."""

    words: str
    called: dict[str, object] | None
    stored: list[str]
    answer: Answer


def note(app: App, words: str) -> Noted:
    before = len(app.events())
    answer = app.ask(f"note that {words}")
    calls = [event["payload"] for event in app.events()[before:] if event["name"] == "tool:pre"]
    document = app.stored("notes")
    stored = [one["text"] for one in json.loads(document)["notes"]] if document else []
    called = calls[0]["tool_input"] if [call["tool_name"] for call in calls] == ["notes"] else None
    return Noted(words, called, stored, answer)


def test_words_never_seen_end_as_a_note_in_browser_storage(app: App) -> None:
    # The demo model copies most such texts exactly (its card has the figure); three misses in a row mean
    # that something is wrong.
    rng = random.Random(1)
    for _ in range(3):
        noted = note(app, random_words(rng))
        assert noted.answer.state == "done"
        if noted.called is not None:
            assert noted.called["text"] in noted.stored
        if noted.words in noted.stored:
            assert noted.called == {"action": "add", "text": noted.words}
            check_that_the_call_is_a_card(app, noted)
            return
    pytest.fail("None of three notes was copied exactly.")


def test_most_texts_are_copied_exactly(cpu_app: App) -> None:
    exact, rng = 0, random.Random(2)
    for _ in range(12):
        cpu_app.new_conversation()
        noted = note(cpu_app, random_words(rng))
        exact += noted.called == {"action": "add", "text": noted.words}
    assert exact >= 6


def check_that_the_call_is_a_card(app: App, noted: Noted) -> None:
    """The call is shown as a card, and never as text."""
    card = app.answers.last.get_by_test_id("tool-call").inner_text()
    assert "notes" in card
    assert noted.words in card
    assert "<tool_call>" not in noted.answer.text


def test_a_text_of_the_training_is_noted_word_for_word(cpu_app: App) -> None:
    cpu_app.new_conversation()
    noted = note(cpu_app, "the tea is in the blue tin")
    assert noted.called == {"action": "add", "text": noted.words}
    check_that_the_call_is_a_card(cpu_app, noted)


def test_two_tabs_that_note_at_the_same_time_lose_nothing(open_on_cpu: Opener) -> None:
    first = open_on_cpu()
    second = App(first.page.context.new_page())
    second.page.goto(first.page.url)
    tabs = (first, second)
    for tab in tabs:
        tab.wait_until_ready()
    words = ("milk", "bread", "coffee", "tea")
    for word in words:
        for tab in tabs:
            tab.send(f"note: {word}")
        for tab in tabs:
            assert tab.wait_for_answer_number(words.index(word) + 1).state == "done"
    calls = [event for tab in tabs for event in tab.events() if event["name"] == "tool:pre"]
    document = first.stored("notes")
    assert document is not None
    assert len(calls) == 2 * len(words)
    assert len(json.loads(document)["notes"]) == len(calls)
