"""A tool call goes from the model through the session's hooks to the tool, and its result back."""

from __future__ import annotations

import json
import random

import pytest

from tests.e2e.app import App

SYLLABLES = ("ba", "ko", "ri", "mun", "tel", "sa", "dor", "vi", "lem", "pa")


def random_words(count: int = 2) -> str:
    """Words that no training text holds: what comes back was copied, not remembered."""
    rng = random.SystemRandom()
    return " ".join("".join(rng.choices(SYLLABLES, k=3)) for _ in range(count))


@pytest.fixture(params=["webgpu", "cpu"])
def app(request: pytest.FixtureRequest) -> App:
    shared: App = request.getfixturevalue(f"{request.param}_app")
    shared.new_conversation()
    return shared


def test_a_note_with_words_never_seen_ends_in_browser_storage(app: App) -> None:
    words = random_words()
    before = len(app.events())
    answer = app.ask(f"note that {words}")
    assert answer.state == "done"
    turn = app.events()[before:]
    call = next(event for event in turn if event["name"] == "tool:pre")
    assert call["payload"]["tool_name"] == "notes"
    assert call["payload"]["tool_input"] == {"action": "add", "text": words}
    stored = app.stored("notes")
    assert stored is not None
    assert words in [note["text"] for note in json.loads(stored)["notes"]]


def test_the_call_is_shown_as_a_card_and_never_as_text(app: App) -> None:
    answer = app.ask(f"note that {random_words()}")
    card = app.answers.last.get_by_test_id("tool-call")
    assert "notes" in card.inner_text()
    assert "<tool_call>" not in answer.text
