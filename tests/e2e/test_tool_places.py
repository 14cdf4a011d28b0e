"""Tools under a person's eye: consent in the conversation, each by hand, a person's own in its sandbox."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until
from tests.e2e.sandbox_probes import PROBE_SCOPE, PROBING_TOOL, REFUSALS
from tests.e2e.tool_place import (
    Elsewhere,
    Place,
    sandbox,
    serve_elsewhere,
    wait_until_no_sandbox,
    write_tool,
)
from tests.e2e.trained import ANSWERS, WHAT


@pytest.fixture
def elsewhere() -> Iterator[tuple[Elsewhere, Elsewhere]]:
    """Two other origins; the first leads to the second under /away."""
    first, second = Elsewhere(), Elsewhere()
    servers = [serve_elsewhere(first), serve_elsewhere(second)]
    first.leads_to = f"{second.url}/there"
    yield first, second
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def app(cpu_browser: Browser, site: str) -> Iterator[App]:
    """One page for all of these. The guard against foreign requests does not watch it: some are wanted."""
    context = cpu_browser.new_context(
        service_workers="block", permissions=["clipboard-read", "clipboard-write"], accept_downloads=True
    )
    opened = App(context.new_page())
    opened.page.goto(f"{site}?device=cpu")
    opened.wait_until_ready()
    yield opened
    context.close()


def notes(app: App) -> list[str]:
    document = app.stored("notes")
    return [note["text"] for note in json.loads(document)["notes"]] if document else []


def ask_for_consent_in_the_conversation(app: App) -> None:
    """A call waits for consent: given once, denied, stopped, for the conversation, or never."""
    page = app.page
    question = page.get_by_test_id("approval")
    kept = notes(app)
    with Place(page) as place:
        place.allow("notes", "ask")

    # Once: announced without taking the focus, answered by the keyboard.
    app.new_conversation()
    app.send("note that the tea is in the blue tin")
    expect(question).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    expect(page.get_by_test_id("composer")).to_be_focused()
    expect(page.get_by_test_id("announcer")).to_contain_text("waits for your consent")
    expect(app.answers.last.get_by_test_id("tool-arguments")).to_contain_text("blue tin")
    assert notes(app) == kept
    question.get_by_role("button", name="Once").press("Enter")
    answer = app.wait_for_answer()
    assert answer.state == "done"
    assert notes(app) == [*kept, "the tea is in the blue tin"]
    card = app.answers.last.get_by_test_id("tool-call")
    expect(card).to_have_count(1)
    expect(card).to_have_attribute("data-state", "done")
    expect(card.get_by_test_id("tool-facts")).to_contain_text("allowed once")
    focused = "document.activeElement.closest('[data-testid=tool-call]') !== null"
    wait_until(page, focused, ANSWER_TIMEOUT_MS)

    # Denied: the model hears of it, nothing is stored.
    app.send("note that the key is under the mat")
    question.get_by_test_id("approve-deny").click(timeout=ANSWER_TIMEOUT_MS)
    assert app.wait_for_answer_number(2).state == "done"
    assert app.answers.last.get_by_test_id("tool-call").last.get_attribute("data-state") == "denied"
    assert len(notes(app)) == len(kept) + 1

    # Stopped while it waits: nobody is asked any more.
    app.send("note that the cat is asleep")
    expect(question).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    app.stop()
    assert app.wait_for_answer_number(3).state == "stopped"
    expect(question).to_have_count(0)
    expect(app.answers.last.get_by_test_id("tool-call")).to_have_attribute("data-state", "abandoned")

    # For this conversation: asked once, and not again.
    app.new_conversation()
    for number, words in enumerate(("the milk is sour", "the bread is stale"), 1):
        app.send(f"note that {words}")
        if number == 1:
            question.get_by_test_id("approve-conversation").click(timeout=ANSWER_TIMEOUT_MS)
        assert app.wait_for_answer_number(number).state == "done"
    facts = app.answers.first.get_by_test_id("tool-facts")
    expect(facts).to_contain_text("allowed for this conversation")
    assert len(notes(app)) == len(kept) + 3

    # Never: this call and every further one of the conversation, without another question.
    app.new_conversation()
    for number, words in enumerate(("the door is open", "the lamp is on"), 1):
        app.send(f"note that {words}")
        if number == 1:
            question.get_by_test_id("approve-never").click(timeout=ANSWER_TIMEOUT_MS)
        assert app.wait_for_answer_number(number).state == "done"
        assert app.answers.last.get_by_test_id("tool-call").first.get_attribute("data-state") == "denied"
    assert len(notes(app)) == len(kept) + 3
    with Place(page) as place:
        place.allow("notes", "allow")


def test_each_tool_can_be_tried_by_hand(app: App) -> None:
    page = app.page
    with Place(page) as place:
        assert place.result(place.run("calculator", expression="2 ** 10 + 1")) == "1025"
        assert "Asia/Tokyo, UTC+09:00" in place.result(place.run("clock", timezone="Asia/Tokyo"))
        assert "water the fern" in place.result(place.run("todo", action="add", text="water the fern"))
        assert "the key is in the drawer" in place.result(
            place.run("notes", action="add", text="the key is in the drawer")
        )
        written = place.run("clipboard", action="write", text="a copied text")
        written.get_by_test_id("approve-once").click()
        assert "13" in place.result(written)
        assert page.evaluate("navigator.clipboard.readText()") == "a copied text"
        saved = place.run("download", name="../notes.txt", text="High water at nine.")
        with page.expect_download() as download:
            saved.get_by_test_id("approve-once").click()
        assert download.value.suggested_filename == "notes.txt"
        assert download.value.path().read_text() == "High water at nine."
        denied = place.run("clipboard", action="read")
        denied.get_by_test_id("approve-deny").click()
        place.result(denied, "denied")
        expect(page.get_by_test_id("activity").get_by_role("listitem")).to_have_count(2)


def test_nothing_is_read_from_a_site_that_nobody_has_allowed(
    app: App, elsewhere: tuple[Elsewhere, Elsewhere]
) -> None:
    first, second = elsewhere
    page = app.page
    page.evaluate("document.cookie = 'secret=1'")
    question = page.get_by_test_id("site-question")
    with Place(page) as place:
        # Consent to the very call is consent to its site, once.
        trial = place.run("fetch", url=f"{first.url}/tide")
        expect(trial.get_by_test_id("approval")).to_contain_text(first.url.removeprefix("http://"))
        assert first.requests == []
        trial.get_by_test_id("approve-once").click()
        assert "High water at nine." in place.result(trial)
        ((path, headers),) = first.requests
        assert path == "/tide"
        assert headers["origin"] == "null"
        assert not {"cookie", "referer", "authorization"} & set(headers)

        # A tool that needs no consent still needs an allowed site.
        place.allow("fetch", "allow")
        trial = place.run("fetch", url=f"{first.url}/tide")
        question.get_by_test_id("site-deny").click()
        assert "not allowed" in place.result(trial, "failed")
        assert len(first.requests) == 1
        trial = place.run("fetch", url=f"{first.url}/tide")
        question.get_by_test_id("site-always").click()
        assert "High water" in place.result(trial)

        # Allowed for good, until it is taken back; a redirect leads no further than the site.
        expect(page.get_by_test_id("site")).to_have_text(first.url)
        assert "could not be read" in place.result(place.run("fetch", url=f"{first.url}/away"), "failed")
        assert [path for path, _ in first.requests] == ["/tide", "/tide", "/away"]
        assert second.requests == []
        page.get_by_test_id("site-remove").click()
        trial = place.run("fetch", url=f"{first.url}/tide")
        expect(question).to_be_visible()
        place.form("fetch").get_by_test_id("try-stop").click()
        expect(question).to_have_count(0)
        place.allow("fetch", "ask")
    assert len(first.requests) == 3


def test_a_tool_of_ones_own_reaches_nothing(app: App, elsewhere: tuple[Elsewhere, Elsewhere]) -> None:
    other, _ = elsewhere
    page = app.page
    with Place(page) as place:
        write_tool(page, "probe", PROBING_TOOL)
        place.allow("probe", "allow")
        found = json.loads(place.result(place.run("probe", address=f"{other.url}/")))
        assert found.pop("js") == ["Array", "Object", "clearTimeout", "setTimeout"]
        assert {what: said for what, said in found.items() if said.startswith("worked")} == {}
        assert other.requests == []

        # The same beneath Python; then the tool that never ends is ended.
        page.get_by_test_id("own-edit").click()
        page.get_by_test_id("own-source").fill(
            "import asyncio\nasync def run(address):\n    await asyncio.sleep(60)"
        )
        page.get_by_test_id("own-save").click()
        wait_until_no_sandbox(page)
        trial = place.run("probe", address="x")
        frame, worker = sandbox(page)
        for scope in (frame, worker):
            seen = scope.evaluate(PROBE_SCOPE, f"{other.url}/")
            assert seen.pop("origin") == "null"
            assert {what: said for what, said in seen.items() if said not in REFUSALS} == {}
        assert other.requests == []
        stop = place.form("probe").get_by_test_id("try-stop")
        if not stop.is_visible():
            # On a busy machine its deadline came first.
            place.run("probe", address="x")
        stop.click()
        expect(trial.get_by_test_id("tool-call")).to_have_attribute("data-state", "abandoned")
        wait_until_no_sandbox(page)
        page.get_by_test_id("own-remove").click()
        page.get_by_test_id("own-remove-sure").get_by_test_id("confirm").click()
        expect(page.get_by_test_id("tool-probe")).to_have_count(0)


# A key of no service; it only looks like one.
LOOKS_LIKE_A_KEY = "sk-" + "0123456789abcdefghij"
TELLING_OR_ENDLESS = f"""
def run(address):
    while address == "endless":
        pass
    return "{LOOKS_LIKE_A_KEY}"
