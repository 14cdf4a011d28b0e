"""Start: from navigation to a Python that can make sessions, beside a bare `loadPyodide()`.

Both in the same browser, alternating, each in a fresh context: nothing is in a cache, the server is this
machine. What a session needs beyond the bare interpreter is six wheels and their imports.
"""

from __future__ import annotations

from playwright.sync_api import Browser

from bench.conditions import taken_now
from bench.figure import paired
from bench.page import launched
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import wait_until

READY_MS = 180_000


def _bare_ms(browser: Browser, site: str) -> float:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site}bench/bare.html")
        wait_until(page, "globalThis.readyMs !== undefined", READY_MS)
        return float(page.evaluate("readyMs"))


def _application_ms(browser: Browser, site: str) -> float:
    # Without the service worker: what it keeps for offline use is not part of the start.
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.goto(f"{site}bench/application.html")
        wait_until(page, "globalThis.readyMs !== undefined", READY_MS)
        return float(page.evaluate("readyMs"))


def run(rig: Rig) -> Result:
    """Measure the start."""
    with launched(rig.playwright, webgpu=False) as browser:
        pairs = [(_application_ms(browser, rig.site), _bare_ms(browser, rig.site)) for _ in range(rig.pairs)]
        figure = paired(
            "From navigation to Python ready, sessions importable, CPU engine loading beside it",
            "ms",
            "lower",
            pairs,
            beside="a bare `loadPyodide()` in a worker, nothing else",
        )
        return Result("start", [figure], taken_now(browser.version))
