"""Tabs: what a further tab of the application costs, and what idle tabs cost the one that is used.

One engine answers for all of them, in the first tab; the CPU engine with the demo model. All tabs are real:
page, Python, sessions. A further tab is measured beside a further page with an interpreter and nothing
else, and the last of ten beside the second: what grows with their number would show there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import BrowserContext

from bench.conditions import taken_now
from bench.figure import Figure, paired
from bench.memory import browser_mb
from bench.page import launched
from bench.results import Result
from bench.running import Rig
from bench.start import READY_MS, visited
from tests.e2e.app import App, wait_until
from tests.e2e.tabs import Tabs
from tests.e2e.trained import EVERYTHING, WHAT

COUNTS = (1, 3, 10)
ANSWERS = 5
"""Asked in the first tab for each number of tabs; their median counts."""
MOST_ROUNDS = 3
"""A round opens ten tabs and ten pages."""
SETTLE_MS = 2000
"""What is measured at once still holds what a start has left behind."""
# Milliseconds since the navigation until Python makes sessions and a model answers.
WATCH = """if (globalThis === top) {
  const look = setInterval(() => {
    const { pythonState, engineState } = globalThis.webllmApp ?? {};
    if (pythonState?.kind !== "ready" || engineState?.kind !== "ready") return;
    globalThis.answeringMs = performance.now();
    clearInterval(look);
  }, 5);
}"""
DELTA, LAST = "llm:stream_block_delta", "llm:response"


@dataclass(frozen=True)
class Pace:
    """Of an answer on the page: from the turn's first event to its first text, and its tokens behind that."""

    first_ms: float
    tokens_per_s: float


@dataclass(frozen=True)
class Round:
    """More and more tabs, then as many pages, in one browser that has been here before."""

    ready: Sequence[float]
    """Milliseconds of each tab from its navigation until it can answer."""
    answered: Sequence[float]
    """The same of its first answer, from the question to its end; one tab is asked while it is in front."""
    memory: dict[int, float]
    """Megabytes of the whole browser, by the number of tabs."""
    pace: dict[int, Pace]
    bare: dict[int, float]
    """Megabytes of a browser with as many pages, each with a bare interpreter."""


def _answer(app: App) -> Pace:
    """Ask, and read the page's own events."""
    before = len(app.events())
    app.ask(EVERYTHING)
    events = app.events()[before:]
    deltas = [event["at"] for event in events if event["name"] == DELTA]
    (last,) = (event for event in events if event["name"] == LAST)
    tokens: int = last["payload"]["usage"]["output_tokens"]
    return Pace(deltas[0] - events[0]["at"], (tokens - 1) / (last["at"] - deltas[0]) * 1000)


def _pace(app: App) -> Pace:
    app.page.bring_to_front()
    # Each begins a conversation: the prompt is the same.
    answers = []
    for _ in range(ANSWERS):
        app.new_conversation()
        answers.append(_answer(app))
    return Pace(median(one.first_ms for one in answers), median(one.tokens_per_s for one in answers))


def _first_answer_ms(app: App) -> float:
    asked = float(app.page.evaluate("performance.now()"))
    app.ask(WHAT)
    return float(app.page.evaluate("performance.now()")) - asked


def _growing(open_one: Callable[[], object], then: Callable[[int], None]) -> None:
    """Open one after another; `then` at each of the numbers."""
    for number in range(1, max(COUNTS) + 1):
        open_one()
        if number in COUNTS:
            then(number)


def _tabs(
    context: BrowserContext, site: str
) -> tuple[list[float], list[float], dict[int, float], dict[int, Pace]]:
    tabs = Tabs(context, site)
    ready: list[float] = []
    answered: list[float] = []
    memory: dict[int, float] = {}
    pace: dict[int, Pace] = {}

    def open_one() -> None:
        app = tabs.open()
        wait_until(app.page, "globalThis.answeringMs !== undefined", READY_MS)
        ready.append(float(app.page.evaluate("answeringMs")))
        answered.append(_first_answer_ms(app))

    def look(count: int) -> None:
        first = tabs.opened[0]
        first.page.wait_for_timeout(SETTLE_MS)
        memory[count] = browser_mb()
        pace[count] = _pace(first)

    _growing(open_one, look)
    if tabs.engines() != 1:
        raise RuntimeError(f"{tabs.engines()} engines answer, not one for all tabs.")
    return ready, answered, memory, pace


