"""Batch: many short prompts behind one beginning, beside asking one after the other.

Ours is a job of the engine room: queue, port, and every answer kept in the browser's database. Theirs is the
engine's own client, prompt after prompt: once with every prompt computed whole, as on an engine that forgets
what went before, and once with the cache that the client has by itself.

How much of an item's time llama.cpp computes, by its own clock, bounds what is to be gained on one thread:
the rest is all that could be taken away. A batch gains more where two of them compute beside each other.
"""

from __future__ import annotations

from typing import Any

from bench.conditions import taken_now
from bench.figure import Figure, alone, paired
from bench.page import AnswerFailed, BenchPage, launched, opened
from bench.results import Result
from bench.running import Rig

MODEL = "webllm-demo-1-q0f32"
SHARED = [
    {"role": "system", "content": "You answer questions on an application in one short sentence. " * 12}
]
SAMPLING: dict[str, Any] = {"temperature": 0, "max_tokens": 4}

START = """async model => {
  const { EngineClient, EngineFrame } = await import("../lib/bridge.js");
  globalThis.room = new EngineClient(new EngineFrame("../engine.html").connect(), { locks: navigator.locks });
  const loading = room.load(model, "cpu");
  for (let batch; (batch = await loading.next()) !== null; )
    for (const event of batch) if (event.type === "failure") throw new Error(event.error.message);
}"""
RUN = """async body => {
  const stream = room.stream({ type: "batch", credit: 64, body });
  const events = [];
  for (let batch; (batch = await stream.next()) !== null; ) events.push(...batch);
  return events;
}"""


def _prompts(count: int) -> list[str]:
    return [f"What is this application? ({number})" for number in range(count)]


class _Sides:
    """Both engines in one page, with their model loaded; both in prompts per second."""

    def __init__(self, page: BenchPage, count: int) -> None:
        self._page, self._prompts, self._runs = page, _prompts(count), 0
        self.computing: list[float] = []
        """Of each batch, in percent of what its items took in their engine."""
        page.page.evaluate(START, MODEL)
        page.start_theirs("cpu", MODEL)

    def batch(self) -> float:
        self._runs += 1
        body = {"job": f"{self._runs}", "shared": SHARED, "prompts": self._prompts, "body": SAMPLING}
        *items, last = self._page.page.evaluate(RUN, body)
        if last.get("succeeded") != len(self._prompts):
            raise AnswerFailed(str(last))
        took = sum(item["figures"]["duration_ms"] for item in items)
        self.computing.append(sum(map(_computing_ms, items)) / took * 100)
        return float(len(self._prompts) / last["duration_ms"] * 1000)

    def one_by_one(self, *, cache: bool) -> float:
        asked = [[*SHARED, {"role": "user", "content": prompt}] for prompt in self._prompts]
        answers = [self._page.answer_theirs(messages, cache_prompt=cache, **SAMPLING) for messages in asked]
        return len(answers) / sum(answer.total_ms for answer in answers) * 1000


def _computing_ms(item: dict[str, Any]) -> float:
    """What llama.cpp says that it took for the prompt and the answer of an item."""
    figures, answered = item["figures"], item["usage"]["completion_tokens"]
    prompt = figures["prefilled_tokens"] / figures["prefill_tokens_per_s"]
    return float((prompt + answered / figures["decode_tokens_per_s"]) * 1000)


def _figure(pairs: list[tuple[float, float]], count: int, beside: str, goal: str | None) -> Figure:
    name = f"llama.cpp on the CPU: a batch of {count} short prompts behind a shared beginning"
    return paired(name, "prompts/s", "higher", pairs, beside=beside, goal=goal)


def run(rig: Rig, count: int = 100) -> Result:
    """Measure batches on the CPU engine."""
    whole: list[tuple[float, float]] = []
    cached: list[tuple[float, float]] = []
    with launched(rig.playwright, webgpu=False) as browser, opened(browser, rig.site) as page:
        sides = _Sides(page, count)
        for _ in range(2):
            # V8 compiles what runs often anew: two of ours have to be warm, and one of theirs.
            sides.batch()
        sides.one_by_one(cache=True)
        sides.computing.clear()
        for _ in range(rig.pairs):
            ours = sides.batch()
            whole.append((ours, sides.one_by_one(cache=False)))
            cached.append((ours, sides.one_by_one(cache=True)))
        client = "wllama's own client, one prompt after the other,"
        figures = [
            _figure(whole, count, f"{client} each computed whole", "ratio at least 1.5"),
            _figure(cached, count, f"{client} with its cache", "ratio at least 1.5"),
            alone(
                "Of an item's time in its engine, what llama.cpp computes by its own clock",
                "%",
                "higher",
                sides.computing,
                note="on one thread a batch could gain no more than the rest",
            ),
        ]
        return Result("batch", figures, taken_now(browser.version))
