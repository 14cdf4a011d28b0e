"""Conversations: a page with ten thousand of them starts and searches as one with ten.

Both in one browser, alternating, each in its own profile. The list is there when its first row is drawn; a
search ends when its hits are drawn. Rows are written as the application writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from bench.conditions import taken_now
from bench.figure import paired
from bench.page import launched
from bench.results import Result
from bench.running import Rig

MANY, FEW = 10_000, 10
TURNS = 3
PATIENCE_MS = 120_000

# Every tenth conversation has the words that are searched for, whatever their number.
SEED = """async ({ count, turns }) => {
  const known = await indexedDB.databases();
  const { name } = known.find(({ name }) => name.includes(":profile:"));
  const database = await new Promise((resolve, reject) => {
    const opened = indexedDB.open(name);
    opened.onsuccess = () => resolve(opened.result);
    opened.onerror = () => reject(opened.error);
  });
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

SEARCH = """async query => {
  const field = document.querySelector('[data-testid="conversation-search"]');
  const began = performance.now();
  const drawn = new Promise(resolve => {
    const look = () => document.querySelector('[data-testid="hits"]') && resolve(performance.now());
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
  field.value = query;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return await drawn - began;
}"""


@contextmanager
def _profile(browser: Browser, site: str, count: int) -> Iterator[Page]:
    """A page whose profile holds so many conversations."""
    with browser.new_context(service_workers="block") as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{site}?device=cpu")
        expect(page.get_by_test_id("conversations-empty")).to_be_visible(timeout=PATIENCE_MS)
        page.evaluate(SEED, {"count": count, "turns": TURNS})
        yield page


def _measured(page: Page) -> tuple[float, float]:
    """Milliseconds from the navigation to the list, and from a word that is typed to its hits."""
    page.reload()
    start = float(page.evaluate("listed"))
    search = float(page.evaluate(SEARCH, "lighth"))
    expect(page.get_by_test_id("excerpt").first).to_contain_text("lighthouse")
    return start, search


def run(rig: Rig) -> Result:
    """Measure the list and the search with many conversations, beside a few."""
    with (
        launched(rig.playwright, webgpu=False) as browser,
        _profile(browser, rig.site, MANY) as many,
        _profile(browser, rig.site, FEW) as few,
    ):
        for page in (many, few):
            _measured(page)
        both = [(_measured(many), _measured(few)) for _ in range(rig.pairs)]
        beside = f"the same with {FEW}"
        figures = [
            paired(
                f"From navigation to the list of {MANY:,} conversations",
                "ms",
                "lower",
                [(ours[0], theirs[0]) for ours, theirs in both],
                beside=beside,
            ),
            paired(
                f"From a typed word to what is found in {MANY * TURNS:,} turns",
                "ms",
                "lower",
                [(ours[1], theirs[1]) for ours, theirs in both],
                beside=beside,
                note="120 ms of it wait for the next key",
            ),
        ]
        return Result("storage", figures, taken_now(browser.version))
