"""Studying and batches on the CPU engine: cards, reviews, exports; prompts, cut and gone on with."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from playwright.sync_api import Browser, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, LOAD_TIMEOUT_MS, App, wait_until
from tests.e2e.conftest import COLLECT_WORKERS, OriginGuard
from tests.e2e.tabs import python_of

Card = tuple[str, str]

# Every message that comes to the page by a port; what the engine's journal tells is handed on.
TELL_THE_JOURNAL = """
const seen = new WeakSet();
const listen = MessagePort.prototype.addEventListener;
MessagePort.prototype.addEventListener = function (type, ...rest) {
  if (type === "message" && !seen.has(this)) {
    seen.add(this);
    listen.call(this, "message", ({ data }) => {
      for (const event of data?.events ?? []) if (event.type === "observed") window.told(event.event);
    });
  }
  return listen.call(this, type, ...rest);
};
"""


STOP_AT_THE_SECOND_CARD = """() => new Promise(resolve => {
  const looking = setInterval(() => {
    if (document.querySelectorAll("[data-testid=card]").length < 2) return;
    clearInterval(looking);
    document.querySelector("[data-testid=stop-cards]").click();
    resolve();
  }, 5);
})"""


class Studied(App):
    """The application, and what its engine's journal has told in all lives of the page."""

    journal: list[dict[str, Any]]

    def hear(self, event: dict[str, Any]) -> None:
        """Several parts of the page listen to the journal: each event counts once."""
        if event not in self.journal:
            self.journal.append(event)

    def open(self, place: str) -> None:
        close = self.page.locator("dialog[open] [data-testid$=-close]")
        if close.count():
            close.click()
        self.page.get_by_test_id(f"go-{place}").click()

    def wait_for_the_engine(self) -> None:
        wait_until(self.page, "window.webllmApp?.engineState.kind === 'ready'", LOAD_TIMEOUT_MS)

    @property
    def cards(self) -> list[Card]:
        rows = self.page.get_by_test_id("card")
        return [
            (row.locator(".card-question").inner_text(), row.locator(".card-answer").inner_text())
            for row in rows.all()
        ]

    def ask_for_cards(self, topic: str, count: int) -> None:
        self.open("study")
        self.page.get_by_test_id("deck-topic").fill(topic)
        self.page.get_by_test_id("deck-count").fill(str(count))
        self.page.get_by_test_id("make-cards").click()

    def wait_for_cards(self, count: int) -> list[Card]:
        """The cards, once they are made: so many of them."""
        cards = self.page.get_by_test_id("card")
        expect(cards).to_have_count(count, timeout=ANSWER_TIMEOUT_MS)
        expect(self.page.get_by_test_id("making")).to_have_count(0, timeout=ANSWER_TIMEOUT_MS)
        expect(cards).to_have_count(count)
        return self.cards

    def download(self, button: str, folder: Path) -> Path:
        with self.page.expect_download() as download:
            self.page.get_by_test_id(button).click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path


@pytest.fixture(scope="module")
def app(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Studied]:
    with cpu_browser.new_context(service_workers="block", reduced_motion="reduce") as context:
        context.add_init_script(COLLECT_WORKERS)
        context.add_init_script(TELL_THE_JOURNAL)
        origin_guard.watch(context)
        app = Studied(context.new_page())
        app.journal = []
        app.page.expose_function("told", app.hear)
        app.page.goto(f"{site}?device=cpu")
        app.wait_for_the_engine()
        yield app


