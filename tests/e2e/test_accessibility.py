"""Everybody can use it: by axe on every screen, by the keyboard alone, and in another language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.app import App
from tests.e2e.axe import Axe
from tools.screens import SCREENS, Screen, close_sheet, open_sheet

PHONE = ViewportSize(width=390, height=844)
COLOURS = ("color-contrast",)


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


def tab_to(page: Page, test_id: str, limit: int = 12) -> None:
    """Press Tab until the focus stands within an element."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.get_by_test_id(test_id).locator(":focus").count():
            return
    raise AssertionError(f"Tab does not lead to {test_id}.")


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