"""


def lines_of_the_log(app: App) -> list[str]:
    """What the log says of the tool's calls, once it says something: it comes on a way of its own."""
    deadline = time.monotonic() + 60
    while True:
        lines = [line for line in app.console if "tool:post" in line and "tool_name=telling" in line]
        if lines:
            return lines
        assert time.monotonic() < deadline, "There is no log."
        app.page.wait_for_timeout(50)


def test_hooks_hide_keys_and_write_a_log_and_a_call_waits_for_consent_beside_endless_code(app: App) -> None:
    page = app.page
    with Place(page) as place:
        write_tool(page, "telling", TELLING_OR_ENDLESS)
        place.allow("telling", "allow")
        assert place.result(place.run("telling", address="key")) == LOOKS_LIKE_A_KEY
        page.get_by_test_id("hook-on-redaction").check()
        page.get_by_test_id("hook-on-logging").check()
        assert place.result(place.run("telling", address="key")) == "[redacted]"
        wait_until_no_sandbox(page)
    lines = lines_of_the_log(app)
    assert len(lines) == 1, "The log began when it was turned on."
    assert LOOKS_LIKE_A_KEY not in lines[0]

    # Whatever a person's own code does, it ends at its deadline; meanwhile the model answers and calls tools.
    with Place(page) as place:
        endless = place.run("telling", address="endless")
        sandbox(page)
    app.new_conversation()
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    ask_for_consent_in_the_conversation(app)
    with Place(page) as place:
        place.form("telling")
        assert "more than 10 seconds" in place.result(endless, "failed")
        wait_until_no_sandbox(page)
        for hook in ("redaction", "logging"):
            page.get_by_test_id(f"hook-on-{hook}").uncheck()
        page.get_by_test_id("own-remove").click()
        page.get_by_test_id("own-remove-sure").get_by_test_id("confirm").click()
        expect(page.get_by_test_id("tool-telling")).to_have_count(0)
