"""Conversations are kept: found again, sorted, searched, deleted and brought back, shared between tabs."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until
from tests.e2e.conftest import Opener
from tests.e2e.tabs import python_of
from tests.e2e.test_reload import HOLD_BACK
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT


def rows(app: App) -> Locator:
    return app.page.get_by_test_id("conversation")


def row(app: App, title: str) -> Locator:
    return rows(app).filter(has=app.page.get_by_test_id("conversation-title").filter(has_text=title))


def titles(app: App) -> list[str]:
    return app.page.get_by_test_id("conversation-title").all_inner_texts()


def act(app: App, title: str, action: str) -> None:
    """Press one of the buttons beneath a conversation."""
    row(app, title).hover()
    row(app, title).get_by_test_id("conversation-more").click()
    row(app, title).get_by_test_id(f"conversation-{action}").click()


def fill(app: App, what: str, value: str) -> None:
    field = app.page.get_by_test_id(f"conversation-{what}-field")
    field.fill(value)
    field.press("Enter")
    expect(field).to_have_count(0)


def test_conversations_are_kept_found_sorted_and_brought_back(open_on_cpu: Opener) -> None:
    app = open_on_cpu("?device=cpu")
    page = app.page
    expect(page.get_by_test_id("conversations-empty")).to_be_visible()

    # What is typed survives a reload, before anything was asked.
    page.get_by_test_id("composer").fill("Half a thought")
    expect(row(app, "Half a thought")).to_have_count(1)
    expect(page).to_have_url(re.compile("#/c/"))
    page.reload()
    expect(page.get_by_test_id("composer")).to_have_value("Half a thought")
    page.get_by_test_id("composer").fill("")
    expect(rows(app)).to_have_count(0)

    # Two conversations, named by their first questions, the newest first.
    app.wait_until_ready()
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    app.new_conversation()
    app.ask(EVERYTHING)
    expect(page.get_by_test_id("conversation-title")).to_have_text([EVERYTHING, WHAT])

    # Each has its own draft.
    page.get_by_test_id("composer").fill("and then")
    row(app, WHAT).click()
    expect(app.answers).to_have_count(1)
    expect(page.get_by_test_id("composer")).to_have_value("")
    page.go_back()
    expect(page.get_by_test_id("composer")).to_have_value("and then")
    page.get_by_test_id("composer").fill("")

    # A name, a pin, a folder and tags.
    row(app, WHAT).get_by_role("link").press("F2")
    fill(app, "title", "The application")
    act(app, "The application", "pin")
    expect(rows(app).first).to_contain_text("The application")
    act(app, "The application", "folder")
    fill(app, "folder", "Work")
    act(app, "The application", "tags")
    fill(app, "tags", "first, demo")
    page.get_by_test_id("place-folder-Work").click()
    expect(rows(app)).to_have_count(1)
    page.get_by_test_id("place-tag-demo").click()
    expect(rows(app)).to_have_count(1)
    page.get_by_test_id("place-all").click()
    expect(rows(app)).to_have_count(2)

    # Found by a word of an answer, in another page of the same browser too.
    page.reload()
    expect(rows(app)).to_have_count(2)
    expect(rows(app).first).to_contain_text("The application")
    word = re.findall(r"[A-Za-z]{7,}", ANSWERS[WHAT])[0]
    page.keyboard.press("Control+k")
    page.keyboard.type(word[:6])
    expect(page.get_by_test_id("hits")).to_be_visible()
    expect(row(app, "The application").get_by_test_id("excerpt")).to_contain_text(word, ignore_case=True)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.get_by_test_id("clear-search").click()

    # What was answered before the reload is what the next question goes on from.
    row(app, "The application").click()
    expect(app.answers).to_have_count(1)
    app.wait_until_ready()
    assert app.ask(WHAT).text == ANSWERS[WHAT]

    # Deleted and brought back; deleted for good.
    row(app, "The application").get_by_role("link").press("Delete")
    expect(row(app, "The application")).to_have_count(0)
    expect(app.answers).to_have_count(0)
    page.get_by_test_id("undo-remove").click()
    expect(row(app, "The application")).to_have_count(1)
    expect(app.answers).to_have_count(2)
    act(app, EVERYTHING, "delete")
    expect(rows(app)).to_have_count(1)
    page.get_by_test_id("removed").get_by_role("button").last.click()
    page.reload()
    expect(app.answers).to_have_count(2)
    expect(rows(app)).to_have_count(1)


def test_two_tabs_share_a_conversation_and_lose_nothing(open_on_cpu: Opener) -> None:
    app = open_on_cpu("?device=cpu")
    app.wait_until_ready()
    app.ask(WHAT)
    other = App(app.page.context.new_page())
    other.page.goto(app.page.url)
    expect(other.answers).to_have_count(1)
    other.wait_until_ready()

    # While one tab answers, the other follows; what it asks comes behind.
    python_of(app).evaluate(HOLD_BACK)
    app.send(EVERYTHING)
    expect(other.answers).to_have_count(2, timeout=ANSWER_TIMEOUT_MS)
    other.send(WHAT)
    expect(other.page.get_by_test_id("elsewhere")).to_be_visible()
    expect(app.page.get_by_test_id("message-user")).to_have_count(3)
    # It is stopped from there, and what was asked there goes on in whichever tab may.
    other.page.get_by_test_id("stop").click()
    wait_until(other.page, "webllmApp.conversation.turns[1].state.kind === 'stopped'", ANSWER_TIMEOUT_MS)

    # A tab that ends in the midst of an answer leaves it to the other.
    app.page.close()
    wait_until(other.page, "webllmApp.conversation.turns[2].state.kind === 'done'", ANSWER_TIMEOUT_MS)
    expect(other.page.get_by_test_id("elsewhere")).to_have_count(0)
    expect(other.answers).to_have_count(3)
    assert other.wait_for_answer().text == ANSWERS[WHAT]
    wait_until(other.page, "webllmApp.engineState.kind === 'ready'", ANSWER_TIMEOUT_MS)


# Counts how often somebody wants to know which databases there are.
COUNT = """(() => {
  const { databases } = IDBFactory.prototype;
  globalThis.asked = 0;
  IDBFactory.prototype.databases = function () {
    globalThis.asked += 1;
    return databases.call(this);
  };
})();"""


def test_the_browser_opens_what_is_stored_before_it_has_the_page_s_script(
    cpu_browser: Browser, site: str
) -> None:
    with cpu_browser.new_context(service_workers="block") as context:
        context.add_init_script(COUNT)
        page = context.new_page()
        page.route("**/assets/*.js", lambda route: route.abort())
        page.goto(f"{site}?device=cpu")
        wait_until(page, "asked === 1", ANSWER_TIMEOUT_MS)
