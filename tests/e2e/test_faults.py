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


@pytest.fixture(scope="module")
def alone(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[EngineAlone]:
    """One engine on the CPU through fault after fault: each must leave it well for the next."""
    with engine_alone(cpu_browser, site, origin_guard) as opened:
        opened.load()
        assert opened.end_of("load")[1]["type"] == "loaded"
        yield opened


def answered(alone: EngineAlone, question: str, name: str = "answer") -> list[str]:
    """The answer came whole and once; returns the types of its events beside the text."""
    text, last = alone.end_of(name)
    assert text == ANSWERS[question]
    assert last["type"] == "finished"
    assert last["reason"] == "stop"
    return [event["type"] for event in alone.events(name) if event["type"] != "delta"]


def test_an_answer_goes_on_behind_any_of_its_own_words(alone: EngineAlone) -> None:
    whole = ANSWERS[EVERYTHING]
    words = [at for at, letter in enumerate(whole) if letter == " "]
    for at in (words[0], words[3], words[len(words) // 2], words[-1]):
        alone.ask(EVERYTHING, f"from {at}", continue_text=whole[:at])
        text, _ = alone.end_of(f"from {at}")
        assert whole[:at] + text == whole


def test_a_cell_that_dies_in_the_middle_of_an_answer_costs_nothing_of_it(alone: EngineAlone) -> None:
    alone.kill_cell_in_the_next_answer()
    alone.ask(EVERYTHING)
    alone.ask(WHAT, "behind it")
    assert answered(alone, EVERYTHING) == ["started", "recovered", "finished"]
    assert answered(alone, WHAT, "behind it") == ["started", "finished"]


def test_a_cell_that_dies_before_the_first_word_leaves_no_trace(alone: EngineAlone) -> None:
    alone.kill_cell_at_the_next_request()
    alone.ask(EVERYTHING)
    assert answered(alone, EVERYTHING) == ["started", "finished"]


def test_a_cell_that_dies_while_it_loads_is_started_again(engine: Opener) -> None:
    # It may die before it has said that it is there: of that there is no sign but its silence.
    alone = engine("?heartbeat=5", loaded=False)
    alone.load()
    alone.kill_cell()
    # Asked when it is gone: an end in the midst of the answer would be another test.
    alone.ask(WHAT)
    assert alone.end_of("load")[1]["type"] == "loaded"
    assert answered(alone, WHAT) == ["started", "finished"]


def test_a_cell_that_hangs_is_noticed_and_replaced(engine: Opener) -> None:
    alone = engine("?heartbeat=2")
    alone.hang_cell_in_the_next_answer()
    alone.ask(EVERYTHING)
    assert answered(alone, EVERYTHING) == ["started", "recovered", "finished"]
    (recovered,) = [event for event in alone.events("answer") if event["type"] == "recovered"]
    assert recovered["error"]["code"] == "engine_hung"


def test_an_engine_that_is_lost_while_nobody_asks_is_back_for_the_next_question(alone: EngineAlone) -> None:
    alone.kill_cell()
    alone.ask(OFFLINE)
    assert answered(alone, OFFLINE) == ["started", "finished"]
    assert alone.status()["type"] == "ready"


def test_a_reset_in_the_middle_of_an_answer_costs_nothing_of_it(alone: EngineAlone) -> None:
    before = alone.cells()
    alone.reset_in_the_next_answer()
    alone.ask(EVERYTHING)
    assert answered(alone, EVERYTHING) == ["started", "recovered", "finished"]
    assert alone.page.evaluate("wasReset") == {"type": "done"}
    assert alone.cells() != before


def test_an_answer_that_is_held_to_a_schema_fails_with_what_it_had(alone: EngineAlone) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "string"}}, "required": ["n"]}
    alone.kill_cell_in_the_next_answer()
    alone.ask(EVERYTHING, response_format={"type": "json_object", "schema": schema})
    text, last = alone.end_of("answer")
    assert last["type"] == "failure"
    assert last["error"]["code"] == "worker_died"
    assert last["error"]["details"]["partial_characters"] == len(text) > 0
    alone.ask(WHAT, "next")
    assert answered(alone, WHAT, "next") == ["started", "finished"]


def test_whatever_dies_when_every_request_in_the_queue_ends_with_its_answer(alone: EngineAlone) -> None:
    questions = [WHAT, EVERYTHING, OFFLINE, WHAT, EVERYTHING]
    for number, question in enumerate(questions):
        alone.ask(question, f"{number}")
    for length in (10, 200):
        alone.wait(f"streams['1'].ended || text('1').length > {length}")
        if alone.cells():
            alone.kill_cell()
    for number, question in enumerate(questions):
        answered(alone, question, f"{number}")
