"""Recovery: how long a request waits for its next word when what computes it, or holds it, is gone.

Each fault is done to a real engine with the demo model, in the middle of an answer behind which others wait.
Measured in the page that asked: from the fault to the first text that comes after it. Every request is read
to its end and has to be whole, or there is no figure.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser

from bench.conditions import taken_now
from bench.figure import Figure, alone
from bench.page import AnswerFailed, launched
from bench.results import Result
from bench.running import Rig
from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import EngineAlone, engine_alone
from tests.e2e.tabs import Tabs, body_of, name_of, python_of
from tests.e2e.trained import ANSWERS, EVERYTHING

MODEL = "webllm-demo-1-q0f32"
WAITING = 4
"""Requests behind the one that is cut."""
HEARTBEAT_S = 2
FEWEST = 3
"""Measurements on a software adapter, whose loads take half a minute and more."""
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


def _waited(fault: float, streams: list[Events]) -> float:
    """Milliseconds from a fault (ms since the epoch) to the next text of whoever came back first."""
    for events in streams:
        text = "".join(event["text"] for event in events if event["type"] == "delta")
        if events[-1]["type"] != "finished" or text != ANSWERS[EVERYTHING]:
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
    found: list[float] = []
    missed = 0
    while len(found) < times:
        try:
            found.append(once())
        except MissedError:
            missed += 1
            if missed > 3 * times:
                raise
    return found


def _in_the_cell(
    browser: Browser, rig: Rig, device: str, fault: Callable[[EngineAlone], None], query: str = ""
) -> float:
    """One fault beneath the engine room, asked from a page with nothing else in it."""
    with engine_alone(browser, rig.site, OriginGuard(rig.site.rstrip("/")), query) as engine:
        engine.page.evaluate(FOLLOW)
        engine.load(device)
        if device == "webgpu":
            engine.watch_devices()
        engine.end_of("load", PATIENCE_MS)
        names = [f"answer {number}" for number in range(WAITING + 1)]
        for name in names:
            engine.ask(EVERYTHING, name, delta_interval_ms=0)
        engine.wait(f"text('{names[0]}').length > 20", PATIENCE_MS)
        at = time.time() * 1000
        fault(engine)
        for name in names:
            engine.end_of(name, PATIENCE_MS)
        return _waited(at, [engine.events(name) for name in names])


def _in_the_tabs(browser: Browser, rig: Rig, fault: Callable[[Tabs], None]) -> float:
    """One fault that ends the room, in two tabs of the application: the second asks, the first has it."""
    with browser.new_context() as context:
        tabs = Tabs(context, rig.site)
        tabs.open_first()
        asking = tabs.open()
        asking.wait_until_ready()
        worker = python_of(asking)
        body = body_of(EVERYTHING, delta_interval_ms=0)
        worker.evaluate(ASK, {"body": body, "count": WAITING + 1})
        while not worker.evaluate("testEvents[0].length > 4"):
            asking.page.wait_for_timeout(1)
        at = time.time() * 1000
        fault(tabs)
        return _waited(at, worker.evaluate("testAnswers.then(() => testEvents)"))


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
        killed = _measured(lambda: _in_the_cell(browser, rig, "cpu", EngineAlone.kill_cell), rounds)
        hung = _measured(lambda: _in_the_cell(browser, rig, "cpu", EngineAlone.hang_cell, heartbeat), rounds)
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
    """Faults of the engine; a software adapter takes minutes."""
    rounds = min(rig.pairs, FEWEST)
    note = "a software adapter compiles all shaders anew"
    with launched(rig.playwright, webgpu=True) as browser:
        lost = _measured(lambda: _in_the_cell(browser, rig, "webgpu", EngineAlone.lose_device), rounds)
        killed = _measured(lambda: _in_the_cell(browser, rig, "webgpu", EngineAlone.kill_cell), rounds)
        figures = [
            _figure("WebLLM on WebGPU, its device lost", lost, note),
            _figure("WebLLM on WebGPU, its worker killed", killed, note),
        ]
        return Result("recovery_webgpu", figures, taken_now(browser.version))
