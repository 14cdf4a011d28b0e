"""What is stored: with 10,000 conversations and 100,000 inferences a page is as one with ten of each.

All in one browser, in turns, each in its own profile; one with a thousand stands between them. The list
is there when its first row is drawn; a search ends when its hits are drawn, the place for metrics is there
when its figures are. Rows are written as the application writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from bench import profile_database
from bench.conditions import taken_now
from bench.figure import Figure, paired
from bench.page import launched
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import App

MANY, SOME, FEW = 10_000, 1_000, 10
INFERENCES = 100_000
TURNS = 3
PATIENCE_MS = 120_000
A_LOOK_MS = 1_000
TYPING = "120 ms of it wait for the next key"
NOTES = {
    "search": TYPING,
    "found": f"{TYPING}; the few have one",
    "year": f"{A_LOOK_MS / 1000:g} s after the place was opened: what is near is read ahead",
}

# Every tenth conversation has the words that are searched for, whatever their number.
SEED = """async ({ count, turns }) => {
  const database = await profileDatabase();
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const word = () => "w" + Math.floor(4000 * random() ** 2).toString(36);
  const now = Date.now();
  for (let from = 0; from < count; from += 500) {
    const writing = database.transaction(["conversations", "turns"], "readwrite");
    for (let at = from; at < Math.min(from + 500, count); at += 1) {
      const id = `c${at}`, changedAt = now - at * 60000;
      const title = `${word()} ${word()} ${word()}`;
      const body = { title, named: false, createdAt: changedAt, changedAt, pinned: false, folder: null,
        tags: [], leaf: `${id}-${turns - 1}`, details: {} };
      writing.objectStore("conversations").put({ id, revision: 1, places: [["", 1, -changedAt, id]],
        words: title.split(" "), body });
      for (let place = 0; place < turns; place += 1) {
        const words = [...new Set(Array.from({ length: 40 }, word))];
        if (at % 10 === 9) words.push("lighthouse");
        writing.objectStore("turns").put({ age: -changedAt - place, conversation: id, id: `${id}-${place}`,
          revision: 1, words, body: { turn: {}, excerpt: words.join(" ") } });
      }
    }
    await new Promise((resolve, reject) => {
      writing.oncomplete = resolve;
      writing.onabort = () => reject(writing.error);
    });
  }
  database.close();
}"""

# Milliseconds since navigation at which the first conversation was drawn.
WATCH = """globalThis.listed = new Promise(resolve => {
  const look = () => document.querySelector('[data-testid="conversation"]') && resolve(performance.now());
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
});"""

# Milliseconds until the first hits are drawn, and until all of them are.
SEARCH = """async query => {
  const field = document.querySelector('[data-testid="conversation-search"]');
  const began = performance.now();
  const drawn = (wanted) => new Promise(resolve => {
    const look = () => {
      if (document.querySelector(wanted) === null) return;
      watch.disconnect();
      resolve(performance.now() - began);
    };
    const watch = new MutationObserver(look);
    watch.observe(document, { attributes: true, childList: true, subtree: true });
  });
  const ends = [drawn('[data-testid="hits"]'), drawn('[data-testid="hits"][data-searching="false"]')];
  field.value = query;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return await Promise.all(ends);
}"""

# Clicks, and says after how many milliseconds what it leads to was drawn.
LEADS_TO = """async ({ click, to }) => {
  const began = performance.now();
  const drawn = new Promise(resolve => {
    const watch = new MutationObserver(look);
    function look() {
      if (document.querySelector(to) === null) return;
      watch.disconnect();
      resolve(performance.now());
    }
    watch.observe(document, { attributes: true, childList: true, subtree: true });
  });
  document.querySelector(click).click();
  return await drawn - began;
}"""


@dataclass(frozen=True)
class Times:
    """Milliseconds of one visit."""

    start: float
    search: float
    found: float
    metrics: float
    year: float
    history: float


@contextmanager
def _profile(browser: Browser, site: str, count: int, inferences: int) -> Iterator[Page]:
    """A page whose profile holds so many conversations and inferences."""
    with browser.new_context(service_workers="block") as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{site}?device=cpu")
        expect(page.get_by_test_id("conversations-empty")).to_be_visible(timeout=PATIENCE_MS)
        profile_database.write(page, SEED, {"count": count, "turns": TURNS})
        profile_database.write_inferences(page, inferences)
        yield page


def _measured(page: Page) -> Times:
    """One visit: the list, a search from a typed word on, and the place for metrics from the click on."""
    # The place that was left open by the last visit is closed: it would be there before it is asked for.
    page.goto(f"{page.url.split('#')[0]}#/")
    page.reload()
    start = float(page.evaluate("listed"))
    search, found = page.evaluate(SEARCH, "lighth")
    expect(page.get_by_test_id("excerpt").first).to_contain_text("lighthouse")
    # What starts beside it would be measured with it.
    App(page).wait_until_ready()

    def led(click: str, to: str) -> float:
        return float(page.evaluate(LEADS_TO, {"click": click, "to": to}))

    metrics = led("[data-testid=go-metrics]", "[data-testid=totals][data-range=recent]")
    # Whoever has looked at one stretch of time turns to another no sooner.
    page.wait_for_timeout(A_LOOK_MS)
    return Times(
        start,
        search,
        found,
        metrics=metrics,
        year=led("[data-testid=metrics-range] input[value=year]", "[data-testid=totals][data-range=year]"),
        history=led("[data-testid=metrics-view] input[value=history]", "[data-testid=inference]"),
    )


def run(rig: Rig) -> Result:
    """Measure the list, the search and the metrics with much that is stored, beside a little."""
    with (
        launched(rig.playwright, webgpu=False) as browser,
        _profile(browser, rig.site, MANY, INFERENCES) as many,
        _profile(browser, rig.site, SOME, SOME) as some,
        _profile(browser, rig.site, FEW, FEW) as few,
    ):
        pages = (many, some, few)
        for page in pages:
            _measured(page)
        rounds = [[_measured(page) for page in pages] for _ in range(rig.pairs)]
        return Result("storage", _figures(rounds), taken_now(browser.version))


def _figures(rounds: list[list[Times]]) -> list[Figure]:
    """Of rounds of many, some and few."""
    turns = MANY * TURNS
    of_many = {
        "start": f"From navigation to the list of {MANY:,} conversations, {INFERENCES:,} inferences",
        "search": f"From a typed word to the first that is found in {turns:,} turns",
        "found": "From a typed word to the 50 newest that have it",
        "metrics": f"From a click to the figures and plots of the latest of {INFERENCES:,} inferences",
        "year": f"From a click to those of a year, {INFERENCES:,} inferences in sums of days",
        "history": "From a click to the history of that year",
    }
    of_some = {
        "start": f"From navigation to the list of {SOME:,} conversations",
        "search": f"From a typed word to the first that is found in {SOME * TURNS:,} turns",
    }
    return [
        *(_figure(name, [(many, few) for many, _, few in rounds], field) for field, name in of_many.items()),
        *(_figure(name, [(some, few) for _, some, few in rounds], field) for field, name in of_some.items()),
    ]


def _figure(name: str, both: list[tuple[Times, Times]], field: str) -> Figure:
    measured = [(getattr(ours, field), getattr(theirs, field)) for ours, theirs in both]
    return paired(name, "ms", "lower", measured, beside=f"the same with {FEW}", note=NOTES.get(field))
