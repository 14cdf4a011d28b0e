"""Memory of a page with nothing but the engine: loads and unloads, and hundreds of prompts. Minutes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Playwright

from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import engine_alone
from tests.e2e.test_engine_memory import ask_strangers, load_and_unload
from tests.soak.held import collecting, held_mb
from tests.soak.test_turns import MOST

pytestmark = pytest.mark.timeout(3_600)

WARM_UP = 3
BEGUN_AFTER = 10
PROMPTS = 300


def growth(browser: Browser, site: str, guard: OriginGuard, device: str, loads: int, warm_up: int) -> float:
    """By what memory has been multiplied after so many loads and unloads."""
    with engine_alone(browser, site, guard) as alone:
        for number in range(warm_up):
            load_and_unload(alone, f"warm {number}", device)
        begun = held_mb(alone.page)
        for number in range(loads):
            load_and_unload(alone, f"load {number}", device)
        grown = held_mb(alone.page)
        assert alone.cells() == []
    print(f"{begun:.0f} MB after {warm_up} loads on {device}, {grown:.0f} MB after {loads} more")
    return grown / begun


def test_twenty_loads_and_unloads_on_the_cpu_leave_nothing_behind(
    playwright: Playwright, site: str, origin_guard: OriginGuard
) -> None:
    with collecting(playwright) as browser:
        assert growth(browser, site, origin_guard, "cpu", loads=20, warm_up=WARM_UP) <= MOST


def test_three_loads_and_unloads_on_webgpu_leave_nothing_behind(
    playwright: Playwright, site: str, origin_guard: OriginGuard
) -> None:
    with collecting(playwright, webgpu=True) as browser:
        assert growth(browser, site, origin_guard, "webgpu", loads=3, warm_up=1) <= MOST


def test_memory_after_hundreds_of_differing_prompts_is_that_after_ten(
    playwright: Playwright, site: str, origin_guard: OriginGuard
) -> None:
    with collecting(playwright) as browser, engine_alone(browser, site, origin_guard) as alone:
        alone.load()
        assert alone.end_of("load")[1]["type"] == "loaded"
        ask_strangers(alone, range(BEGUN_AFTER))
        begun = held_mb(alone.page)
        ask_strangers(alone, range(BEGUN_AFTER, PROMPTS))
        grown = held_mb(alone.page)
    print(f"{begun:.0f} MB after {BEGUN_AFTER} prompts, {grown:.0f} MB after {PROMPTS}")
    assert grown <= begun * MOST
