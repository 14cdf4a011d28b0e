"""What is stored: with 10,000 conversations and 100,000 inferences a page is as one with ten of each.

Each in a profile of its own, all of one browser, which keeps them in memory: how long it takes to open a
database on the disk is no figure of ours (docs/performance.md has it). Ten are less than a window shows: two
more profiles stand between them, one that just fills what is drawn (50 conversations, all with the word
that is searched for, 1,000 inferences over a year), and one with a thousand conversations. The list is
there when its first row is drawn; a search ends when its hits are drawn, the place for metrics is there
when its figures are. Rows are written as the application writes them.

The profiles take turns at every single start, and another one is first each time. While one is looked at, the
others show an empty page: five starts of one profile behind those of another told less of what is stored than
of who had been before (1.05 between two profiles that hold the same).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median

from playwright.sync_api import Browser, Page, expect

from bench import profile_database
from bench.conditions import taken_now
from bench.figure import Figure, paired
from bench.page import launched
from bench.results import Result
from bench.rounds import one_round
from bench.running import Rig
from tests.e2e.app import App

TURNS = 3
PATIENCE_MS = 120_000
A_LOOK_MS = 1_000
SETTLE_MS = 500
STARTS = 5
"""For each round: one alone tells more of the machine than of what is stored."""
TYPING = "120 ms of it wait for the next key"
NOTES = {
    "search": TYPING,
    "found": f"{TYPING}; of the 10 one has it",
    "year": f"{A_LOOK_MS / 1000:g} s after the place was opened: what is near is read ahead",
}

# One conversation of so many has the word that is searched for.
SEED = """async ({ count, turns, worded }) => {
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
        if (at % worded === worded - 1) words.push("lighthouse");
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

# Clicks, and says after how many milliseconds all that it leads to was drawn. Canvases are drawn anew.
LEADS_TO = """async ({ click, to }) => {
  for (const canvas of document.querySelectorAll("canvas")) canvas.dataset.before = "";
  const began = performance.now();
  const drawn = new Promise(resolve => {
    const watch = new MutationObserver(look);
    function look() {
      if (to.some(each => document.querySelector(each) === null)) return;
      watch.disconnect();
      resolve(performance.now());
    }
    watch.observe(document, { attributes: true, childList: true, subtree: true });
  });
  document.querySelector(click).click();
  return await drawn - began;
}"""
LAST_PLOT = "[data-testid=plot-memory_mb] canvas:not([data-before])"


@dataclass(frozen=True)
class Stored:
    """What a profile holds."""

    conversations: int
    inferences: int
    worded: int = 10
    """One conversation of so many has the word."""


MANY = Stored(10_000, 100_000)
SOME = Stored(1_000, 1_000)
WINDOW = Stored(50, 1_000, worded=1)
FEW = Stored(10, 10)
PROFILES = {"many": MANY, "some": SOME, "window": WINDOW, "few": FEW}
Round = dict[str, dict[str, float]]
"""Milliseconds by profile and by what was done."""


@dataclass(frozen=True)
class Visit:
    """Milliseconds of what a person does in one."""

    search: float
    found: float
    metrics: float
    year: float
    history: float


@contextmanager
def _profile(browser: Browser, site: str, stored: Stored) -> Iterator[Page]:
    """A page whose profile holds that."""
    with browser.new_context(service_workers="block") as context:
        context.add_init_script(WATCH)
        writer = context.new_page()
        writer.goto(f"{site}?device=cpu")
        expect(writer.get_by_test_id("conversations-empty")).to_be_visible(timeout=PATIENCE_MS)
        seed = {"count": stored.conversations, "turns": TURNS, "worded": stored.worded}
        profile_database.write(writer, SEED, seed)
        profile_database.write_inferences(writer, stored.inferences)
        # What the writing leaves behind in its process is no part of a visit.
        writer.close()
        yield context.new_page()


@contextmanager
def _started(page: Page, site: str) -> Iterator[float]:
    """The page, and after how many milliseconds its list was there; an empty page behind it."""
    # To take down what was there before, in the midst of its own start, is no part of this one's.
    page.wait_for_timeout(SETTLE_MS)
    # The place that was left open by the last visit is closed: it would be there before it is asked for.
    page.goto(f"{site}?device=cpu#/")
    yield float(page.evaluate("listed"))
    page.goto("about:blank")


def _start(page: Page, site: str) -> float:
    with _started(page, site) as listed:
        return listed


def _visit(page: Page, site: str) -> Visit:
    """One visit: a search from a typed word on, and the place for metrics from the click on."""
    with _started(page, site):
        # What starts beside it, Python and a model, would be measured with all that follows.
        App(page).wait_until_ready()
        search, found = page.evaluate(SEARCH, "lighth")
        expect(page.get_by_test_id("excerpt").first).to_contain_text("lighthouse")

        def led(click: str, *to: str) -> float:
            return float(page.evaluate(LEADS_TO, {"click": click, "to": to}))

        metrics = led("[data-testid=go-metrics]", "[data-testid=totals][data-range=recent]", LAST_PLOT)
        # Whoever has looked at one stretch of time turns to another no sooner.
        page.wait_for_timeout(A_LOOK_MS)
        year = "[data-testid=totals][data-range=year]"
        return Visit(
            search,
            found,
            metrics=metrics,
            year=led("[data-testid=metrics-range] input[value=year]", year, LAST_PLOT),
            history=led("[data-testid=metrics-view] input[value=history]", "[data-testid=inference]"),
        )


def _round(pages: dict[str, Page], site: str, number: int) -> Round:
    """Each profile's starts, and then a visit of each."""
    starts = {name: partial(_start, page, site) for name, page in pages.items()}
    visits = {name: partial(_visit, page, site) for name, page in pages.items()}
    started = [one_round(starts, number + turn) for turn in range(STARTS)]
    visited = one_round(visits, number)
    return {
        name: {"start": median(each[name] for each in started), **asdict(visited[name])} for name in pages
    }


def run(rig: Rig) -> Result:
    """Measure the list, the search and the metrics with much that is stored, beside a little."""
    with launched(rig.playwright, webgpu=False) as browser, ExitStack() as open_pages:
        pages = {
            name: open_pages.enter_context(_profile(browser, rig.site, stored))
            for name, stored in PROFILES.items()
        }
        # What was written is put in order by the browser while it is looked at first.
        _round(pages, rig.site, 0)
        rounds = [_round(pages, rig.site, number) for number in range(rig.pairs)]
        return Result("storage", _figures(rounds), taken_now(browser.version))


def _figures(rounds: list[Round]) -> list[Figure]:
    """Many beside few, many beside what fills a window, and some beside few."""
    turns = MANY.conversations * TURNS
    of_many = {
        "start": f"From navigation to the list of {MANY.conversations:,} conversations, "
        f"{MANY.inferences:,} inferences",
        "search": f"From a typed word to the first that is found in {turns:,} turns",
        "found": "From a typed word to the 50 newest that have it",
        "metrics": f"From a click to the figures and plots of the latest of {MANY.inferences:,} inferences",
        "year": f"From a click to those of a year, {MANY.inferences:,} inferences in sums of days",
        "history": "From a click to the history of that year",
    }
    of_some = {
        "start": f"From navigation to the list of {SOME.conversations:,} conversations",
        "search": f"From a typed word to the first that is found in {SOME.conversations * TURNS:,} turns",
    }
    few = f"the same with {FEW.conversations}"
    window = (
        f"with {WINDOW.conversations} conversations, all with the word, and {WINDOW.inferences:,} inferences"
    )
    return [
        *(_figure(name, rounds, field, ("many", "few"), few) for field, name in of_many.items()),
        *(_figure(name, rounds, field, ("many", "window"), window) for field, name in of_many.items()),
        *(_figure(name, rounds, field, ("some", "few"), few) for field, name in of_some.items()),
    ]


def _figure(name: str, rounds: list[Round], field: str, sides: tuple[str, str], beside: str) -> Figure:
    ours, theirs = sides
    measured = [(each[ours][field], each[theirs][field]) for each in rounds]
    return paired(name, "ms", "lower", measured, beside=beside, note=NOTES.get(field))
