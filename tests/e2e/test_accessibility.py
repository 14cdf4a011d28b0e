"""Everybody can use it: by axe on every screen, by the keyboard alone, and in another language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until
from tests.e2e.axe import Axe
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT
from tools.screens import SCREENS, Screen, close_sheet, open_sheet

PHONE = ViewportSize(width=390, height=844)
COLOURS = ("color-contrast",)
FOCUSED_IN = "id => document.activeElement.closest(`[data-testid='${id}']`) !== null"
# What a screen reader is told from now on, and how much moved meanwhile.
HEAR = """() => {
  globalThis.heard = [];
  globalThis.moved = 0;
  const announcer = document.querySelector("[data-testid=announcer]");
  new MutationObserver(() => {
    heard.push(announcer.textContent);
    moved += document.getAnimations().length;
  }).observe(announcer, { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def app(cpu_browser: Browser, site: str) -> Iterator[App]:
    """A page where nothing moves."""
    with cpu_browser.new_context(locale="en-US", reduced_motion="reduce") as context:
        page = context.new_page()
        app = App(page)
        page.goto(f"{site}?device=cpu")
        app.wait_until_ready()
        yield app


@pytest.fixture
def page(app: App) -> Iterator[Page]:
    page = app.page
    page.set_viewport_size({"width": 1280, "height": 800})
    # The button for a new conversation stands in the column, and on a phone in the head.
    expect(page.get_by_test_id("sidebar")).to_be_visible()
    yield page
    page.emulate_media(color_scheme="light")
    while page.locator("dialog[open]").count():
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)


@contextmanager
def faults(app: App) -> Iterator[None]:
    """Settings with a number that is none of them, and a server whose address is missing."""
    page = app.page
    open_sheet(page, "settings")
    page.get_by_test_id("set-temperature").fill("9")
    page.get_by_test_id("set-mode").get_by_text("A server", exact=True).click()
    expect(page.get_by_test_id("set-server-address")).to_be_visible()
    yield
    page.get_by_test_id("set-temperature").fill("")
    page.get_by_test_id("set-mode").get_by_text("This browser", exact=True).click()
    close_sheet(page)


LOOKED_AT = (*SCREENS, Screen("settings with a fault", "", faults))


def test_axe_finds_nothing_on_any_screen(app: App, page: Page) -> None:
    axe = Axe(page)
    found: list[str] = []
    for screen in (each for each in LOOKED_AT if not each.narrow):
        with screen.show(app):
            found += axe.violations(screen.name)
            page.emulate_media(color_scheme="dark")
            found += axe.violations(f"dark {screen.name}", rules=COLOURS)
            page.emulate_media(color_scheme="light")

    page.set_viewport_size(PHONE)
    for screen in LOOKED_AT:
        with screen.show(app):
            found += axe.violations(f"{screen.name} on a phone")
    assert not found, "\n".join(found)


def test_a_keyboard_is_enough(app: App, page: Page) -> None:
    page.get_by_test_id("new-conversation").focus()
    page.keyboard.press("Enter")
    expect(app.answers).to_have_count(0)
    composer = page.get_by_test_id("composer")
    expect(composer).to_be_focused()
    page.keyboard.type("What is this application?")
    page.keyboard.press("Enter")
    assert app.wait_for_answer_number(1).state == "done"
    expect(composer).to_be_focused()

    # A sheet takes the focus, and gives it back.
    page.get_by_test_id("model-picker").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("model-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("model-picker")).to_be_focused()

    composer.focus()
    page.keyboard.press("Control+,")
    expect(page.get_by_test_id("settings-place")).to_be_visible()
    expect(page.locator("#settings-title")).to_be_focused()
    assert page.title().startswith("Settings")
    tab_to(page, "preset")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("set-max_tokens")).to_have_value("256")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("set-max_tokens")).to_have_value("")

    # The back button closes it; the address of the conversation is there again.
    page.go_back()
    expect(page.get_by_test_id("settings-place")).to_be_hidden()
    expect(composer).to_be_focused()
    assert "#/settings" not in page.url

    # The link at the very beginning leads past everything.
    page.locator(".skip-link").focus()
    page.keyboard.press("Enter")
    expect(composer).to_be_focused()


def tab_to(page: Page, test_id: str, key: str = "Tab", limit: int = 12) -> None:
    """Press Tab until the focus stands on or within an element."""
    for _ in range(limit):
        page.keyboard.press(key)
        if page.evaluate(FOCUSED_IN, test_id):
            return
    raise AssertionError(f"{key} does not lead to {test_id}.")


def back_to(page: Page, test_id: str) -> None:
    tab_to(page, test_id, "Shift+Tab")


def test_a_whole_conversation_needs_no_pointer(app: App, page: Page) -> None:
    composer = page.get_by_test_id("composer")
    questions = page.get_by_test_id("message-user")
    page.keyboard.press("Control+Shift+O")
    expect(app.answers).to_have_count(0)
    expect(composer).to_be_focused()
    page.evaluate(HEAR)
    page.keyboard.type(WHAT)
    page.keyboard.press("Enter")
    assert app.wait_for_answer_number(1).text == ANSWERS[WHAT]
    # A screen reader heard each sentence once, and nothing moved for whoever wants no motion.
    wait_until(page, f"heard.join(' ').length >= {len(ANSWERS[WHAT])}", ANSWER_TIMEOUT_MS)
    assert page.evaluate("heard.join(' ')") == ANSWERS[WHAT]
    assert page.evaluate("moved") == 0

    # Other words, and back to the first ones.
    back_to(page, "edit")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("question-field")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(OFFLINE)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("branch-at")).to_have_text("2 / 2")
    assert app.wait_for_answer().text == ANSWERS[OFFLINE]
    expect(composer).to_be_focused()
    back_to(page, "branch-previous")
    page.keyboard.press("Enter")
    expect(questions).to_contain_text(WHAT)

    # Another answer; the button goes with the answer that it stood beside, the focus does not.
    back_to(page, "delete-turn")
    tab_to(page, "again")
    page.keyboard.press("Enter")
    expect(app.answers.last.get_by_test_id("branch-at")).to_have_text("2 / 2")
    assert app.wait_for_answer().text == ANSWERS[WHAT]
    assert page.evaluate("document.activeElement !== document.body")

    # Deleted, and taken back.
    composer.focus()
    back_to(page, "delete-turn")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("undo-button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(questions).to_contain_text(WHAT)
    expect(composer).to_be_focused()

    # A system prompt from the menu, and away with it.
    back_to(page, "composer-more")
    page.keyboard.press("Enter")
    tab_to(page, "instruction")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("instruction-field")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("instruction-panel")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")

    # Found again, renamed, deleted and brought back.
    page.keyboard.press("Control+k")
    page.keyboard.type(WHAT[:12])
    expect(page.get_by_test_id("hits")).to_have_attribute("data-searching", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("F2")
    expect(page.get_by_test_id("conversation-title-field")).to_be_focused()
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("conversation-title").first).to_have_text("By hand")
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("undo-remove")).to_be_visible()
    tab_to(page, "undo-remove", limit=40)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("undo-remove")).to_have_count(0)
    expect(app.answers).to_have_count(1)
    page.get_by_test_id("clear-search").click()


def test_the_language_changes_at_once_and_stays(app: App, page: Page) -> None:
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    open_sheet(page, "settings")
    page.get_by_test_id("set-language").get_by_text("Deutsch", exact=True).click()
    expect(page.locator("#settings-title")).to_have_text("Einstellungen")
    expect(html).to_have_attribute("lang", "de")
    assert page.title().startswith("Einstellungen")
    page.get_by_test_id("settings-close").click()
    expect(page.get_by_test_id("composer")).to_have_attribute("placeholder", "Frag etwas")

    # Words come from the catalogue that was chosen already with the first paint.
    page.reload()
    expect(html).to_have_attribute("lang", "de")
    expect(page.get_by_test_id("new-conversation")).to_contain_text("Neue Unterhaltung")
    open_sheet(page, "settings")
    page.get_by_test_id("set-language").get_by_text("Wie der Browser", exact=True).click()
    expect(html).to_have_attribute("lang", "en")
