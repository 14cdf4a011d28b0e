"""Throughput: an engine that emits as fast as it can, through everything real behind it, into Python.

The engine is scripted; server, queue, batcher, port, bridge, Pyodide worker, provider, loop and hooks are
real. Tokens are counted where the engine says them, time where a Python listener hears the first and the
last, and the page, which gets every event, must have no task over 50 ms.
"""

from __future__ import annotations

from bench.conditions import taken_now
from bench.figure import alone
from bench.page import launched, opened
from bench.results import Result
from bench.running import Rig

MODEL = "scripted-1"
TOKENS_FOR_ONE = 10_000
"""The scripted engine says so many tokens for each that a real model is asked for."""


def run(rig: Rig) -> Result:
    """Measure what lies between an engine and Python."""
    with launched(rig.playwright, webgpu=False) as browser, opened(browser, rig.site) as page:
        page.start_ours("scripted", MODEL)
        tokens = rig.tokens * TOKENS_FOR_ONE
        page.answer_ours("Warm up.", max_tokens=tokens)
        answers = [page.answer_ours("Go on.", max_tokens=tokens) for _ in range(rig.pairs)]
        figures = [
            alone(
                f"Tokens per second into a Python listener ({tokens:,} tokens of a scripted engine)",
                "tokens/s",
                "higher",
                [answer.tokens / answer.seconds_in_python for answer in answers],
                goal="at least 20,000",
            ),
            alone(
                "Crossings into Python for each of these answers",
                "batches",
                "lower",
                [float(answer.deltas) for answer in answers],
                goal="at most one for 16 ms, not one for a token",
            ),
            alone(
                "Longest task of the page meanwhile, where one takes over 50 ms",
                "ms",
                "lower",
                [max(answer.long_tasks_ms, default=0.0) for answer in answers],
                goal="0: none over 50 ms",
            ),
        ]
        return Result("throughput", figures, taken_now(browser.version))
