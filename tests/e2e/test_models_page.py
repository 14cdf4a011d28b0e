"""The models' place in a real browser with the real engine on the CPU."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.app import LOAD_TIMEOUT_MS, App, wait_until
from tests.e2e.conftest import OriginGuard
from tests.e2e.gated_host import Gate, gated
from tools.serve import SITE

DEMO_GGUF = "models/demo/demo.gguf"
OWN = "custom-demo"
QUESTION = "What is this application?"
PHONE = {"width": 390, "height": 844}
TOO_WIDE = """[...document.querySelectorAll("html, dialog, dialog [data-scroll]")]
    .filter(element => element.scrollWidth > element.clientWidth).map(element => element.className)"""

# Looked at with each frame, in the page itself: from outside, a whole answer goes by between two looks.
STOP_EARLY = """new Promise(resolve => {
    const look = () => {
      const answer = document.querySelector('[data-testid="message-assistant"]');
      const written = answer?.querySelector('[data-testid="answer-text"]');
      const streams = answer?.dataset.state === "streaming";
      if (answer && !streams) return resolve(false);
      if (!written) return requestAnimationFrame(look);
      document.querySelector('[data-testid="stop"]').click();
      resolve(true);
    };
    look();
  })"""
ATTEMPTS = 8

Opener = Callable[..., App]


class ModelsPlace:
    """The place for models, as a person uses it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.page: Page = app.page
        wait_until(self.page, "webllmApp.engineState.kind === 'ready'", LOAD_TIMEOUT_MS)

    def open(self, section: str = "catalogue") -> None:
        if not self.place.is_visible():
            self.page.get_by_test_id("model-picker").click()
        self.page.get_by_test_id(f"tab-{section}").click()

    def close(self) -> None:
        self.page.get_by_test_id("model-dialog-close").click()

    def search(self, words: str) -> None:
        self.page.get_by_test_id("model-search").fill(words)

    def add(self, address: str, name: str = "demo") -> None:
        """Add a GGUF model by its address."""
        self.open("add")
        self.page.get_by_test_id("add-ggufUrl").fill(address)
        self.page.get_by_test_id("add-name").fill(name)
        self.page.get_by_test_id("add-submit").click()
        expect(self.row(f"custom-{name}")).to_have_attribute("data-open", "true")

    def download(self, model: str, *, use: bool) -> None:
        self.row(model).get_by_test_id("model-download").click()
        self.page.get_by_test_id("confirm" if use else "confirm-download-only").click()

    def fetch_whole(self, model: str) -> None:
        self.download(model, use=False)
        expect(self.row(model).get_by_test_id("model-use")).to_be_visible(timeout=LOAD_TIMEOUT_MS)

    @property
    def place(self) -> Locator:
        return self.page.get_by_test_id("model-dialog")

    def row(self, model: str) -> Locator:
        return self.page.locator(f'[data-testid="model-option"][data-model="{model}"]')

    def stored(self, model: str) -> Locator:
        return self.page.locator(f'[data-testid="stored-model"][data-model="{model}"]')


