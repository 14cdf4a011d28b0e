"""Growth in the page: what one more message costs to store and to draw behind a hundred times as many.

The application is real; only the engine's document is one with the scripted engine. What is stored is counted
where the page hands it to IndexedDB; what it takes is the processor time of the page's thread, as the browser
counts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page, expect

from bench.conditions import taken_now
from bench.drawing import ENGINE, WATCH
from bench.figure import Figure, alone, paired
from bench.page import launched
from bench.profile_database import write_conversation
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until

FEW = 10
LENGTHS = (100, 1_000)
TOKENS = 200
QUESTIONS = 3
"""Asked for one measurement: as many turns make a group of them, which the page begins with the first."""
PATIENCE_MS = 120_000
CONVERSATION = "long"

# Bytes as JSON: near enough to what lies on the disk, and the same for both sides.
COUNT_WRITES = """(() => {
  const put = IDBObjectStore.prototype.put;
  globalThis.written = 0;
  IDBObjectStore.prototype.put = function (value, ...key) {
    globalThis.written += JSON.stringify(value).length;
    return put.call(this, value, ...key);
  };
})();"""

SEND = """async question => {
  const field = document.querySelector("[data-testid=composer]");
  field.value = question;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise(resolve => setTimeout(resolve, 100));
  document.querySelector("[data-testid=send]").click();
}"""
# All that is near to what is read is drawn, and the page has had nothing else to do for a moment.
SETTLED = """() => new Promise(settled => {
  let timer = setTimeout(settled, 500);
  new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(settled, 500);
  }).observe(document.querySelector("[data-testid=messages]"), { childList: true, subtree: true });
})"""

# From a click on the conversation in the list until its last answer is drawn.
OPENS = """async (selector) => {
  const began = performance.now();
  const drawn = new Promise(resolve => {
    const watch = new MutationObserver(look);
    function look() {
      if (document.querySelector('[data-testid="answer-text"]') === null) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    }
    watch.observe(document, { childList: true, subtree: true });
  });
  document.querySelector(selector).click();
  return await drawn - began;
}"""


@dataclass(frozen=True)
class Cost:
    """Of one more question and its answer."""

    written: float
    """Bytes."""
    page_ms: float
    """Processor time of the page's thread."""


@dataclass(frozen=True)
class Opened:
    """A page that shows a conversation, and what it took to show it."""

    page: Page
    took_ms: float
    longest_ms: float
    devtools: CDPSession

    def cost(self) -> Cost:
        """Of one more message, of some that follow each other."""
        # The one that is in front draws more frames: neither is to have that alone.
        self.page.bring_to_front()
        before, written = self._busy_ms(), self._written()
        for _ in range(QUESTIONS):
            ask(self.page, "And then?")
            # What follows an answer is stored and drawn behind it.
            self.page.wait_for_timeout(1_000)
        return Cost((self._written() - written) / QUESTIONS, (self._busy_ms() - before) / QUESTIONS)

    def _busy_ms(self) -> float:
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration")) * 1000

    def _written(self) -> float:
        return float(self.page.evaluate("written"))


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the answer, without looking through the page: that would be measured with it."""
    turns = int(page.evaluate("webllmApp.conversation.turns.length"))
    page.evaluate(SEND, question)
    last = "webllmApp.conversation.turns.at(-1).state.kind"
    wait_until(page, f"webllmApp.conversation.turns.length > {turns} && {last} === 'done'", ANSWER_TIMEOUT_MS)


@contextmanager
def _opened(browser: Browser, site: str, messages: int) -> Iterator[Opened]:
    """A page with a conversation of so many messages on the screen."""
    with browser.new_context(service_workers="block") as context:
        context.route("**/engine.html", lambda route: route.fulfill(path=ENGINE, content_type="text/html"))
        context.add_init_script(COUNT_WRITES)
        page = context.new_page()
        page.goto(f"{site}?model=scripted-1&tokens={TOKENS}")
        expect(page.get_by_test_id("conversations-empty")).to_be_visible(timeout=PATIENCE_MS)
        write_conversation(page, CONVERSATION, messages)
        page.reload()
        app = App(page)
        app.wait_until_ready()
        page.evaluate(WATCH)
        took = float(page.evaluate(OPENS, f"[data-conversation={CONVERSATION}] a"))
        wait_until(page, f"webllmApp.conversation.turns.length === {messages // 2}", PATIENCE_MS)
        page.evaluate(SETTLED)
        longest = max(page.evaluate("longTasks"), default=0.0)
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        # The first question brings the session the history, and with the others the page's code grows warm.
        for _ in range(QUESTIONS):
            ask(page, "What comes next?")
        yield Opened(page, took, longest, devtools)


def run(rig: Rig) -> Result:
    """Measure one more message behind 100 and 1,000 beside one behind 10.

    What is asked makes both longer, by six messages for each pair: the few are opened anew for each length.
    """
    with launched(rig.playwright, webgpu=False) as browser:
        figures: list[Figure] = []
        for length in LENGTHS:
            with _opened(browser, rig.site, FEW) as few, _opened(browser, rig.site, length) as many:
                both = [_pair(many, few, few_first=turn % 2 == 1) for turn in range(rig.pairs)]
            figures += _figures(length, both, many)
        return Result("growing_page", figures, taken_now(browser.version))


def _pair(many: Opened, few: Opened, *, few_first: bool) -> tuple[Cost, Cost]:
    """What both cost: each is the first of them in every other pair."""
    if few_first:
        theirs = few.cost()
        return many.cost(), theirs
    return many.cost(), few.cost()


def _figures(length: int, both: list[tuple[Cost, Cost]], many: Opened) -> list[Figure]:
    beside = f"behind {FEW}"
    where = f"behind {length:,} messages"
    return [
        paired(
            f"Bytes stored by the page for a question and its answer {where}",
            "bytes",
            "lower",
            [(ours.written, theirs.written) for ours, theirs in both],
            beside=beside,
            goal="1.0 x: what is new alone",
        ),
        paired(
            f"Processor time of the page's thread for them ({TOKENS} tokens)",
            "ms",
            "lower",
            [(ours.page_ms, theirs.page_ms) for ours, theirs in both],
            beside=beside,
            goal="1.1 x",
        ),
        alone(f"From a click to a conversation of {length:,} messages", "ms", "lower", [many.took_ms]),
        alone(
            f"Longest task of the page while {length:,} messages are opened",
            "ms",
            "lower",
            [many.longest_ms],
            goal="0: none over 50 ms",
        ),
    ]
