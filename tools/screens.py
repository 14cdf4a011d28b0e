"""Every screen of the application, and how a person comes there.

A screen is a context manager over an `App`: within it the screen stands, behind it the conversation is back.
Who adds a place to the application adds its screen here: its pictures (`make screenshots`) and its look by
axe (`tests/e2e/test_accessibility.py`) come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App

Show = Callable[[App], AbstractContextManager[None]]

NOTE = "Note that the tea is in the blue tin"
QUESTIONS = ("What is this application?", NOTE, "what are my notes?")
CONSENT_FOR = "Note that the spare key is under the mat"
OTHER_CONVERSATIONS = ("Is it private?", "How do I go offline?", "What is Amplifier?")


@dataclass(frozen=True)
class Screen:
    """A screen.

    Attributes:
        name: of its pictures, and in what is found on it.
        title: what it shows, for the page of pictures.
        show: brings it up, and takes it away again.
        narrow: it exists on a phone alone.
    """

    name: str
    title: str
    show: Show
    narrow: bool = False


def open_sheet(page: Page, name: str) -> None:
    """Follow the link to a place, in the sidebar or in the drawer."""
    link = page.get_by_test_id(f"go-{name}")
    if not link.is_visible():
        page.get_by_test_id("open-drawer").click()
    link.click()


def close_sheet(page: Page) -> None:
    """Back to the conversation."""
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def place(name: str, in_view: str, then: Callable[[Page], None] = lambda page: None) -> Show:
    """A place of the sidebar, once a part of it is in view.

    Args:
        name: of its sheet.
        in_view: a CSS selector.
        then: what is done in it before it is looked at.
    """

    @contextmanager
    def show(app: App) -> Iterator[None]:
        open_sheet(app.page, name)
        expect(app.page.locator(in_view).first).to_be_visible()
        then(app.page)
        yield
        close_sheet(app.page)

    return show


def tab(name: str) -> Callable[[Page], None]:
    """A part of the place for models."""
    return lambda page: page.get_by_test_id(f"tab-{name}").click()


@contextmanager
def start(app: App) -> Iterator[None]:
    """A conversation before its first question, with what is told in the first minute."""
    app.new_conversation()
    expect(app.page.get_by_test_id("suggestion").first).to_be_visible()
    expect(app.page.get_by_test_id("offer").first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    yield


@contextmanager
def chat(app: App) -> Iterator[None]:
    """A conversation with a tool call: that of `QUESTIONS`, if it is there."""
    if app.answers.count() < len(QUESTIONS):
        app.new_conversation()
        for question in QUESTIONS:
            app.ask(question)
    yield


@contextmanager
def approval(app: App) -> Iterator[None]:
    """A tool that waits for consent."""
    page = app.page
    permit_notes(page, "ask")
    app.new_conversation()
    app.send(CONSENT_FOR)
    question = page.get_by_test_id("approval")
    expect(question).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    yield
    question.get_by_test_id("approve-once").click()
    app.wait_for_answer()
    permit_notes(page, "allow")


def permit_notes(page: Page, permission: str) -> None:
    """Say what the tool for notes may."""
    open_sheet(page, "tools")
    page.get_by_test_id("tool-permission-notes").select_option(permission)
    close_sheet(page)


@contextmanager
def drawer(app: App) -> Iterator[None]:
    """Conversations and places on a phone."""
    app.page.get_by_test_id("open-drawer").click()
    expect(app.page.get_by_test_id("conversations")).to_be_visible()
    yield
    close_sheet(app.page)


@contextmanager
def console(app: App) -> Iterator[None]:
    """The events of the page, for developers."""
    show_console(app.page, True)
    expect(app.page.get_by_test_id("event-console")).to_be_visible()
    yield
    show_console(app.page, False)


def show_console(page: Page, shown: bool) -> None:
    """Turn the console of events on or off."""
    open_sheet(page, "settings")
    page.get_by_test_id("set-debug").set_checked(shown)
    close_sheet(page)


def try_a_tool(page: Page) -> None:
    """Run the calculator by hand, and begin a tool of one's own."""
    page.get_by_test_id("try-calculator").click()
    form = page.get_by_test_id("try-form-calculator")
    form.get_by_test_id("try-expression").fill("7 * (19.90 + 4.50)")
    form.get_by_test_id("try-run").click()
    expect(form.get_by_test_id("tool-result")).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    scroll_to(page.get_by_test_id("tool-calculator"))


def write_a_tool(page: Page) -> None:
    """Begin a tool of one's own."""
    page.get_by_test_id("own-add").click()
    page.get_by_test_id("own-name").fill("reverse")
    page.get_by_test_id("own-description").fill("Turns a text around.")
    scroll_to(page.get_by_test_id("own-tools"))


def show_hooks(page: Page) -> None:
    """What watches a conversation."""
    scroll_to(page.get_by_test_id("sites"))


def look_at_a_model(page: Page) -> None:
    """Open the details of a model that runs on any device."""
    page.get_by_test_id("model-search").fill("smollm2 360m gguf")
    page.locator("[data-testid=model-option] .model-head").first.click()
    expect(page.get_by_test_id("model-details")).to_be_visible()


def show_numbers(page: Page) -> None:
    """The numbers behind a style, in the settings."""
    page.get_by_test_id("more-numbers").click()
    scroll_to(page.get_by_test_id("more-numbers"))


def scroll_to(part: Locator) -> None:
    """Bring the beginning of a part to the top."""
    part.evaluate("element => element.scrollIntoView({ block: 'start', behavior: 'instant' })")


VERDICTS = "[data-testid=verdict]"

SCREENS: tuple[Screen, ...] = (
    Screen("start", "Before the first question", start),
    Screen("approval", "A tool asks before it runs", approval),
    Screen("chat", "A conversation: a note is kept by a tool call, then listed", chat),
    Screen("drawer", "Conversations and places on a phone", drawer, narrow=True),
    Screen("models", "Models: what each takes, and whether it fits this device", place("models", VERDICTS)),
    Screen("model", "One model", place("models", VERDICTS, look_at_a_model)),
    Screen("storage", "What lies in this browser", place("models", VERDICTS, tab("storage"))),
    Screen("add-model", "A model of one's own", place("models", VERDICTS, tab("add"))),
    Screen("engine", "The engine, and the ladder of models", place("models", VERDICTS, tab("engine"))),
    Screen("tools", "Tools, and what they may", place("tools", "[data-testid=own-tools]")),
    Screen("try-tool", "A tool run by hand", place("tools", "[data-testid=own-tools]", try_a_tool)),
    Screen("own-tool", "A tool of one's own", place("tools", "[data-testid=own-tools]", write_a_tool)),
    Screen(
        "settings", "Settings, everywhere or for one conversation", place("settings", "[data-testid=preset]")
    ),
    Screen(
        "numbers", "Every number behind an answer", place("settings", "[data-testid=preset]", show_numbers)
    ),
    Screen("help", "Help", place("help", "[data-testid=help-place] h3")),
    Screen("console", "The console of events, for developers", console),
)
