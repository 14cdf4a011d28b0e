"""Memory of a page with nothing but the engine: loads and unloads, and hundreds of prompts. Minutes."""

from __future__ import annotations

from playwright.sync_api import Browser, Error, Playwright

from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import EngineAlone, engine_alone
from tests.e2e.test_engine_memory import ask_strangers, load_and_unload
from tests.soak.held import own_mb
from tests.soak.test_turns import MOST, collecting
from tools import browser as chromium

WARM_UP = 3
BEGUN_AFTER = 10
PROMPTS = 300
SAMPLES = 6
"""A browser gives memory back when it likes: the least of several measurements is what is held."""


def held_mb(alone: EngineAlone) -> float:
    """Megabytes that the page's browser holds once every isolate has collected what nobody does."""
    looks = []
    for _ in range(SAMPLES):
        alone.page.evaluate("gc()")
        for worker in alone.page.workers:
            try:
                worker.evaluate("gc()")
            except Error:
                continue  # it was just ending
        alone.page.wait_for_timeout(500)
        looks.append(own_mb())
    return min(looks)


def growth(browser: Browser, site: str, guard: OriginGuard, device: str, loads: int, warm_up: int) -> float:
    """By what memory has been multiplied after so many loads and unloads."""
    with engine_alone(browser, site, guard) as alone:
        for number in range(warm_up):
            load_and_unload(alone, f"warm {number}", device)
        begun = held_mb(alone)
        for number in range(loads):
            load_and_unload(alone, f"load {number}", device)
        grown = held_mb(alone)
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
    flags = [*chromium.flags(webgpu=True), "--js-flags=--expose-gc"]
    browser = playwright.chromium.launch(executable_path=str(chromium.ensure()), args=flags)
    try:
        assert growth(browser, site, origin_guard, "webgpu", loads=3, warm_up=1) <= MOST
    finally:
        browser.close()


def test_memory_after_hundreds_of_differing_prompts_is_that_after_ten(
    playwright: Playwright, site: str, origin_guard: OriginGuard
) -> None:
    with collecting(playwright) as browser, engine_alone(browser, site, origin_guard) as alone:
        alone.load()
        assert alone.end_of("load")[1]["type"] == "loaded"
        ask_strangers(alone, range(BEGUN_AFTER))
        begun = held_mb(alone)
        ask_strangers(alone, range(BEGUN_AFTER, PROMPTS))
        grown = held_mb(alone)
    print(f"{begun:.0f} MB after {BEGUN_AFTER} prompts, {grown:.0f} MB after {PROMPTS}")
    assert grown <= begun * MOST
