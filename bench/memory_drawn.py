"""Memory of the application after 500 turns of a conversation on its screen, beside after the first ten.

The application is real: Python, the session, what is stored and what is drawn. Only the engine is the
scripted one, which answers at once. Counted is what the processes of a browser with this page alone have
written, once every isolate of JavaScript has collected what nobody needs and V8 has given back what was
collected (see `tests/soak/held.py`); the conversation is stored on the disk, as a person's is. Three minutes;
Linux only.
"""

from __future__ import annotations

from playwright.sync_api import Page

from bench.drawing import ENGINE
from bench.memory import of_memory
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import App
from tests.soak.held import collecting_profile, held_mb

TURNS = 500
SETTLED_AFTER = 10
"""Turns until everything is there that a conversation ever needs."""
AT_ONCE = 35
"""Turns of one call into the page."""
TOKENS = 100
"""Of an answer: a paragraph."""

# Asks as a person does, one question behind the end of the answer before it.
ASKS = """async ([first, behind]) => {
  const field = document.querySelector("[data-testid=composer]");
  const until = async holds => {
    while (!holds()) await new Promise(looked => setTimeout(looked, 10));
  };
  for (let turn = first; turn < behind; turn += 1) {
    field.value = `What comes ${turn} steps behind the first one?`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await until(() => !document.querySelector("[data-testid=send]").disabled);
    document.querySelector("[data-testid=send]").click();
    await until(() => webllmApp.conversation.turns[turn]?.state.kind === "done");
  }
}"""


def _asked(page: Page, first: int, behind: int) -> None:
    for turn in range(first, behind, AT_ONCE):
        page.evaluate(ASKS, [turn, min(turn + AT_ONCE, behind)])


def _held(rig: Rig) -> tuple[float, float]:
    """Megabytes after all turns, and after the first."""
    with collecting_profile(rig.playwright) as context:
        context.route("**/engine.html", lambda route: route.fulfill(path=ENGINE, content_type="text/html"))
        page = context.new_page()
        page.goto(f"{rig.site}?model=scripted-1&tokens={TOKENS}")
        App(page).wait_until_ready()
        _asked(page, 0, SETTLED_AFTER)
        few = held_mb(page)
        _asked(page, SETTLED_AFTER, TURNS)
        return held_mb(page), few


def run(rig: Rig) -> Result:
    """Measure it, once for each pair."""
    return of_memory(
        rig,
        "memory_drawn",
        f"Memory of the application after {TURNS} turns of one conversation",
        [_held(rig) for _ in range(rig.pairs)],
        beside=f"after {SETTLED_AFTER} turns of it",
        goal="1.05 x",
    )
