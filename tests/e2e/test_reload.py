"""A page that is left in the midst of an answer goes on with it when it is opened again."""

from __future__ import annotations

import json
import time
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until
from tests.e2e.conftest import Opener
from tests.e2e.tabs import python_of
from tests.e2e.trained import ANSWERS, EVERYTHING, OFFLINE, WHAT

DUMP = (Path(__file__).parent / "dump_storage.js").read_text()

# Lets through the first batches of each answer: on the CPU one would be over before a page can be left.
HOLD_BACK = """() => {
  const open = js_llm_stream;
  globalThis.js_llm_stream = body => {
    const stream = open(body);
    let batches = 0;
    const next = () => (batches++ < 2 ? stream.next() : new Promise(() => {}));
    return { next, cancel: () => stream.cancel() };
  };
}"""


def kept(app: App) -> str:
    """What Python has kept of the answer."""
    conversation = app.page.evaluate("webllmApp.conversation.id")
    record = app.stored(f"answers/{conversation}/turn")
    return "" if record is None else str(json.loads(record)["text"])


def wait_until_kept(app: App, question: str) -> None:
    """Wait until the question and something of its answer stand in the database of conversations."""
    shown = "webllmApp.conversation.turns.at(-1).parts.find(part => part.text)?.text.slice(0, 8)"
    start = app.page.evaluate(shown)
    deadline = time.monotonic() + ANSWER_TIMEOUT_MS / 1000
    while True:
        turns = [line for line in app.page.evaluate(DUMP).splitlines() if '"askedAt"' in line]
        if any(question in line and start in line for line in turns):
            return
        assert time.monotonic() < deadline, "the screen was not kept"
        app.page.wait_for_timeout(100)


def leave_while_it_writes(app: App, question: str) -> str:
    """Ask, and load the page again once something of the answer is there and kept. Returns what was kept."""
    python_of(app).evaluate(HOLD_BACK)
    before = app.answers.count()
    app.send(question)
    expect(app.answers).to_have_count(before + 1, timeout=ANSWER_TIMEOUT_MS)
    deadline = time.monotonic() + ANSWER_TIMEOUT_MS / 1000
    while not (text := kept(app)):
        assert time.monotonic() < deadline, "nothing of the answer was kept"
        app.page.wait_for_timeout(100)
    wait_until(app.page, "webllmApp.conversation.turns.at(-1).parts.length > 0", ANSWER_TIMEOUT_MS)
    # A little later the screen is kept as well.
    wait_until_kept(app, question)
    app.page.reload()
    return text


def test_an_answer_goes_on_after_a_reload_and_in_no_other_tab(open_on_cpu: Opener) -> None:
    app = open_on_cpu("?device=cpu")
    app.wait_until_ready()
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    written = leave_while_it_writes(app, EVERYTHING)
    assert ANSWERS[EVERYTHING].startswith(written)
    # At once, before Python or a model are there: both answers, the second one unfinished.
    expect(app.answers).to_have_count(2)
    expect(app.answers.last).to_have_attribute("data-state", "streaming")
    app.wait_until_ready()
    assert app.wait_for_answer().text == ANSWERS[EVERYTHING]
    # Nothing is left to go on with, and the session knows what was said.
    deadline = time.monotonic() + ANSWER_TIMEOUT_MS / 1000
    while kept(app):
        assert time.monotonic() < deadline, "what was kept of the answer stays"
        app.page.wait_for_timeout(50)
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    messages = app.page.evaluate("webllmApp.conversation.turns.length")
    assert messages == 3

    # Open in this tab, it is not taken by another one, which opens the application and no conversation.
    python_of(app).evaluate(HOLD_BACK)
    app.send(OFFLINE)
    wait_until(app.page, "webllmApp.conversation.turns.at(-1).parts.length > 0", ANSWER_TIMEOUT_MS)
    wait_until_kept(app, OFFLINE)
    other = App(app.page.context.new_page())
    other.page.goto(app.page.url.split("#")[0])
    other.wait_until_ready()
    expect(other.answers).to_have_count(0)
