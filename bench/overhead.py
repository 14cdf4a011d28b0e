"""Overhead: an Amplifier session beside the engine's own client, same model, same messages, one page.

Ours is a whole session: question, loop, context, hooks, provider, bridge, port, engine worker, and every
delta as an event back in the page. Theirs is what the engine's documentation tells a page to do. Both stream
the same body at temperature 0, in turns, into the same page, which reads and draws nothing. Each answer
begins a conversation, so that both compute the whole prompt.

A second of the engine's own clients answers in every round as well: what two equal things differ by is what
a ratio cannot tell from 1. On a software adapter that is some percent from one answer to the next, so there
the answers are short, and many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.conditions import taken_now
from bench.figure import Figure, alone, paired
from bench.page import AnswerFailed, BenchPage, Streamed, Timed, launched, opened
from bench.results import Result
from bench.rounds import one_round
from bench.running import Rig
from tests.e2e.trained import EVERYTHING

MODEL = "webllm-demo-1-q0f32"
BESIDE = {"webgpu": "WebLLM's own `CreateWebWorkerMLCEngine`", "cpu": "wllama's own `createChatCompletion`"}
TOKENS_FACTOR = {"webgpu": 1 / 4, "cpu": 4}
"""The CPU engine answers a hundred times faster than a software adapter: it may say more."""
ROUNDS_FACTOR = {"webgpu": 3, "cpu": 1}
ENGINE = {"webgpu": "WebLLM on WebGPU", "cpu": "llama.cpp on the CPU"}

SECOND = "their second"


@dataclass(frozen=True)
class Round:
    """One answer of each, one right after the other."""

    ours: Streamed
    theirs: Timed
    second: Timed
    """Of another client of theirs."""

    def __post_init__(self) -> None:
        answers = {(answer.text, answer.tokens) for answer in (self.ours, self.theirs, self.second)}
        if len(answers) > 1:
            raise AnswerFailed(f"Different answers cannot be compared: {answers!r}")


class _Sides:
    """All sides of one page, with their model loaded."""

    def __init__(self, page: BenchPage, engine: str, tokens: int) -> None:
        self._page = page
        self._sampling: dict[str, Any] = {"temperature": 0, "max_tokens": tokens}
        page.start_ours(engine, MODEL)
        page.start_theirs(engine, MODEL)
        page.start_theirs(engine, MODEL, SECOND)
        # The first answers compile and warm up; and ours says which messages a session sends.
        body = self._page.answer_ours(EVERYTHING, raw=True, **self._sampling).body
        assert body is not None
        # Theirs gets the very same fields: another sampling would be another work. It has but one model.
        self._body = {name: value for name, value in body.items() if name != "model"}
        self._theirs()
        self._second()

    def round(self, first: int) -> Round:
        """One answer of each; `first` counts the rounds."""
        asks: dict[str, Callable[[], Any]] = {
            "ours": self._ours,
            "theirs": self._theirs,
            "second": self._second,
        }
        return Round(**one_round(asks, first))

    def _ours(self) -> Streamed:
        return self._page.answer_ours(EVERYTHING, **self._sampling)

    def _theirs(self) -> Timed:
        return self._page.answer_theirs(**self._body)

    def _second(self) -> Timed:
        return self._page.answer_theirs(client=SECOND, **self._body)


def _figures(engine: str, rounds: list[Round]) -> list[Figure]:
    beside, tokens = BESIDE[engine], rounds[0].ours.tokens
    pairs = [(each.ours, each.theirs) for each in rounds]
    return [
        paired(
            f"{ENGINE[engine]}: tokens per second of a whole answer ({tokens} tokens)",
            "tokens/s",
            "higher",
            [(ours.tokens_per_s, theirs.tokens_per_s) for ours, theirs in pairs],
            beside=beside,
            goal="ratio at least 1.0",
        ),
        paired(
            f"{ENGINE[engine]}: tokens per second behind the first token",
            "tokens/s",
            "higher",
            [(ours.decode_tokens_per_s, theirs.decode_tokens_per_s) for ours, theirs in pairs],
            beside=beside,
            goal="ratio at least 1.0",
        ),
        paired(
            f"{ENGINE[engine]}: the same of a second of their clients, beside the first",
            "tokens/s",
            "higher",
            [(each.second.decode_tokens_per_s, each.theirs.decode_tokens_per_s) for each in rounds],
            beside=beside,
            note="Two equal things: what they differ by is what the ratios above cannot tell from 1.",
        ),
        paired(
            f"{ENGINE[engine]}: time to first token",
            "ms",
            "lower",
            [(ours.first_ms, theirs.first_ms) for ours, theirs in pairs],
            beside=beside,
        ),
        alone(
            f"{ENGINE[engine]}: what a session adds to the time to first token",
            "ms",
            "lower",
            [ours.first_ms - theirs.first_ms for ours, theirs in pairs],
            goal="at most 10",
            note="Of each pair the difference: what lies between a question and the engine, and back.",
        ),
        paired(
            f"{ENGINE[engine]}: what the page sees of the engine's own decoding rate",
            "%",
            "higher",
            [(ours.arriving, theirs.arriving) for ours, theirs in pairs],
            beside=beside,
            note="How fast the engine computes depends on the machine's other work; this hardly does.",
        ),
        alone(
            f"{ENGINE[engine]}: making the session of a new conversation, before its first question",
            "ms",
            "lower",
            [ours.made_ms for ours, _ in pairs],
            note="Its modules are found by their entry points; it is in none of the figures above.",
        ),
    ]


def _run(rig: Rig, engine: str) -> Result:
    webgpu = engine == "webgpu"
    with launched(rig.playwright, webgpu=webgpu) as browser, opened(browser, rig.site) as page:
        sides = _Sides(page, engine, int(rig.tokens * TOKENS_FACTOR[engine]))
        rounds = [sides.round(number) for number in range(rig.pairs * ROUNDS_FACTOR[engine])]
        adapter = page.adapter() if webgpu else None
        return Result(f"overhead_{engine}", _figures(engine, rounds), taken_now(browser.version, adapter))


def run_webgpu(rig: Rig) -> Result:
    """Measure with WebLLM."""
    return _run(rig, "webgpu")


def run_cpu(rig: Rig) -> Result:
    """Measure with llama.cpp, which is the harder case: its tokens come a hundred times faster."""
    return _run(rig, "cpu")
