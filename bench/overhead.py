"""Overhead: an Amplifier session beside the engine's own client, same model, same messages, one page.

Ours is a whole session: question, loop, context, hooks, provider, bridge, port, engine worker, and every
delta as an event back in the page. Theirs is what the engine's documentation tells a page to do. Both stream
the same body at temperature 0, in turns, into the same page, which reads and draws nothing. Each answer
begins a conversation, so that both compute the whole prompt.
"""

from __future__ import annotations

from typing import Any

from bench.conditions import taken_now
from bench.figure import Figure, alone, paired
from bench.page import AnswerFailed, BenchPage, Streamed, Timed, launched, opened
from bench.results import Result
from bench.running import Rig
from tests.e2e.trained import EVERYTHING

MODEL = "webllm-demo-1-q0f32"
BESIDE = {"webgpu": "WebLLM's own `CreateWebWorkerMLCEngine`", "cpu": "wllama's own `createChatCompletion`"}
FACTOR = {"webgpu": 1, "cpu": 4}
"""The CPU engine answers a hundred times faster than a software adapter: it may say more."""
ENGINE = {"webgpu": "WebLLM on WebGPU", "cpu": "llama.cpp on the CPU"}

Pair = tuple[Streamed, Timed]


class _Sides:
    """Both sides of one page, with their model loaded."""

    def __init__(self, page: BenchPage, engine: str, tokens: int) -> None:
        self._page = page
        self._sampling: dict[str, Any] = {"temperature": 0, "max_tokens": tokens}
        page.start_ours(engine, MODEL)
        page.start_theirs(engine, MODEL)
        # The first answers compile and warm up; and ours says which messages a session sends.
        body = self._page.answer_ours(EVERYTHING, raw=True, **self._sampling).body
        assert body is not None
        # Theirs gets the very same fields: another sampling would be another work. It has but one model.
        self._body = {name: value for name, value in body.items() if name != "model"}
        self._theirs()

    def pair(self, *, ours_first: bool) -> Pair:
        """One answer of each, one right after the other."""
        if ours_first:
            ours, theirs = self._ours(), self._theirs()
        else:
            theirs, ours = self._theirs(), self._ours()
        if (ours.text, ours.tokens) != (theirs.text, theirs.tokens):
            raise AnswerFailed(f"Different answers cannot be compared: {ours.text!r}, {theirs.text!r}")
        return ours, theirs

    def _ours(self) -> Streamed:
        return self._page.answer_ours(EVERYTHING, **self._sampling)

    def _theirs(self) -> Timed:
        return self._page.answer_theirs(**self._body)


def _figures(engine: str, pairs: list[Pair]) -> list[Figure]:
    beside, tokens = BESIDE[engine], pairs[0][0].tokens
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
        sides = _Sides(page, engine, rig.tokens * FACTOR[engine])
        # Who goes first changes, so that neither always has the other's heat behind it.
        pairs = [sides.pair(ours_first=number % 2 == 0) for number in range(rig.pairs)]
        adapter = page.adapter() if webgpu else None
        return Result(f"overhead_{engine}", _figures(engine, pairs), taken_now(browser.version, adapter))


def run_webgpu(rig: Rig) -> Result:
    """Measure with WebLLM."""
    return _run(rig, "webgpu")


def run_cpu(rig: Rig) -> Result:
    """Measure with llama.cpp, which is the harder case: its tokens come a hundred times faster."""
    return _run(rig, "cpu")