def _bare(context: BrowserContext, site: str) -> dict[int, float]:
    memory: dict[int, float] = {}

    def open_one() -> None:
        page = context.new_page()
        page.goto(f"{site}bench/bare.html")
        wait_until(page, "globalThis.readyMs !== undefined", READY_MS)

    def look(count: int) -> None:
        context.pages[0].wait_for_timeout(SETTLE_MS)
        memory[count] = browser_mb()

    _growing(open_one, look)
    return memory


def _round(context: BrowserContext, site: str) -> Round:
    ready, answered, memory, pace = _tabs(context, site)
    _close_all(context)
    bare = _bare(context, site)
    _close_all(context)
    return Round(ready, answered, memory, pace, bare)


def _close_all(context: BrowserContext) -> None:
    """What one half leaves behind is not part of the other."""
    for page in context.pages:
        page.close()
    time.sleep(SETTLE_MS / 1000)


def _each(memory: dict[int, float], fewer: int, more: int) -> float:
    """Megabytes of one tab more, between two numbers of tabs."""
    return (memory[more] - memory[fewer]) / (more - fewer)


def _figures(rounds: Sequence[Round]) -> list[Figure]:
    one, few, many = COUNTS
    further = f"A further tab of the application (the CPU engine answers in the first, {many} are open)"
    return [
        paired(
            f"{further}: memory",
            "MB",
            "lower",
            [(_each(each.memory, one, many), _each(each.bare, one, many)) for each in rounds],
            beside="a further page with a bare `loadPyodide()`",
            goal="no more than a page costs",
        ),
        paired(
            f"Memory of each of the tabs {few + 1} to {many}",
            "MB",
            "lower",
            [(_each(each.memory, few, many), _each(each.memory, one, few)) for each in rounds],
            beside=f"each of the tabs {one + 1} to {few}",
            goal="does not grow",
        ),
        paired(
            "A further tab: from navigation until it can answer",
            "ms",
            "lower",
            [(median(each.ready[1:]), each.ready[0]) for each in rounds],
            beside="the first tab, which loads the model",
        ),
        paired(
            f"The same of tab {many}",
            "ms",
            "lower",
            [(each.ready[-1], each.ready[1]) for each in rounds],
            beside="tab 2",
            goal="does not grow",
        ),
        paired(
            "A further tab: its first answer, from the question to the end",
            "ms",
            "lower",
            [(median(each.answered[1:]), each.answered[0]) for each in rounds],
            beside="the first tab",
        ),
        *(
            figure
            for count in (few, many)
            for figure in (
                paired(
                    f"Tokens per second in the tab in front of {count - 1} idle ones",
                    "tokens/s",
                    "higher",
                    [(each.pace[count].tokens_per_s, each.pace[one].tokens_per_s) for each in rounds],
                    beside="alone",
                    goal="ratio 1.0",
                ),
                paired(
                    f"Time to first token in the tab in front of {count - 1} idle ones",
                    "ms",
                    "lower",
                    [(each.pace[count].first_ms, each.pace[one].first_ms) for each in rounds],
                    beside="alone",
                    goal="ratio 1.0",
                ),
            )
        ),
    ]


def run(rig: Rig) -> Result:
    """Measure tabs."""
    with launched(rig.playwright, webgpu=False) as browser, visited(browser, rig.site) as context:
        context.add_init_script(WATCH)
        rounds = [_round(context, rig.site) for _ in range(min(rig.pairs, MOST_ROUNDS))]
        return Result("tabs", _figures(rounds), taken_now(browser.version))
