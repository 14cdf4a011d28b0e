"""What an engine gives back: the short form of tests/soak/test_engine_memory.py."""

from __future__ import annotations

from playwright.sync_api import Browser, Worker

from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import EngineAlone, engine_alone
from tests.e2e.trained import ANSWERS, OFFLINE

LOADS = 4
STRANGERS = 24
"""Prompts that have nothing in common, of about 390 tokens: four context windows of the demo model."""
LOCKS = "navigator.locks.query().then(({ held }) => held.map(({ name }) => name).sort())"


def load_and_unload(alone: EngineAlone, name: str, device: str = "cpu") -> None:
    alone.load(name=name, device=device)
    assert alone.end_of(name, 300_000)[1]["type"] == "loaded"
    alone.ask(OFFLINE, f"{name} answer")
    assert alone.end_of(f"{name} answer", 300_000)[0] == ANSWERS[OFFLINE]
    assert alone.page.evaluate("client.unload()") == {"type": "empty"}


def ask_strangers(alone: EngineAlone, numbers: range) -> None:
    """Ask long questions that begin differently, so that each displaces the one before it."""
    for number in numbers:
        name = f"stranger {number}"
        alone.ask(
            f"{number} " + " ".join(f"page {number * word % 97}" for word in range(95)), name, max_tokens=4
        )
        assert alone.end_of(name)[1]["type"] == "finished"


def settled_workers(alone: EngineAlone, count: int) -> int:
    """How many workers live, once those that were just ended have gone."""
    for _ in range(100):
        if len(alone.page.workers) <= count:
            break
        alone.page.wait_for_timeout(100)
    return len(alone.page.workers)


def test_an_unloaded_engine_leaves_no_worker_and_no_lock(
    cpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with engine_alone(cpu_browser, site, origin_guard) as alone:
        # The first load takes the cell that was started with the room.
        load_and_unload(alone, "first load")
        workers, locks = settled_workers(alone, 1), alone.page.evaluate(LOCKS)
        assert workers == 1, "Only the room is left."
        for number in range(1, LOADS):
            load_and_unload(alone, f"load {number}")
            assert settled_workers(alone, workers) == workers
        assert alone.page.evaluate(LOCKS) == locks


def test_prompts_that_differ_make_the_cpu_engine_begin_anew_before_it_keeps_too_much(
    cpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with engine_alone(cpu_browser, site, origin_guard) as alone:
        alone.load()
        assert alone.end_of("load")[1]["type"] == "loaded"
        started: list[Worker] = []

        def notice(worker: Worker) -> None:
            started.append(worker)

        workers = len(alone.page.workers)
        alone.page.on("worker", notice)
        ask_strangers(alone, range(STRANGERS))
        assert 1 <= len(started) <= 4
        assert settled_workers(alone, workers) == workers
        alone.ask(OFFLINE, "afterwards")
        assert alone.end_of("afterwards")[0] == ANSWERS[OFFLINE]
