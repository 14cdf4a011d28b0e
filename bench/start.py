"""Start: from navigation to a Python that makes sessions, beside a bare `loadPyodide()`.

All in one browser, alternating. Warm means: the site has been visited before and its files are kept, so
nothing comes over a network. The bare interpreter's files are in the browser's own cache then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

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

# Milliseconds since the navigation.
WATCH = """if (globalThis === top) {
  const moments = globalThis.moments = {};
  const look = setInterval(() => {
    const input = document.querySelector('[data-testid="composer"] textarea, textarea');
    if (input !== null && !input.disabled) moments.usable ??= performance.now();
    if (globalThis.webllmApp?.pythonState.kind !== "ready") return;
    moments.ready = performance.now();
    clearInterval(look);
  }, 5);
}"""


@dataclass(frozen=True)
class Start:
    """Milliseconds since the navigation until one can type, and until Python makes sessions."""

    usable: float
    ready: float


@contextmanager
def visited(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A browser that has been here before: everything that a start needs is kept."""
    with browser.new_context() as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{site}{APPLICATION}")
        wait_until(page, "webllmApp.offline.kind === 'ready'", READY_MS)
        page.close()
        bare_ms(context, site)
        yield context


def started(context: BrowserContext, site: str, query: str) -> Start:
    """One start of the application."""
    page = context.new_page()
    try:
        page.goto(f"{site}{query}", wait_until="commit")
        wait_until(page, "moments?.ready !== undefined", READY_MS)
        moments = page.evaluate("moments")
        return Start(float(moments["usable"]), float(moments["ready"]))
    finally:
        _leave(page)


def bare_ms(context: BrowserContext, site: str) -> float:
    """Milliseconds until an interpreter has started and nothing else."""
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


def _cold(browser: Browser, site: str) -> tuple[Start, float]:
    with browser.new_context(service_workers="block") as context:
        context.add_init_script(WATCH)
        ours = started(context, site, APPLICATION)
    with browser.new_context() as context:
        return ours, bare_ms(context, site)


def _usable(kind: str, starts: Sequence[Start]) -> Figure:
    return alone(
        f"From navigation to a page in which one can type, {kind}",
        "ms",
        "lower",
        [start.usable for start in starts],
        goal="before Python starts",
    )


def run(rig: Rig) -> Result:
    """Measure the start."""
    with launched(rig.playwright, webgpu=False) as browser:
        with visited(browser, rig.site) as context:
            warm = [
                (
                    started(context, rig.site, APPLICATION),
                    bare_ms(context, rig.site),
                    started(context, rig.site, SWITCHED_OFF),
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
                [(ours.ready, bare) for ours, bare, _ in warm],
                beside=BARE,
                goal="at most 0.4 x",
            ),
            paired(
                f"{ready}, again",
                "ms",
                "lower",
                [(ours.ready, off.ready) for ours, _, off in warm],
                beside="the same site with the start-up work switched off",
                goal="at most 0.35 x",
            ),
            paired(
                "From navigation to sessions ready, first visit",
                "ms",
                "lower",
                [(ours.ready, bare) for ours, bare in cold],
                beside=BARE,
            ),
            _usable("visited before", [ours for ours, _, _ in warm]),
            _usable("first visit", [ours for ours, _ in cold]),
        ]
        return Result("start", figures, taken_now(browser.version))