def test_cards_come_one_by_one_and_a_stop_in_the_middle_keeps_the_finished_ones(app: Studied) -> None:
    page = app.page
    app.ask_for_cards("The water cycle", 30)
    making = page.get_by_test_id("making")
    expect(making).to_contain_text("of 30 cards")
    # In the page: from here it could come when the model has said all that it can ask of a subject.
    page.evaluate(STOP_AT_THE_SECOND_CARD)
    expect(page.get_by_test_id("making-note")).to_contain_text("Stopped at", timeout=ANSWER_TIMEOUT_MS)
    kept = app.cards
    assert 2 <= len(kept) < 30
    assert len({question for question, _ in kept}) == len(kept)

    # They are there after a reload, and more can be made, none of them twice.
    page.reload()
    app.wait_for_the_engine()
    expect(page.get_by_test_id("card")).to_have_count(len(kept))
    assert app.cards == kept
    page.get_by_test_id("more-count").fill("4")
    page.get_by_test_id("more-cards").click()
    expect(page.get_by_test_id("making")).to_have_count(0, timeout=ANSWER_TIMEOUT_MS)
    more = app.cards
    assert more[: len(kept)] == kept
    assert len({question for question, _ in more}) == len(more)
    # A small model repeats itself: it need not find as many, or any, and then that is said.
    found = len(more) - len(kept)
    if found < 4:
        expect(page.get_by_test_id("making-note")).to_contain_text(f"{found} of 4")

    # One is changed by hand, one deleted and brought back.
    page.get_by_test_id("edit-card").first.click()
    page.get_by_test_id("card-question").fill("What rises from the sea?")
    page.get_by_test_id("card-answer").fill("Vapour,\nwhich is water.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("card").first).to_contain_text("Vapour")
    page.get_by_test_id("remove-card").nth(1).click()
    expect(page.get_by_test_id("card")).to_have_count(len(more) - 1)
    page.get_by_test_id("undo-card").click()
    expect(page.get_by_test_id("card")).to_have_count(len(more))
    assert app.cards == [("What rises from the sea?", "Vapour,\nwhich is water."), *more[1:]]


def test_the_same_again_gives_the_same_cards_at_once_and_new_ones_on_demand(app: Studied) -> None:
    page = app.page
    app.wait_until_ready()
    app.ask_for_cards("Rivers", 2)
    first = app.wait_for_cards(2)
    asked = starts(app)
    app.ask_for_cards("Rivers", 2)
    note = page.get_by_test_id("making-note")
    expect(note).to_contain_text("was asked before")
    assert app.cards == first
    assert starts(app) == asked, "The engine was asked."
    page.get_by_test_id("renew-cards").click()
    # The cards that are there stay until a new one comes: it is the engine that says that it was asked.
    wait_for_starts(app, asked + 2)
    app.wait_for_cards(2)
    expect(note).to_have_count(0)


def test_a_review_is_done_by_keyboard_alone(app: Studied) -> None:
    page = app.page
    app.ask_for_cards("Lakes", 2)
    cards = app.wait_for_cards(2)
    left = page.get_by_test_id("review-left")
    answer = page.get_by_test_id("review-answer")
    page.get_by_test_id("start-review").press("Enter")
    expect(page.get_by_test_id("review-question")).to_contain_text(cards[0][0])
    expect(answer).to_have_text("")
    page.keyboard.press("Space")
    expect(answer).to_contain_text(cards[0][1])
    # A card that was not known comes again in the same sitting; a grade can be taken back.
    page.keyboard.press("1")
    expect(left).to_have_text("2 left")
    expect(page.get_by_test_id("review-question")).to_contain_text(cards[1][0])
    page.keyboard.press("u")
    expect(answer).to_contain_text(cards[0][1])
    for _ in cards:
        page.keyboard.press("4")
        page.keyboard.press("Space")
    expect(page.get_by_test_id("review-done")).to_be_visible()
    page.get_by_test_id("end-review").press("Enter")
    expect(page.get_by_test_id("review-all")).to_be_visible()
    expect(page.locator(".card-when").first).to_have_text("In 8 days")


def test_each_export_is_opened_by_a_reader_of_its_own(app: Studied, tmp_path: Path) -> None:
    page = app.page
    app.open("study")
    page.get_by_test_id("deck-topic").fill("By hand: <b>")
    page.get_by_test_id("empty-deck").click()
    cards = [("Ist 1 < 2?", 'Ja, "immer"'), ("Zwei\nZeilen", "=1+1; ä")]
    for question, answer in cards:
        page.get_by_test_id("add-card").click()
        page.get_by_test_id("card-question").fill(question)
        page.get_by_test_id("card-answer").fill(answer)
        page.get_by_test_id("save-card").click()
    expect(page.get_by_test_id("card")).to_have_count(2)

    exported = json.loads(app.download("export-json", tmp_path).read_text("utf-8"))
    assert [(card["question"], card["answer"]) for card in exported["cards"]] == cards
    with app.download("export-csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        assert [tuple(row) for row in csv.reader(file)] == [("question", "answer"), *cards]
    assert in_anki(app.download("export-anki", tmp_path), tmp_path) == [
        ("By hand: <b>", "Ist 1 &lt; 2?", 'Ja, "immer"'),
        ("By hand: <b>", "Zwei<br>Zeilen", "=1+1; ä"),
    ]


def in_anki(package: Path, folder: Path) -> list[tuple[str, str, str]]:
    """What Anki itself finds in a package: deck and fields of every note."""
    collection = Collection(str(folder / "collection.anki2"))
    try:
        request = ImportAnkiPackageRequest(package_path=str(package), options=ImportAnkiPackageOptions())
        assert len(collection.import_anki_package(request).log.new) == 2
        notes = [collection.get_note(note) for note in collection.find_notes("")]
        return [(collection.decks.name(note.cards()[0].did), *note.fields) for note in notes]
    finally:
        collection.close()


def test_a_hundred_prompts_are_paused_and_survive_a_reload_and_nothing_is_asked_twice(
    app: Studied, tmp_path: Path
) -> None:
    page = app.page
    app.open("settings")
    # Two are computed at once: long enough that the batch is not over before the page has gone.
    page.get_by_test_id("set-max_tokens").fill("16")
    app.open("batch")
    prompts = [f"What is this application, {number}?" for number in range(100)]
    table = "id,prompt\n" + "".join(f'{number},"{prompt}"\n' for number, prompt in enumerate(prompts))
    page.get_by_test_id("batch-file").set_input_files(
        {"name": "questions.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    expect(page.get_by_test_id("batch-count")).to_have_text("100 prompts")
    app.journal.clear()
    page.get_by_test_id("run-batch").click()

    once_answered(app, 10, "document.querySelector('[data-testid=pause-batch]').click()")
    expect(page.get_by_test_id("batch-progress")).to_contain_text("Paused", timeout=ANSWER_TIMEOUT_MS)
    paused = page.get_by_test_id("batch-progress").inner_text()
    page.get_by_test_id("resume-batch").click()
    with page.expect_event("framenavigated", lambda frame: frame == page.main_frame):
        once_answered(app, 40, "location.reload()")
    app.wait_for_the_engine()
    progress = page.get_by_test_id("batch-progress")
    expect(progress).to_contain_text("Paused")
    assert progress.inner_text() != paused
    page.get_by_test_id("resume-batch").click()
    expect(progress).to_have_text("Finished · 100 of 100", timeout=ANSWER_TIMEOUT_MS)

    # What the engine's journal tells of its answers to prompts: each index once. What it told while the page
    # went nobody heard, and that may be more on a busy machine.
    told = [event["details"]["index"] for event in app.journal if event["name"] == "batch_item"]
    assert len(told) == len(set(told))
    assert len(told) >= 60

    results = json.loads(app.download("results-json", tmp_path).read_text("utf-8"))["results"]
    assert [result["prompt"] for result in results] == prompts
    assert all(result["state"] == "done" and result["text"] for result in results)
    assert all(result["completion_tokens"] > 0 for result in results)
    with app.download("results-csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [result["text"] for result in results]


def once_answered(app: Studied, count: int, act: str) -> None:
    """Act in the page as soon as so many prompts have their answer: from outside it might be too late."""
    app.page.evaluate(
        f"""count => new Promise((resolve) => {{
          const look = () => {{
            const done = document.querySelectorAll("[data-testid=prompt][data-state=done]").length;
            if (done < count) return setTimeout(look, 5);
            setTimeout(() => {{ {act}; }});
            resolve();
          }};
          look();
        }})""",
        count,
    )


def starts(app: Studied) -> int:
    """How many requests the engine has begun to answer, by itself: what it tells others comes later."""
    report = json.loads(python_of(app).evaluate("js_llm_query(JSON.stringify({ type: 'diagnose' }))"))
    return int(report["report"]["events"].get("request_started", 0))


def wait_for_starts(app: Studied, count: int) -> None:
    """Wait until the engine has begun to answer so many requests."""
    ends = time.monotonic() + ANSWER_TIMEOUT_MS / 1000
    while starts(app) < count:
        assert time.monotonic() < ends, f"The engine was asked {starts(app)} times, not {count}."
        app.page.wait_for_timeout(20)
