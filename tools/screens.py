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


@contextmanager
def metrics(app: App) -> Iterator[None]:
    """What was measured, of the latest answers."""
    open_sheet(app.page, "metrics")
    expect(app.page.get_by_test_id("totals")).to_be_visible()
    expect(app.page.locator(".plot canvas").first).to_be_visible()
    yield
    close_sheet(app.page)


@contextmanager
def metrics_tables(app: App) -> Iterator[None]:
    """The plots as tables."""
    with metrics(app):
        app.page.get_by_test_id("metrics-form").get_by_text("Tables", exact=True).click()
        scroll_to(app.page.get_by_test_id("metrics-form"))
        yield


@contextmanager
def history(app: App) -> Iterator[None]:
    """The inferences one by one."""
    with metrics(app):
        app.page.get_by_test_id("metrics-view").get_by_text("History", exact=True).click()
        expect(app.page.get_by_test_id("inference").first).to_be_visible()
        yield


def developer(part: str, in_view: str, then: Callable[[Page], None] = lambda page: None) -> Show:
    """A part of what goes on inside of the page."""

    @contextmanager
    def show(app: App) -> Iterator[None]:
        with metrics(app):
            app.page.get_by_test_id("go-developer").click()
            app.page.get_by_test_id("developer-view").get_by_text(part, exact=True).click()
            expect(app.page.locator(in_view).first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
            then(app.page)
            yield

    return show


@contextmanager
def data(app: App) -> Iterator[None]:
    """A person's own data."""
    open_sheet(app.page, "settings")
    app.page.get_by_test_id("settings-data").click()
    expect(app.page.get_by_test_id("export")).to_be_visible()
    yield
    close_sheet(app.page)


@contextmanager
def lock(app: App) -> Iterator[None]:
    """How a profile is locked, and which profiles there are."""
    with data(app):
        scroll_to(app.page.get_by_test_id("lock"))
        yield


def play_a_transcript(page: Page) -> None:
    """Play a recorded exchange to its end."""
    page.get_by_test_id("replay-choose").select_option("tool_call")
    page.get_by_test_id("replay-start").click()
    page.get_by_test_id("replay-speed").get_by_text("40", exact=True).click()
    expect(page.get_by_test_id("replay")).to_have_attribute("data-state", "done", timeout=ANSWER_TIMEOUT_MS)


VERDICTS = "[data-testid=verdict]"

CARDS = (
    ("What makes water rise from the sea?", "The warmth of the sun: it evaporates."),
    ("What are clouds made of?", "Droplets of water, or crystals of ice."),
    ("Where does rain go that does not run off?", "Into the ground, and from there into springs."),
)


def open_a_deck(page: Page) -> None:
    """A deck of flashcards, written by hand where it is not there yet."""
    if page.get_by_test_id("open-deck").count():
        page.get_by_test_id("open-deck").first.click()
        return
    page.get_by_test_id("deck-topic").fill("The water cycle")
    page.get_by_test_id("empty-deck").click()
    for question, answer in CARDS:
        page.get_by_test_id("add-card").click()
        page.get_by_test_id("card-question").fill(question)
        page.get_by_test_id("card-answer").fill(answer)
        page.get_by_test_id("save-card").click()
    expect(page.get_by_test_id("card")).to_have_count(len(CARDS))


def review_a_deck(page: Page) -> None:
    """The answer of a card, and the grades for it."""
    open_a_deck(page)
    page.get_by_test_id("start-review").click()
    page.get_by_test_id("reveal").click()
    expect(page.get_by_test_id("grade-good")).to_be_visible()


def run_a_batch(page: Page) -> None:
    """A batch of a few prompts, once it has run."""
    if page.get_by_test_id("open-batch").count():
        page.get_by_test_id("open-batch").first.click()
    else:
        page.get_by_test_id("batch-prompts").fill("\n".join((*OTHER_CONVERSATIONS, QUESTIONS[0])))
        page.get_by_test_id("run-batch").click()
    finished = page.locator("[data-testid=batch-view][data-state=finished]")
    expect(finished).to_be_visible(timeout=ANSWER_TIMEOUT_MS)


SCREENS: tuple[Screen, ...] = (
    Screen("start", "Before the first question", start),
    Screen("approval", "A tool asks before it runs", approval),
    Screen("chat", "A conversation: a note is kept by a tool call, then listed", chat),
    Screen("drawer", "Conversations and places on a phone", drawer, narrow=True),
    Screen("study", "Studying: flashcards of a topic or a text", place("study", "[data-testid=new-deck]")),
    Screen("deck", "A deck of flashcards", place("study", "[data-testid=new-deck]", open_a_deck)),
    Screen(
        "review", "A review, by keyboard or by hand", place("study", "[data-testid=new-deck]", review_a_deck)
    ),
    Screen("batch", "Many prompts at once", place("batch", "[data-testid=new-batch]")),
    Screen(
        "batch-answers", "A batch with its answers", place("batch", "[data-testid=new-batch]", run_a_batch)
    ),
    Screen("models", "Models: what each takes, and whether it fits this device", place("models", VERDICTS)),
    Screen("model", "One model", place("models", VERDICTS, look_at_a_model)),
    Screen("storage", "What lies in this browser", place("models", VERDICTS, tab("storage"))),
    Screen("add-model", "A model of one's own", place("models", VERDICTS, tab("add"))),
    Screen("engine", "The engine, and the ladder of models", place("models", VERDICTS, tab("engine"))),
    Screen("tools", "Tools, and what they may", place("tools", "[data-testid=own-tools]")),
    Screen("try-tool", "A tool run by hand", place("tools", "[data-testid=own-tools]", try_a_tool)),
    Screen("own-tool", "A tool of one's own", place("tools", "[data-testid=own-tools]", write_a_tool)),
    Screen("hooks", "Hooks, which watch a conversation", place("tools", "[data-testid=hooks]", show_hooks)),
    Screen(
        "settings", "Settings, everywhere or for one conversation", place("settings", "[data-testid=preset]")
    ),
    Screen(
        "numbers", "Every number behind an answer", place("settings", "[data-testid=preset]", show_numbers)
    ),
    Screen("data", "A person's own data: export and import", data),
    Screen("lock", "A lock, and profiles side by side", lock),
    Screen("help", "Help", place("help", "[data-testid=help-place] h3")),
    Screen("metrics", "What was measured, over time", metrics),
    Screen("metrics-tables", "The same plots as tables", metrics_tables),
    Screen("history", "The history of inferences", history),
    Screen(
        "sessions", "Sessions as Amplifier has mounted them", developer("Sessions", "[data-testid=session]")
    ),
    Screen(
        "replay",
        "A recorded exchange, step by step",
        developer("Replay", "[data-testid=replay-start]:enabled", play_a_transcript),
    ),
    Screen("console", "The console of events, for developers", console),
)
