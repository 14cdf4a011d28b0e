"""Long conversations: what the engine keeps is used to the end of its window, and memory does not grow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Playwright

from tests.e2e.conftest import OriginGuard
from tests.e2e.test_provider_on_engines import WINDOW, check_reuse, on_engine
from tests.soak.long_conversation import SETTLED_AFTER, TURNS, long_conversation

pytestmark = pytest.mark.timeout(3_600)

MOST = 1.05


def test_memory_after_five_hundred_turns_is_that_after_ten(
    playwright: Playwright, site: str, origin_guard: OriginGuard
) -> None:
    had = long_conversation(playwright, site, origin_guard)
    print(f"{had.begun_mb:.0f} MB after {SETTLED_AFTER} turns, {had.grown_mb:.0f} MB after {TURNS}")
    # Where the window is full, the oldest turns are left out, and the model may say other words.
    assert (len(had.answers), had.right > 0.9) == (TURNS, True)
    assert had.grown_mb <= had.begun_mb * MOST


def test_a_conversation_on_webgpu_uses_its_cache_to_the_end_of_the_window(
    webgpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with on_engine(webgpu_browser, site, origin_guard, "webgpu") as page:
        check_reuse(page, WINDOW, least=24)
