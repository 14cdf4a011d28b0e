"""Drawing: the application's own page while an engine emits as fast as it can.

The whole application is real, its page draws Markdown; only the engine's document is one with the scripted
engine. What counts are the page's tasks: one over 50 ms is a key press that a person waits for.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from bench.conditions import taken_now
from bench.figure import alone
from bench.page import AnswerFailed, launched
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import App

ENGINE = Path(__file__).parent / "pages" / "scripted-engine.html"
TOKENS_FOR_ONE = 300
"""The scripted engine says so many tokens for each that a real model is asked for: 19,200, 77 kB of text."""
WATCH = """() => {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ entryTypes: ["longtask"] });
}"""
LAST = "llm:response"
DELTA = "llm:stream_block_delta"


def _answer(browser: Browser, rig: Rig) -> tuple[float, list[float]]:
    """One answer in a fresh page: tokens per second between its first and last delta, and the long tasks."""
    tokens = rig.tokens * TOKENS_FOR_ONE
    with browser.new_context(service_workers="block") as context:
        context.route("**/engine.html", lambda route: route.fulfill(path=ENGINE, content_type="text/html"))
        page = context.new_page()
        app = App(page)
        page.goto(f"{rig.site}?model=scripted-1&tokens={tokens}")
        app.wait_until_ready()
        page.evaluate(WATCH)
        app.ask("Go on.")
        events = app.events()
        moments = [event["at"] for event in events if event["name"] == DELTA]
        [said] = [event["payload"]["usage"]["output_tokens"] for event in events if event["name"] == LAST]
        if said != tokens:
            raise AnswerFailed(f"The scripted engine said {said} tokens, not {tokens}.")
        long_tasks: list[float] = page.evaluate("longTasks")
        return tokens / (moments[-1] - moments[0]) * 1000, long_tasks


def run(rig: Rig) -> Result:
    """Measure the page's tasks."""
    with launched(rig.playwright, webgpu=False) as browser:
        answers = [_answer(browser, rig) for _ in range(rig.pairs)]
        tokens = rig.tokens * TOKENS_FOR_ONE
        figures = [
            alone(
                f"Tokens per second drawn by the application's page ({tokens:,} tokens of a scripted engine)",
                "tokens/s",
                "higher",
                [rate for rate, _ in answers],
                goal="at least 20,000",
            ),
            alone(
                "Longest task of that page, where one takes over 50 ms",
                "ms",
                "lower",
                [max(tasks, default=0.0) for _, tasks in answers],
                goal="0: none over 50 ms",
            ),
        ]
        return Result("drawing", figures, taken_now(browser.version))
