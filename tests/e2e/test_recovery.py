"""What is cut short ends well: the next question is answered."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.app import App, wait_until
from tests.e2e.conftest import Opener
from tests.e2e.trained import ANSWERS, EVERYTHING, KEY, WHAT


def start_long_answer(app: App) -> None:
    """Ask for the long answer and return while it is being written."""
    before = app.answers.count()
    app.send(EVERYTHING)
    expect(app.answers).to_have_count(before + 1, timeout=60_000)
    wait_until(
        app.page,
        "[...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent.length > 10",
        60_000,
    )


def test_stop_keeps_what_was_written_and_the_next_answer_is_right(webgpu_app: App) -> None:
    webgpu_app.new_conversation()
    start_long_answer(webgpu_app)
    webgpu_app.stop()
    stopped = webgpu_app.wait_for_answer()
    assert stopped.state == "stopped"
    assert 0 < len(stopped.text) < len(ANSWERS[EVERYTHING])
    assert ANSWERS[EVERYTHING].startswith(stopped.text)
    # A short one: a software adapter writes some ten tokens a second.
    assert webgpu_app.ask(KEY).text == ANSWERS[KEY]


def test_a_killed_engine_cell_or_room_costs_the_reader_nothing(open_on_cpu: Opener) -> None:
    app = open_on_cpu("?device=cpu")
    app.wait_until_ready()
    start_long_answer(app)
    app.kill_cell()
    assert app.wait_for_answer().text == ANSWERS[EVERYTHING]
    assert app.ask(WHAT).text == ANSWERS[WHAT]

    start_long_answer(app)
    app.kill_engine()
    assert app.wait_for_answer().text == ANSWERS[EVERYTHING]
    # Asked while the new engine may still load: the question waits for it.
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    assert app.engine_state()["model"]["engine"]["kind"] == "wllama"
