"""Smooth: the longest task of the page's own thread while everything starts, by the processor's time.

What else the machine does is not in it. A first visit counts until the offline store is full, a second one
until the model is there too.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext

from bench.conditions import taken_now
from bench.figure import Figure, alone
from bench.page import launched
from bench.profile import longest_tasks, page_process
from bench.results import Result
from bench.running import Rig
from bench.start import APPLICATION, READY_MS
from tests.e2e.app import wait_until

CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline", "blink.user_timing", "__metadata"]
STARTED = (
    "globalThis.webllmApp?.pythonState.kind === 'ready' && webllmApp.engineState.kind === 'ready'"
    " && webllmApp.offline.kind === 'ready'"
)


def _longest_ms(browser: Browser, context: BrowserContext, site: str) -> float:
    """Of one visit."""
    page = context.new_page()
    with TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        browser.start_tracing(page=page, path=trace, categories=CATEGORIES)
        page.goto(f"{site}{APPLICATION}", wait_until="commit")
        wait_until(page, STARTED, READY_MS)
        browser.stop_tracing()
        events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    page.close()
    return longest_tasks(events, page_process(events))[0][1]


def _figure(kind: str, values: list[float]) -> Figure:
    return alone(
        f"The longest task of the page's thread while everything starts, {kind}",
        "ms",
        "lower",
        values,
        goal="at most 50 ms",
    )


def run(rig: Rig) -> Result:
    """Trace first and second visits."""
    cold: list[float] = []
    warm: list[float] = []
    with launched(rig.playwright, webgpu=False) as browser:
        for _ in range(rig.pairs):
            with browser.new_context() as context:
                cold.append(_longest_ms(browser, context, rig.site))
                warm.append(_longest_ms(browser, context, rig.site))
        figures = [_figure("first visit", cold), _figure("visited before", warm)]
        return Result("smooth", figures, taken_now(browser.version))
