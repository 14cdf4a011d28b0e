"""Long conversations: what the engine keeps is used to the end of its window, and memory does not grow."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, Playwright

from bench.memory import browser_mb
from bench.page import launched
from tests.e2e.conftest import OriginGuard
from tests.e2e.test_package_in_a_plain_page import run_python
from tests.e2e.test_provider_on_engines import KEY, PRIVATE, WINDOW, check_reuse, on_engine
from tests.e2e.trained import ANSWERS, WHAT

TURNS = 500
SETTLED_AFTER = 10
"""Turns until everything is there that a session ever needs."""
MOST = 1.05
BEGIN = """
session = await create_session(store=MemoryStore(), provider_config={"max_tokens": 120})
async def turns(questions, count):
    return [await session.execute(questions[turn % len(questions)]) for turn in range(count)]
"""
# What nobody holds is no growth.
COLLECT = "import gc\nfor _ in range(3):\n    gc.collect()\n    await asyncio.sleep(0.5)"


def test_memory_after_five_hundred_turns_is_that_after_ten(
    playwright: Playwright, site: str, origin_guard: OriginGuard
) -> None:
    # A browser of its own: the others' processes would count.
    with launched(playwright, webgpu=False) as browser, on_engine(browser, site, origin_guard, "cpu") as page:
        before = browser_mb()
        run_python(page.page, BEGIN)
        questions = [KEY, PRIVATE, WHAT]

        def answers(count: int) -> list[str]:
            code = f"json.dumps(await turns({questions!r}, {count}))\n"
            told: list[str] = json.loads(run_python(page.page, code))
            run_python(page.page, COLLECT)
            return told

        answers(SETTLED_AFTER)
        settled = browser_mb() - before
        begun = browser_mb()
        told = answers(TURNS - SETTLED_AFTER)
        grown = browser_mb()
        print(f"{begun:.0f} MB after {SETTLED_AFTER} turns ({settled:+.0f}), {grown:.0f} MB after {TURNS}")
        right = {ANSWERS[question] for question in questions}
        # Where the window is full, the oldest turns are left out, and the model may say other words.
        assert sum(answer in right for answer in told) > len(told) * 0.9
        assert grown <= begun * MOST


def test_a_conversation_on_webgpu_uses_its_cache_to_the_end_of_the_window(
    webgpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with on_engine(webgpu_browser, site, origin_guard, "webgpu") as page:
        check_reuse(page, WINDOW, least=24)
