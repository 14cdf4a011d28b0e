"""Recovery: how long a request waits for its next word when what computes it, or holds it, is gone.

Each fault is done to a real engine with the demo model, in the middle of an answer behind which others wait.
Measured in the page that asked: from the fault to the first text that comes after it. Every request is read
to its end and has to be whole, or there is no figure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from bench.conditions import taken_now
from bench.figure import Figure, alone
from bench.page import AnswerFailed, launched
from bench.results import Result
from bench.running import Rig
from tests.e2e.app import name_of
from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import EngineAlone, engine_alone
from tests.e2e.tabs import Tabs, body_of, python_of
from tests.e2e.trained import ANSWERS, EVERYTHING, OFFLINE

HEARTBEAT_S = 2
FEWEST = 3
"""Measurements on a software adapter, which loads a model for a quarter of a minute and more."""
PATIENCE_MS = 300_000
# Notes when each event came.
FOLLOW = """() => {
  globalThis.follow = (name, stream) => {
    const seen = { stream, events: [], ended: false };
    streams[name] = seen;
    (async () => {
      for (let batch; (batch = await stream.next()) !== null; )
        seen.events.push(...batch.map(event => ({ ...event, at: Date.now() })));
      seen.ended = true;
    })();
  };
}"""
# The same in the worker that hosts Python, over its bridge.
ASK = """({ body, count }) => {
  const read = async () => {
    const events = [];
    globalThis.testEvents.push(events);
    const stream = js_llm_stream(body);
    for (let text; (text = await stream.next()) !== null; )
      events.push(...JSON.parse(text).map(event => ({ ...event, at: Date.now() })));
  };
  globalThis.testEvents = [];
  globalThis.testAnswers = Promise.all(Array.from({ length: count }, read));
  return null;
}"""

Events = list[dict[str, Any]]


class MissedError(AnswerFailed):
    """No answer was cut."""


@dataclass(frozen=True)
class Load:
    """What is asked when a fault comes."""

    question: str
    """Its answer has to take longer than a fault takes to come."""
    waiting: int
    """Requests behind the one that is cut."""


LOADS = {"cpu": Load(EVERYTHING, 4), "webgpu": Load(OFFLINE, 1)}
"""A software adapter says five tokens a second: what waits behind the fault is not what is measured."""


def _waited(fault: float, question: str, streams: list[Events]) -> float:
    """Milliseconds from a fault (ms since the epoch) to the next text of whoever came back first."""
    for events in streams:
        text = "".join(event["text"] for event in events if event["type"] == "delta")
        if events[-1]["type"] != "finished" or text != ANSWERS[question]:
            raise AnswerFailed(f"A fault cost a request its answer: {events[-1]}")
    after = []
    for events in streams:
        # Text without it may have been on its way when the fault came.
        back = next((n for n, event in enumerate(events) if event["type"] == "recovered"), len(events))
        after += [event["at"] for event in events[back:] if event["type"] == "delta"][:1]
    if not after:
        raise MissedError("The fault came between two answers.")
    return float(min(after)) - fault


def _measured(once: Callable[[], float], times: int) -> list[float]:
    """As many measurements; a fault that comes between two answers cuts none and is done again."""
    return _in_turns([once], times)[0]


def _in_turns(kinds: Sequence[Callable[[], float]], times: int) -> list[list[float]]:
    """The same for several kinds of fault, in turns: what else the machine does is in all of them."""
    found: list[list[float]] = [[] for _ in kinds]
    missed = 0
    for measured, once in (pair for _ in range(times) for pair in zip(found, kinds, strict=True)):
        while True:
            try:
                measured.append(once())
                break
            except MissedError:
                missed += 1
                if missed > 3 * times:
                    raise
    return found


class _Cell:
    """An engine room in a page with nothing else in it, and faults of the cell beneath it, one after another.

    It is loaded once: each fault costs one load more, which is what is measured.
    """

    def __init__(self, engine: EngineAlone, device: str) -> None:
        self._engine = engine
        self._device = device
        engine.page.evaluate(FOLLOW)
        engine.load(device)
        self._watch()
        engine.end_of("load", PATIENCE_MS)
        self._asked = 0

    def once(self, fault: Callable[[EngineAlone], None]) -> float:
        """Cut an answer behind which others wait; milliseconds to the next text."""
        engine, load = self._engine, LOADS[self._device]
        names = [f"answer {self._asked + number}" for number in range(load.waiting + 1)]
        self._asked += len(names)
        for name in names:
            engine.ask(load.question, name, delta_interval_ms=0)
        engine.wait(f"text('{names[0]}').length > 20", PATIENCE_MS)
        (before,) = engine.cells()
        at = time.time() * 1000
        fault(engine)
        while before in engine.page.workers:
            engine.page.wait_for_timeout(1)
        self._watch()
        for name in names:
            engine.end_of(name, PATIENCE_MS)
        return _waited(at, load.question, [engine.events(name) for name in names])

    def _watch(self) -> None:
        """The next fault may take the devices of this cell."""
        if self._device == "webgpu":
            self._engine.watch_devices()


@contextmanager
def _cell(browser: Browser, rig: Rig, device: str, query: str = "") -> Iterator[_Cell]:
    with engine_alone(browser, rig.site, OriginGuard(rig.site.rstrip("/")), query) as engine:
        yield _Cell(engine, device)


def _in_the_tabs(browser: Browser, rig: Rig, fault: Callable[[Tabs], None]) -> float:
    """One fault that ends the room, in two tabs of the application: the second asks, the first has it."""
    with browser.new_context() as context:
        tabs = Tabs(context, rig.site)
        tabs.open_first()
        asking = tabs.open()
        asking.wait_until_ready()
        worker = python_of(asking)
        load = LOADS["cpu"]
        body = body_of(load.question, delta_interval_ms=0)
        worker.evaluate(ASK, {"body": body, "count": load.waiting + 1})
        while not worker.evaluate("testEvents[0].length > 4"):
            asking.page.wait_for_timeout(1)
        at = time.time() * 1000
        fault(tabs)
        return _waited(at, load.question, worker.evaluate("testAnswers.then(() => testEvents)"))


def _close_leader(tabs: Tabs) -> None:
    tabs.opened[0].page.close()


def _kill_room(tabs: Tabs) -> None:
    (room,) = (one for one in tabs.opened[0].page.workers if name_of(one) == "engine")
    room.evaluate("self.close()")


def _figure(name: str, times: list[float], note: str | None = None) -> Figure:
    goal = "every request ends whole"
    return alone(f"{name}: from the fault to the next text", "ms", "lower", times, goal=goal, note=note)


def run_cpu(rig: Rig) -> Result:
    """Faults of the engine, of its room and of the tab that has it."""
    heartbeat = f"?heartbeat={HEARTBEAT_S}"
    note = f"{HEARTBEAT_S} s of it until silence counts as death"
    rounds = rig.pairs
    with launched(rig.playwright, webgpu=False) as browser:
        with _cell(browser, rig, "cpu") as cell:
            killed = _measured(lambda: cell.once(EngineAlone.kill_cell), rounds)
        with _cell(browser, rig, "cpu", heartbeat) as cell:
            hung = _measured(lambda: cell.once(EngineAlone.hang_cell), rounds)
        room = _measured(lambda: _in_the_tabs(browser, rig, _kill_room), rounds)
        closed = _measured(lambda: _in_the_tabs(browser, rig, _close_leader), rounds)
        figures = [
            _figure("llama.cpp on the CPU, its worker killed", killed),
            _figure("llama.cpp on the CPU, its worker hung", hung, note),
            _figure("llama.cpp on the CPU, the engine room killed under two tabs", room),
            _figure("llama.cpp on the CPU, the tab with the engine closed", closed),
        ]
        return Result("recovery_cpu", figures, taken_now(browser.version))


def run_webgpu(rig: Rig) -> Result:
    """Faults of the engine, each of which costs a software adapter one load."""
    rounds = min(rig.pairs, FEWEST)
    note = "a software adapter compiles all shaders anew"
    with launched(rig.playwright, webgpu=True) as browser, _cell(browser, rig, "webgpu") as cell:
        lost, killed = _in_turns(
            [lambda: cell.once(EngineAlone.lose_device), lambda: cell.once(EngineAlone.kill_cell)], rounds
        )
        figures = [
            _figure("WebLLM on WebGPU, its device lost", lost, note),
            _figure("WebLLM on WebGPU, its worker killed", killed, note),
        ]
        return Result("recovery_webgpu", figures, taken_now(browser.version))