@pytest.fixture(scope="module")
def opened(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[ModelsPlace]:
    """One page for all that leave it usable; each of them gives its models names of its own."""
    with cpu_browser.new_context(service_workers="block") as context:
        origin_guard.watch(context)
        app = App(context.new_page())
        app.page.goto(f"{site}?device=cpu")
        app.wait_until_ready()
        yield ModelsPlace(app)


@pytest.fixture
def models(opened: ModelsPlace) -> Iterator[ModelsPlace]:
    opened.app.wait_until_ready()
    opened.app.new_conversation()
    yield opened
    if opened.place.is_visible():
        opened.close()


def test_a_model_that_needs_webgpu_says_so_and_leads_to_one_that_runs_here(models: ModelsPlace) -> None:
    models.open()
    models.search("llama-3.2-1b q4f32")
    row = models.row("Llama-3.2-1B-Instruct-q4f32_1-MLC")
    expect(row.get_by_test_id("verdict")).to_have_attribute("data-fits", "false")
    expect(row.get_by_test_id("model-download")).to_have_count(0)
    row.get_by_role("button").first.click()
    models.page.get_by_test_id("model-suggestion").click()
    expect(models.page.locator('[data-testid="model-option"][data-open="true"]')).to_be_in_viewport()
    opened = models.page.locator('[data-testid="model-option"][data-open="true"]')
    expect(opened.get_by_test_id("verdict")).to_have_attribute("data-fits", "true")


def test_one_conversation_goes_on_with_one_model_after_another(models: ModelsPlace) -> None:
    app, page = models.app, models.page
    app.ask(QUESTION)

    # By address: it answers as soon as it is here. Its own name stands below the answer.
    models.add(DEMO_GGUF, "mine")
    models.download("custom-mine", use=True)
    wait_until(page, "webllmApp.engineState.model?.id === 'custom-mine'", LOAD_TIMEOUT_MS)
    models.close()
    answer = app.ask(QUESTION)
    assert answer.state == "done"
    assert answer.text != ""
    assert "mine" in answer.figures
    expect(page.get_by_test_id("model-picker")).to_contain_text("mine")

    # From a file; both lie here.
    models.open("add")
    page.get_by_test_id("add-file").set_input_files(SITE / DEMO_GGUF)
    expect(models.row(OWN).get_by_test_id("model-use")).to_be_visible(timeout=LOAD_TIMEOUT_MS)
    models.open("storage")
    for model in ("custom-mine", OWN):
        expect(models.stored(model)).to_have_attribute("data-state", "whole")
    models.stored(OWN).get_by_test_id("model-use").click()
    expect(models.place).to_be_hidden()
    wait_until(page, f"webllmApp.engineState.model?.id === '{OWN}'", LOAD_TIMEOUT_MS)
    answer = app.ask("Hello")
    assert "demo" in answer.figures
    assert "mine" not in answer.figures
    expect(app.answers).to_have_count(3)


def test_what_is_stored_is_shown_in_bytes_and_deleted_after_a_question(models: ModelsPlace) -> None:
    kept = "custom-kept"
    models.add(DEMO_GGUF, "kept")
    models.fetch_whole(kept)
    models.open("storage")
    size = (SITE / DEMO_GGUF).stat().st_size
    expect(models.stored(kept)).to_have_attribute("data-state", "whole")
    expect(models.stored(kept).get_by_test_id("stored-facts")).to_contain_text(f"{size / 1e6:.0f}")
    models.stored(kept).get_by_test_id("stored-delete").click()
    models.page.get_by_test_id("confirm").click()
    expect(models.stored(kept)).to_have_count(0)
    models.open()
    expect(models.row(kept).get_by_test_id("model-download")).to_be_visible()


def test_a_model_is_saved_as_a_file_and_read_in_again(models: ModelsPlace, tmp_path: Path) -> None:
    saved = "custom-saved"
    models.add(DEMO_GGUF, "saved")
    models.fetch_whole(saved)
    models.open("storage")
    with models.page.expect_download(timeout=LOAD_TIMEOUT_MS) as saving:
        models.stored(saved).get_by_test_id("stored-export").click()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    assert file.stat().st_size >= (SITE / DEMO_GGUF).stat().st_size
    models.stored(saved).get_by_test_id("stored-delete").click()
    models.page.get_by_test_id("confirm").click()
    expect(models.stored(saved)).to_have_count(0)
    models.page.get_by_test_id("model-import").set_input_files(file)
    expect(models.row(saved).get_by_test_id("model-use")).to_be_visible(timeout=LOAD_TIMEOUT_MS)


@pytest.fixture
def gate(cpu_browser: Browser) -> Iterator[Gate]:
    with gated(SITE / DEMO_GGUF, at=0.5) as gate:
        yield gate


def test_a_download_is_paused_and_goes_on_where_it_stopped(cpu_browser: Browser, gate: Gate) -> None:
    with cpu_browser.new_context(service_workers="block") as context:
        app = App(context.new_page())
        app.page.goto(f"{gate.url}?device=cpu")
        models = ModelsPlace(app)
        models.add(gate.address)
        models.download(OWN, use=False)
        facts = models.row(OWN).get_by_test_id("transfer-facts")
        expect(facts).to_contain_text("of", timeout=LOAD_TIMEOUT_MS)
        # What answers goes on answering meanwhile.
        assert app.engine_state()["kind"] == "ready"
        models.row(OWN).get_by_test_id("model-pause").click()
        expect(models.row(OWN).get_by_test_id("transfer")).to_have_attribute("data-state", "paused")
        expect(models.row(OWN).get_by_test_id("transfer")).to_contain_text("are kept")
        models.open("storage")
        expect(models.stored(OWN)).to_have_attribute("data-state", "partial")
        requests = len(gate.starts)
        gate.opened.set()
        models.stored(OWN).get_by_test_id("model-resume").click()
        expect(models.stored(OWN)).to_have_attribute("data-state", "whole", timeout=LOAD_TIMEOUT_MS)
        assert min(gate.starts[requests:]) > 0


def test_everything_is_reached_by_the_keyboard_and_the_focus_comes_back(models: ModelsPlace) -> None:
    page = models.page
    picker = page.get_by_test_id("model-picker")
    picker.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("model-search")).to_be_focused()
    page.keyboard.type("smollm2 360m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("model-details")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("confirm")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("question-download")).to_have_count(0)
    expect(models.place).to_be_visible()
    page.keyboard.press("Escape")
    expect(models.place).to_be_hidden()
    expect(picker).to_be_focused()


def test_a_phone_gets_the_whole_screen_and_scrolls_nowhere_sideways(open_on_cpu: Opener) -> None:
    app = open_on_cpu("?device=cpu", viewport=PHONE, is_mobile=True, has_touch=True)
    models = ModelsPlace(app)
    for section in ("catalogue", "storage", "add", "engine"):
        models.open(section)
        box = models.place.bounding_box()
        assert box == {"x": 0, "y": 0, **PHONE}
        assert models.page.evaluate(TOO_WIDE) == []


def test_the_ladder_is_let_run_and_pinned(models: ModelsPlace) -> None:
    models.open("engine")
    ladder = models.page.get_by_test_id("ladder")
    ladder.get_by_test_id("ladder-start").click()
    # What lies in this browser, from the smallest on; one of them answers.
    active = ladder.locator("[data-testid=rung][data-state=active]")
    expect(active).to_have_count(1, timeout=LOAD_TIMEOUT_MS)
    active.get_by_test_id("rung-pin").click()
    expect(active.get_by_test_id("rung-pin")).to_have_attribute("aria-pressed", "true")
    pinned = active.get_attribute("data-model")
    models.close()
    assert models.app.ask(QUESTION).state == "done"
    assert models.app.engine_state()["model"]["id"] == pinned


def test_the_engine_is_reset_and_answers_again(models: ModelsPlace) -> None:
    models.open("engine")
    models.page.get_by_test_id("engine-reset").click()
    models.page.get_by_test_id("confirm").click()
    expect(models.page.get_by_test_id("engine-reset")).to_be_enabled(timeout=LOAD_TIMEOUT_MS)
    models.close()
    models.app.wait_until_ready()
    assert models.app.ask(QUESTION).state == "done"


def test_the_report_holds_facts_and_no_word_of_the_conversation(models: ModelsPlace) -> None:
    models.app.ask("zanzibarlantern")
    models.open("engine")
    models.page.get_by_test_id("report-make").click()
    report = models.page.get_by_test_id("report-text").inner_text()
    assert set(json.loads(report)) == {"page", "engine"}
    assert "zanzibarlantern" not in report


def stopped_answer(app: App) -> str:
    """Ask and stop in the middle. A busy machine may show an answer only when it is whole: then again."""
    for _ in range(ATTEMPTS):
        app.new_conversation()
        app.send(QUESTION)
        app.page.evaluate(STOP_EARLY)
        answer = app.wait_for_answer()
        if answer.state == "stopped":
            return answer.text
    raise AssertionError("No answer could be stopped before its end.")


def test_a_stopped_answer_goes_on_behind_its_text(models: ModelsPlace) -> None:
    app = models.app
    written = stopped_answer(app)
    app.page.get_by_test_id("continue").click()
    expect(app.answers.last).to_have_attribute("data-state", "done", timeout=LOAD_TIMEOUT_MS)
    assert app.wait_for_answer().text.startswith(written)
    # In its own place: it is one answer to one question.
    expect(app.answers).to_have_count(1)
