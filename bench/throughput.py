"""Throughput: an engine that says more than anybody takes, through everything real behind it, into Python.

The engine is scripted; server, queue, batcher, port, bridge, Pyodide worker, provider, loop and hooks are
real. Tokens are counted where the engine says them, time where a Python listener hears the first and the
last. For the rate it says twenty paragraphs in one turn of its event loop, so that making words bounds
nothing: the first version of this project, built from the history, is measured behind the same engine in the
same browser. For what an engine that is merely fast does to Python and to the page, it says one paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser

from bench import first_version
from bench.conditions import taken_now
from bench.figure import Figure, alone, paired
from bench.page import BenchPage, Streamed, launched, opened
from bench.results import Result
from bench.running import Rig

MODEL = "scripted-1"
TOKENS_FOR_ONE = 10_000
"""The scripted engine says so many tokens for each that a real model is asked for."""
LONGER = 5
"""So many times that for the rate: the 32 ms between two batches are to be little of it."""
TOGETHER = 20
"""Paragraphs of 54 words that it then says in one go."""
GOAL = "at least 20,000, and 2 x the first version"


def run(rig: Rig) -> Result:
    """Measure what lies between an engine and Python."""
    tokens = rig.tokens * TOKENS_FOR_ONE
    with launched(rig.playwright, webgpu=False) as browser:
        speed = _speed(browser, rig, tokens * LONGER)
        with opened(browser, rig.site) as page:
            page.start_ours("scripted", MODEL)
            page.answer_ours("Warm up.", max_tokens=tokens)
            answers = [page.answer_ours("Go on.", max_tokens=tokens) for _ in range(rig.pairs)]
        return Result("throughput", [speed, *_on_the_way(answers, tokens)], taken_now(browser.version))


def _speed(browser: Browser, rig: Rig, tokens: int) -> Figure:
    name = f"Tokens per second into a Python listener ({tokens:,} tokens of a scripted engine)"
    with _speaking(browser, rig.site, tokens) as ours:
        if not first_version.built():
            rates = [_rate(ours) for _ in range(rig.pairs)]
            return alone(name, "tokens/s", "higher", rates, goal=GOAL, note="without the project's history")
        with first_version.serving() as site, _speaking(browser, site, tokens) as first:
            pairs = [(_rate(ours), _rate(first)) for _ in range(rig.pairs)]
    return paired(name, "tokens/s", "higher", pairs, beside=first_version.NAME, goal=GOAL)


@contextmanager
def _speaking(browser: Browser, site: str, tokens: int) -> Iterator[BenchPage]:
    """A page with an engine that is no bound, warm."""
    with opened(browser, site) as page:
        page.start_ours("scripted", MODEL, tokens=tokens, together=TOGETHER)
        for _ in range(2):
            page.answer_ours("Warm up.")
        yield page


def _rate(page: BenchPage) -> float:
    answer = page.answer_ours("Go on.")
    return answer.tokens / answer.seconds_in_python


def _on_the_way(answers: Sequence[Streamed], tokens: int) -> list[Figure]:
    return [
        alone(
            f"Crossings into Python for an answer of {tokens:,} tokens",
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
