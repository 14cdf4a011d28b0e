"""Everybody can use it: by axe on every screen, by the keyboard alone, and in another language."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.app import App
from tests.e2e.axe import Axe

NOTE = "Note that the tea is in the blue tin"
PHONE = ViewportSize(width=390, height=844)
COLOURS = ("color-contrast",)


@pytest.fixture(scope="module")
def app(cpu_browser: Browser, site: str) -> Iterator[App]:
    """A conversation with a tool call, in a page where nothing moves."""
    with cpu_browser.new_context(locale="en-US", reduced_motion="reduce") as context:
        page = context.new_page()
        app = App(page)
        page.goto(f"{site}?device=cpu")
        app.wait_until_ready()
        app.ask(NOTE)
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


def open_sheet(page: Page, name: str) -> None:
    if not page.get_by_test_id(f"go-{name}").is_visible():
        page.get_by_test_id("open-drawer").click()
    page.get_by_test_id(f"go-{name}").click()


def close_sheet(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def looks(page: Page, look: Callable[[str], None]) -> None:
    """Every screen in turn, wherever the page is wide or narrow."""
    look("conversation")

    open_sheet(page, "models")
    expect(page.get_by_test_id("verdict").first).to_be_visible()
    for tab in ("catalogue", "storage", "add", "engine"):
        page.get_by_test_id(f"tab-{tab}").click()
        look(f"models, {tab}")
    close_sheet(page)

    open_sheet(page, "tools")
    expect(page.get_by_test_id("tools-place").locator("h3").first).to_be_visible()
    look("tools")
    close_sheet(page)

    open_sheet(page, "help")
    expect(page.get_by_test_id("help-place").locator("h3").first).to_be_visible()
    look("help")
    close_sheet(page)

    open_sheet(page, "settings")
    page.get_by_test_id("more-numbers").click()
    page.get_by_test_id("set-temperature").fill("9")
    page.get_by_test_id("set-mode").get_by_text("A server", exact=True).click()
    look("settings")
    page.get_by_test_id("set-temperature").fill("")
    page.get_by_test_id("set-mode").get_by_text("This browser", exact=True).click()
    close_sheet(page)


def test_axe_finds_nothing_on_any_screen(page: Page) -> None:
    axe = Axe(page)
    found: list[str] = []
    looks(page, lambda screen: found.extend(axe.violations(screen)))
    page.emulate_media(color_scheme="dark")
    looks(page, lambda screen: found.extend(axe.violations(f"dark {screen}", rules=COLOURS)))

    page.set_viewport_size(PHONE)
    page.get_by_test_id("open-drawer").click()
    found += axe.violations("dark drawer on a phone")
    page.keyboard.press("Escape")
    looks(page, lambda screen: found.extend(axe.violations(f"dark {screen} on a phone")))
    page.emulate_media(color_scheme="light")
    found += axe.violations("conversation on a phone")

    # A page before its first question, with what is told in the first minute, and with the console of events.
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_test_id("new-conversation").click()
    expect(page.get_by_test_id("no-webgpu")).to_be_visible()
    open_sheet(page, "settings")
    page.get_by_test_id("set-debug").click()
    close_sheet(page)
    expect(page.get_by_test_id("event-console")).to_be_visible()
    found += axe.violations("first minute, with the console")
    open_sheet(page, "settings")
    page.get_by_test_id("set-debug").click()
    close_sheet(page)

    assert not found, "\n".join(found)
    assert axe.screens == 3 * 8 + 3


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
