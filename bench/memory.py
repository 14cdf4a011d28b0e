"""Memory: the application once it has answered, beside a page with the same two runtimes and nothing of ours.

Both hold Pyodide and llama.cpp with the demo model, and each has answered once. Counted is the proportional
set size of every process of a browser that was started for this page alone. Linux only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from bench.conditions import taken_now
from bench.figure import paired
from bench.overhead import MODEL
from bench.page import launched, opened
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import App, wait_until
from tests.e2e.trained import EVERYTHING
from tools.processes import PROC, started_by

SETTLED_MS = 2000
"""What is measured at once still holds what the start has left behind."""


class NotMeasurable(RuntimeError):
    """This system does not tell how much memory a process has."""


def browser_processes() -> Iterator[int]:
    """The processes of the browsers that this program has started."""
    for process in started_by(os.getpid()):
        if "chrom" in (PROC / str(process) / "cmdline").read_text():
            yield process


def browser_mb() -> float:
    """Megabytes of the browsers that this program has started."""
    if not (PROC / "self" / "smaps_rollup").exists():
        raise NotMeasurable("Memory is read from /proc, which this system does not have.")
    total = 0
    for process in browser_processes():
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1000


def _application_mb(rig: Rig) -> float:
    with launched(rig.playwright, webgpu=False) as browser:
        page = browser.new_page()
        app = App(page)
        page.goto(f"{rig.site}?device=cpu")
        app.wait_until_ready()
        app.ask(EVERYTHING)
        page.wait_for_timeout(SETTLED_MS)
        return browser_mb()


def _bare_mb(rig: Rig) -> float:
    with launched(rig.playwright, webgpu=False) as browser, opened(browser, rig.site) as bench:
        bench.start_theirs("cpu", MODEL)
        bench.answer_theirs([{"role": "user", "content": EVERYTHING}], temperature=0, max_tokens=rig.tokens)
        bench.page.evaluate(
            """() => {
              const worker = new Worker("bare-worker.js", { type: "module" });
              worker.onmessage = () => { globalThis.pythonReady = true; };
            }"""
        )
        wait_until(bench.page, "globalThis.pythonReady === true", 120_000)
        bench.page.wait_for_timeout(SETTLED_MS)
        return browser_mb()


def of_memory(
    rig: Rig,
    benchmark: str,
    name: str,
    pairs: Sequence[tuple[float, float]],
    *,
    beside: str,
    goal: str | None = None,
) -> Result:
    """What a benchmark found of memory, in megabytes: ours and what it is compared with, pair by pair."""
    with launched(rig.playwright, webgpu=False) as browser:
        conditions = taken_now(browser.version)
    return Result(benchmark, [paired(name, "MB", "lower", pairs, beside=beside, goal=goal)], conditions)


def run(rig: Rig) -> Result:
    """Measure memory."""
    return of_memory(
        rig,
        "memory",
        "Memory of the whole browser after an answer of the CPU engine",
        [(_application_mb(rig), _bare_mb(rig)) for _ in range(rig.pairs)],
        beside="bare Pyodide and bare wllama in one page",
    )
