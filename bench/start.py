"""Start: from navigation to a Python that makes sessions, beside a bare `loadPyodide()`.

All in one browser, alternating. Warm means: the site has been visited before and its files are kept, so nothing
comes over a network. The bare interpreter's files are in the browser's own cache then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page

from bench.conditions import taken_now
from bench.figure import Figure, alone, paired
from bench.page import launched
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import wait_until

READY_MS = 180_000
SETTLE_MS = 500
APPLICATION = "?device=cpu"
SWITCHED_OFF = "?device=cpu&snapshot=off"
"""The same site without what was made ahead of the start."""

BARE = "a bare `loadPyodide()` in a worker, nothing else"
LONG_MS = 50.0

# Milliseconds since the navigation; long tasks of the page until Python is ready.
WATCH = """if (globalThis === top) {
  globalThis.longTasks = [];
  new PerformanceObserver(list => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask", buffered: true });
  const moments = globalThis.moments = {};
  const look = setInterval(() => {
    const input = document.querySelector('[data-testid="composer"] textarea, textarea');
    if (input !== null && !input.disabled) moments.usable ??= performance.now();
    if (globalThis.webllmApp?.pythonState.kind !== "ready") return;
    moments.ready = performance.now();
    clearInterval(look);
  }, 5);
}"""


@contextmanager
def _visited(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A browser that has been here before: everything that a start needs is kept."""
    with browser.new_context() as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{site}{APPLICATION}")
        wait_until(page, "webllmApp.offline.kind === 'ready'", READY_MS)
        page.close()
        _bare_ms(context, site)
        yield context


def _start(context: BrowserContext, site: str, query: str) -> tuple[float, float, float]:
    """Milliseconds until typing is possible, and until Python is ready; the page's longest task meanwhile."""
    page = context.new_page()
    try:
        page.goto(f"{site}{query}", wait_until="commit")
        wait_until(page, "moments?.ready !== undefined", READY_MS)
        moments = page.evaluate("moments")
        tasks: list[float] = page.evaluate("longTasks")
        return float(moments["usable"]), float(moments["ready"]), max(tasks, default=0.0)
    finally:
        _leave(page)


def _bare_ms(context: BrowserContext, site: str) -> float:
    page = context.new_page()
    try:
        page.goto(f"{site}bench/bare.html")
        wait_until(page, "globalThis.readyMs !== undefined", READY_MS)
        return float(page.evaluate("readyMs"))
    finally:
        _leave(page)


def _leave(page: Page) -> None:
    """What one start leaves behind is not part of the next."""
    page.goto("about:blank")
    page.wait_for_timeout(SETTLE_MS)
    page.close()


def _cold(browser: Browser, site: str) -> tuple[tuple[float, float, float], float]:
    with browser.new_context(service_workers="block") as context:
        context.add_init_script(WATCH)
        ours = _start(context, site, APPLICATION)
    with browser.new_context() as context:
        return ours, _bare_ms(context, site)


def _page_figures(kind: str, starts: Sequence[tuple[float, float, float]]) -> list[Figure]:
    return [
        alone(
            f"From navigation to a page in which one can type, {kind}",
            "ms",
            "lower",
            [usable for usable, _, _ in starts],
            goal="before Python starts",
        ),
        alone(
            f"Longest task of the page until Python is ready, {kind}, where one takes over 50 ms",
            "ms",
            "lower",
            [task for _, _, task in starts],
            goal="0: none over 50 ms",
        ),
    ]


def run(rig: Rig) -> Result:
    """Measure the start."""
    with launched(rig.playwright, webgpu=False) as browser:
        with _visited(browser, rig.site) as context:
            warm = [
                (
                    _start(context, rig.site, APPLICATION),
                    _bare_ms(context, rig.site),
                    _start(context, rig.site, SWITCHED_OFF),
                )
                for _ in range(rig.pairs)
            ]
        cold = [_cold(browser, rig.site) for _ in range(rig.pairs)]
        ready = "From navigation to sessions ready, the site visited before"
        figures = [
            paired(
                ready,
                "ms",
                "lower",
                [(ours[1], bare) for ours, bare, _ in warm],
                beside=BARE,
                goal="at most 0.4 x",
            ),
            paired(
                f"{ready}, again",
                "ms",
                "lower",
                [(ours[1], off[1]) for ours, _, off in warm],
                beside="the same site with the start-up work switched off",
                goal="at most 0.35 x",
            ),
            paired(
                "From navigation to sessions ready, first visit",
                "ms",
                "lower",
                [(ours[1], bare) for ours, bare in cold],
                beside=BARE,
            ),
            *_page_figures("visited before", [ours for ours, _, _ in warm]),
            *_page_figures("first visit", [ours for ours, _ in cold]),
        ]
        return Result("start", figures, taken_now(browser.version))
