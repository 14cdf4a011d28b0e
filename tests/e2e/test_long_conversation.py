"""A long conversation is drawn from its end: what comes above it later moves nothing that is read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bench.profile_database import write_conversation
from tests.e2e.app import wait_until
from tests.e2e.conftest import Opener

CONVERSATION = "long"
TURNS = 60
DRAWN_TIMEOUT_MS = 30_000

# What waits for an idle moment is done when the test says so, one thing after the other.
IDLE = """(() => {
  const waiting = [];
  globalThis.requestIdleCallback = act => waiting.push(act);
  globalThis.idle = () => waiting.shift()?.();
})();"""
DRAWN = "document.querySelectorAll('[data-testid=message-assistant]').length"
# The first thing that is in sight beneath the header: what it says, and where it stands.
READ = """() => {
  const all = [...document.querySelectorAll("[data-testid^=message-]")];
  const read = all.find(each => each.getBoundingClientRect().bottom > 100);
  return { text: read.textContent, top: read.getBoundingClientRect().top };
}"""
NEXT_FRAME = "() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)))"


def scroll_to(page: Page, top: int) -> None:
    page.evaluate("top => window.scrollTo({ top, behavior: 'instant' })", top)
    page.evaluate(NEXT_FRAME)


def draw(page: Page, turns: int) -> None:
    """Let the page have idle moments until so many turns are drawn."""
    wait_until(page, f"{DRAWN} >= {turns} || (idle(), false)", DRAWN_TIMEOUT_MS)
    page.evaluate(NEXT_FRAME)


def test_what_is_read_stays_where_it_is_while_earlier_turns_come(open_on_cpu: Opener) -> None:
    page = open_on_cpu("?device=cpu").page
    expect(page.get_by_test_id("conversations-empty")).to_be_visible()
    write_conversation(page, CONVERSATION, messages=2 * TURNS)
    page.add_init_script(IDLE)
    page.reload()
    page.locator(f"[data-conversation={CONVERSATION}] a").click()
    expect(page.get_by_test_id("answer-text").last).to_be_in_viewport()

    # At the very top, where no browser keeps the place, a little below it, and further down.
    for top in (0, 40, 400):
        drawn = page.evaluate(DRAWN)
        scroll_to(page, top)
        before = page.evaluate(READ)
        draw(page, drawn + 1)
        after = page.evaluate(READ)
        assert after["text"] == before["text"]
        assert after["top"] == pytest.approx(before["top"], abs=2)

    # In the end all of it is there, and the browser's own search finds it where it is not laid out.
    draw(page, TURNS)
    scroll_to(page, 1_000_000)
    assert page.evaluate("window.find('comes 2 steps behind', false, false, true)")
    expect(page.get_by_text("What comes 2 steps behind")).to_be_in_viewport()
