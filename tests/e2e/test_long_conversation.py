"""Of a long conversation only what is near to what is read is in the page, and what is read never moves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bench.profile_database import write_conversation
from tests.e2e.app import wait_until
from tests.e2e.conftest import Opener

CONVERSATION = "long"
TURNS = 200
AT_MOST = 36
"""The newest groups, those near to what is read, and one that is edited: twelve, of three turns each."""
DRAWN_TIMEOUT_MS = 30_000

DRAWN = "document.querySelectorAll('[data-testid=message-assistant]').length"
# Everything in sight, and a window's height above and below it, is drawn, and no chapter of it is closed.
SETTLED = """[...document.querySelectorAll("[data-turns], [data-closed]")].every(part => {
  const { top, bottom } = part.getBoundingClientRect();
  return bottom < -innerHeight || top > 2 * innerHeight || part.dataset.drawn === "true";
})"""
CLOSED = "[...document.querySelectorAll('[data-closed]')].map(chapter => chapter.dataset.closed)"
HIGH = "document.querySelector('.turn-list').getBoundingClientRect().height"
# The first message that is to be seen beneath the header: what it says, and where it stands.
READ = """() => {
  for (let y = 100; y < innerHeight; y += 5) {
    const read = document.elementFromPoint(innerWidth * 0.6, y)?.closest("[data-testid^=message-]");
    if (read) return { text: read.textContent, top: read.getBoundingClientRect().top };
  }
  return null;
}"""
WHERE = """text => {
  const all = [...document.querySelectorAll("[data-testid^=message-]")];
  return all.find(each => each.textContent === text)?.getBoundingClientRect().top;
}"""
SCROLLED = f"""by => {{
  window.scrollBy({{ top: by, behavior: "instant" }});
  return ({READ})();
}}"""
NEXT_FRAME = "() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)))"
# What follows the scrolling follows in frames: what comes into sight is laid out, and what is near is drawn.
FRAMES = 4
STEP_PX = 450


def settle(page: Page) -> None:
    for _ in range(FRAMES):
        page.evaluate(NEXT_FRAME)
    wait_until(page, f"{SETTLED} && {DRAWN} <= {AT_MOST}", DRAWN_TIMEOUT_MS)


def scroll_to(page: Page, top: int) -> None:
    page.evaluate("top => window.scrollTo({ top, behavior: 'instant' })", top)
    settle(page)


def read_on(page: Page, by: int) -> None:
    """Scroll, and see that what is read then stays where it is while more is drawn and left out."""
    before = page.evaluate(SCROLLED, by)
    settle(page)
    after = page.evaluate(WHERE, before["text"])
    assert after == pytest.approx(before["top"], abs=2)


def test_a_long_conversation_is_drawn_where_it_is_read(open_on_cpu: Opener) -> None:
    page = open_on_cpu("?device=cpu").page
    expect(page.get_by_test_id("conversations-empty")).to_be_visible()
    write_conversation(page, CONVERSATION, messages=2 * TURNS)
    page.reload()
    page.locator(f"[data-conversation={CONVERSATION}] a").click()
    newest = page.get_by_test_id("answer-text").last
    expect(newest).to_be_in_viewport()
    settle(page)
    expect(newest).to_be_in_viewport()

    # Of six chapters the last is open, whose groups are read, and what else they stand beside.
    assert page.evaluate(CLOSED) in (["0", "1", "2", "3"], ["0", "1", "2", "3", "4"])

    # Upwards from the end, and both ways from the middle, where nothing was laid out before.
    for _ in range(14):
        read_on(page, -STEP_PX)
    scroll_to(page, 20_000)
    for by in [-STEP_PX] * 12 + [STEP_PX] * 14:
        read_on(page, by)

    # What is being written stays, wherever a person looks in the meantime.
    question = page.get_by_test_id("message-user").nth(4)
    question.hover()
    question.get_by_test_id("edit").click()
    page.get_by_test_id("question-field").fill("And if there were no rule?")
    page.get_by_test_id("question-field").blur()
    for top in (0, 40_000, 1_000_000, 8_000):
        scroll_to(page, top)
    expect(page.get_by_test_id("question-field")).to_have_value("And if there were no rule?")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(":focus")).to_have_attribute("data-testid", "edit")

    # The first turn is at the top, and what follows what is drawn is there for the keyboard, on either side.
    scroll_to(page, 0)
    expect(page.get_by_text("What comes 0 steps behind")).to_be_in_viewport()
    for name, focused in (("later-turns", "message-user"), ("earlier-turns", "message-assistant")):
        drawn = page.evaluate("[...document.querySelectorAll('[data-drawn=true]')].map(e => e.dataset.turns)")
        page.get_by_test_id(name).first.focus()
        expect(page.locator(":focus")).to_have_attribute("data-testid", focused)
        assert page.evaluate("document.activeElement.closest('[data-turns]').dataset.turns") not in drawn
        settle(page)

    # What was read is as high as it was while its chapter is closed.
    heights, closed = [], []
    for top in 3 * (20_000, 35_000, 50_000, 1_000_000):
        scroll_to(page, top)
        heights.append(page.evaluate(HIGH))
        closed.append(set(page.evaluate(CLOSED)))
    assert heights[-4:] == pytest.approx(heights[-8:-4], abs=0.1)
    assert set.union(*closed[-4:]) - set.intersection(*closed[-4:])

    # A printer gets all of it.
    scroll_to(page, 0)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_test_id("message-assistant")).to_have_count(TURNS)
    assert page.evaluate(CLOSED) == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    wait_until(page, f"{DRAWN} <= {AT_MOST}", DRAWN_TIMEOUT_MS)

    page.get_by_role("button", name="Scroll to the latest message").click()
    expect(newest).to_be_in_viewport()
    expect(page.get_by_text(f"What comes {TURNS - 1} steps behind")).to_be_in_viewport()
