"""Long conversations: what the engine keeps is used to the end of its window, and memory does not grow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.e2e.conftest import OriginGuard
from tests.e2e.test_package_in_a_plain_page import run_python
from tests.e2e.test_provider_on_engines import KEY, PRIVATE, WINDOW, check_reuse, on_engine
from tests.e2e.trained import ANSWERS, WHAT
from tests.soak.held import own_mb
from tools import browser as chromium

pytestmark = pytest.mark.timeout(3_600)

TURNS = 500
SETTLED_AFTER = 10
"""Turns until everything is there that a session ever needs."""
MOST = 1.05
BEGIN = """
session = await create_session(store=MemoryStore(), provider_config={"max_tokens": 120})
async def turns(questions, count):
    return [await session.execute(questions[turn % len(questions)]) for turn in range(count)]
"""
SAMPLES = 5
"""A browser gives memory back when it likes: the least of several measurements is what is held."""
COLLECTING = "--js-flags=--expose-gc"
"""Every answer leaves some megabytes to V8, which it collects a hundred megabytes later."""


def held_mb(page: Page) -> float:
    """Megabytes that the page's browser holds once Python and JavaScript have collected what nobody does."""
    found = []
    for _ in range(SAMPLES):
        run_python(page, "import gc\ngc.collect()")
        page.evaluate("gc()")
        for worker in page.workers:
            worker.evaluate("gc()")
        page.wait_for_timeout(1_000)
        found.append(own_mb())
    return min(found)


@contextmanager
def collecting(playwright: Playwright) -> Iterator[Browser]:
    """A browser of its own, because the others' processes would count, that can be told to collect."""
    flags = [*chromium.flags(webgpu=False), COLLECTING]
    browser = playwright.chromium.launch(executable_path=str(chromium.ensure()), args=flags)
    try:
        yield browser
    finally:
        browser.close()


def test_memory_after_five_hundred_turns_is_that_after_ten(
    playwright: Playwright, site: str, origin_guard: OriginGuard
) -> None:
    with collecting(playwright) as browser, on_engine(browser, site, origin_guard, "cpu") as page:
        run_python(page.page, BEGIN)
        questions = [KEY, PRIVATE, WHAT]

        def answers(count: int) -> list[str]:
            code = f"json.dumps(await turns({questions!r}, {count}))\n"
            told: list[str] = json.loads(run_python(page.page, code))
            return told

        answers(SETTLED_AFTER)
        begun = held_mb(page.page)
        told = answers(TURNS - SETTLED_AFTER)
        grown = held_mb(page.page)
        print(f"{begun:.0f} MB after {SETTLED_AFTER} turns, {grown:.0f} MB after {TURNS}")
        right = {ANSWERS[question] for question in questions}
        # Where the window is full, the oldest turns are left out, and the model may say other words.
        assert sum(answer in right for answer in told) > len(told) * 0.9
        assert grown <= begun * MOST


def test_a_conversation_on_webgpu_uses_its_cache_to_the_end_of_the_window(
    webgpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with on_engine(webgpu_browser, site, origin_guard, "webgpu") as page:
        check_reuse(page, WINDOW, least=24)
