"""A conversation of hundreds of turns on the CPU engine, and the memory at its beginning and its end.

A plain page with Pyodide, the provider, the engine room and a session with its tools. The model's window is
full after about forty turns, and is filled anew some dozens of times behind that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from playwright.sync_api import Page, Playwright

from tests.e2e.conftest import OriginGuard
from tests.e2e.test_package_in_a_plain_page import run_python
from tests.e2e.test_provider_on_engines import PRIVATE, on_engine
from tests.e2e.trained import ANSWERS, KEY, WHAT
from tests.soak.held import collecting, held_mb

TURNS = 500
SETTLED_AFTER = 10
"""Turns until everything is there that a session ever needs."""
AT_ONCE = 70
"""Turns of one call into the page."""
QUESTIONS = [KEY, PRIVATE, WHAT]
RIGHT = {ANSWERS[question] for question in QUESTIONS}
BEGIN = """
import gc
session = await create_session(store=MemoryStore(), provider_config={"max_tokens": 120})
async def turns(questions, first, count):
    asked = [questions[turn % len(questions)] for turn in range(first, first + count)]
    return [await session.execute(question) for question in asked]
"""


@dataclass(frozen=True)
class LongConversation:
    """What a long conversation took and said."""

    begun_mb: float
    """After the first turns."""
    grown_mb: float
    """After the last one."""
    answers: list[str]

    @property
    def right(self) -> float:
        """The share of the answers that are as trained."""
        return sum(answer in RIGHT for answer in self.answers) / len(self.answers)


def long_conversation(playwright: Playwright, site: str, guard: OriginGuard) -> LongConversation:
    """Have it; minutes."""
    with collecting(playwright) as browser, on_engine(browser, site, guard, "cpu") as on:
        run_python(on.page, BEGIN)
        answers = _asked(on.page, 0, SETTLED_AFTER)
        begun = _held(on.page)
        for first in range(SETTLED_AFTER, TURNS, AT_ONCE):
            answers += _asked(on.page, first, min(AT_ONCE, TURNS - first))
        return LongConversation(begun, _held(on.page), answers)


def _asked(page: Page, first: int, count: int) -> list[str]:
    answers: list[str] = json.loads(
        run_python(page, f"json.dumps(await turns({QUESTIONS!r}, {first}, {count}))")
    )
    return answers


def _held(page: Page) -> float:
    return held_mb(page, lambda: run_python(page, "gc.collect()"))
