"""Pace: what a token costs Python's worker while an engine speaks at the rate of a good GPU.

The engine is scripted, everything behind it is real. Counted is the processor's time of the worker's own
thread, as Linux tells it: what else the machine does is not in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bench.conditions import taken_now
from bench.figure import alone
from bench.memory import NotMeasurable, browser_processes
from bench.page import launched, opened
from bench.results import Result
from bench.running import Rig
from bench.throughput import MODEL
from tools.processes import PROC

PAUSE_MS = 10
TOKENS = 500
RATE = 100
"""Tokens a second that the cost is told for."""
WORKER = "DedicatedWorker"


def _worker_threads() -> Iterator[tuple[Path, float]]:
    """(thread, seconds of processor's time that it has used) of every worker of this program's browsers."""
    ticks = os.sysconf("SC_CLK_TCK")
    for process in browser_processes():
        for thread in (PROC / str(process) / "task").iterdir():
            if not (thread / "comm").read_text().startswith(WORKER):
                continue
            fields = (thread / "stat").read_text().rpartition(")")[2].split()
            # User and system time, by the manual of proc(5).
            yield thread, (int(fields[11]) + int(fields[12])) / ticks


def run(rig: Rig) -> Result:
    """Measure the processor's time of Python's worker."""
    if not (PROC / "self" / "task").exists():
        raise NotMeasurable("Threads are read from /proc, which this system does not have.")
    with launched(rig.playwright, webgpu=False) as browser, opened(browser, rig.site) as page:
        page.start_ours("scripted", MODEL, pauseMs=PAUSE_MS)
        page.answer_ours("Warm up.", max_tokens=TOKENS // 5)
        # Starting Python has taken seconds: no other worker has done as much.
        python = max(_worker_threads(), key=lambda worker: worker[1])[0]
        shares = []
        for _ in range(rig.pairs):
            before = dict(_worker_threads())[python]
            answer = page.answer_ours("Go on.", max_tokens=TOKENS)
            spent = dict(_worker_threads())[python] - before
            shares.append(spent / answer.tokens * RATE * 100)
        figure = alone(
            f"Processor's time of Python's worker at {RATE} tokens/s, in percent of a core",
            "%",
            "lower",
            shares,
            goal="under 3",
            note="with everything that a turn costs besides its tokens",
        )
        return Result("pace", [figure], taken_now(browser.version))
