"""What breaks beneath a request: nothing is lost, nothing is said twice, and everything ends once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import EngineAlone, engine_alone
from tests.e2e.trained import ANSWERS, EVERYTHING, OFFLINE, WHAT

Opener = Callable[..., EngineAlone]


@pytest.fixture
def engine(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Opener]:
    """Opens an engine on the CPU, loaded unless told otherwise."""
    with ExitStack() as stack:

        def opened(query: str = "", *, loaded: bool = True) -> EngineAlone:
            alone = stack.enter_context(engine_alone(cpu_browser, site, origin_guard, query))
            if loaded:
                alone.load()
                assert alone.end_of("load")[1]["type"] == "loaded"
            return alone

        yield opened


def answered(alone: EngineAlone, question: str, name: str = "answer") -> list[str]:
    """The answer came whole and once; returns the types of its events beside the text."""
    text, last = alone.end_of(name)
    assert text == ANSWERS[question]
    assert last["type"] == "finished" and last["reason"] == "stop"
    return [event["type"] for event in alone.events(name) if event["type"] != "delta"]


def test_an_answer_goes_on_behind_any_of_its_own_words(engine: Opener) -> None:
    alone = engine()
    whole = ANSWERS[EVERYTHING]
    words = [at for at, letter in enumerate(whole) if letter == " "]
    for at in (words[0], words[3], words[len(words) // 2], words[-1]):
        alone.ask(EVERYTHING, f"from {at}", continue_text=whole[:at])
        text, _ = alone.end_of(f"from {at}")
        assert whole[:at] + text == whole


def test_a_cell_that_dies_in_the_middle_of_an_answer_costs_nothing_of_it(engine: Opener) -> None:
    alone = engine()
    alone.ask(EVERYTHING)
    alone.ask(WHAT, "behind it")
    alone.wait("text('answer').length > 20")
    alone.kill_cell()
    assert answered(alone, EVERYTHING) == ["started", "recovered", "finished"]
    assert answered(alone, WHAT, "behind it") == ["started", "finished"]
