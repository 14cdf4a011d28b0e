"""Late turn: what an engine computes for a turn at the end of a long conversation, beside what is new in it.

A whole Amplifier session with its tools on a real engine. All answers end by themselves: WebLLM empties its
cache behind one that was cut. Counted are tokens, by the engine itself: how fast the machine is makes no
difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bench.conditions import taken_now
from bench.figure import paired
from bench.overhead import ENGINE, MODEL
from bench.page import AnswerFailed, BenchPage, launched, opened
from bench.results import Result
from bench.running import Rig

QUESTIONS = ("Do I need a key?", "note that the tea is in the blue tin", "Is it private?")
"""Over and over: the shortest answers, and one by way of a tool."""
LONGEST = {"cpu": 1600, "webgpu": 700}
"""Tokens of the conversation; a software adapter writes a few of them a second."""
TURNS = 7
"""The last ones count."""


@dataclass(frozen=True)
class Turn:
    """Tokens of one answer of the model, as the engine counted them."""

    prompt: int
    answer: int
    computed: int
    """Of the prompt; the rest was in the engine's cache."""
    ended: str


def talked(page: BenchPage, longest: int) -> list[Turn]:
    """The answers of one conversation."""
    turns = [Turn(**one) for one in page.talk(QUESTIONS, longest)]
    if cut := [turn for turn in turns if turn.ended not in ("stop", "tool_calls")]:
        raise AnswerFailed(f"An answer ended in {cut[0].ended}.")
    return turns


def late_pairs(turns: list[Turn]) -> list[tuple[float, float]]:
    """(computed, new) tokens of the last turns: new is what the conversation did not have before."""
    pairs = [
        (float(after.computed), float(after.prompt - before.prompt - before.answer))
        for before, after in pairwise(turns)
    ]
    return pairs[-TURNS:]


def _run(rig: Rig, engine: str) -> Result:
    webgpu = engine == "webgpu"
    with launched(rig.playwright, webgpu=webgpu) as browser, opened(browser, rig.site) as page:
        page.start_ours(engine, MODEL)
        turns = talked(page, LONGEST[engine])
        adapter = page.adapter() if webgpu else None
        conditions = taken_now(browser.version, adapter)
    length = turns[-1].prompt
    figures = [
        paired(
            f"{ENGINE[engine]}: tokens computed for a turn behind {length:,} tokens of conversation",
            "tokens",
            "lower",
            late_pairs(turns),
            beside="tokens of the new message, with its frame",
            goal="at most 1.1 x",
        ),
    ]
    return Result(f"late_turn_{engine}", figures, conditions)


def run_cpu(rig: Rig) -> Result:
    """Measure on llama.cpp."""
    return _run(rig, "cpu")


def run_webgpu(rig: Rig) -> Result:
    """Measure on WebLLM: minutes on a software adapter."""
    return _run(rig, "webgpu")
