"""Several tabs, one engine: who holds it, and what happens when that tab goes."""

from __future__ import annotations

from tests.e2e.app import App
from tests.e2e.conftest import Opener
from tests.e2e.tabs import (
    Tabs,
    answers_of,
    ask,
    check_each_ended_once,
    freeze,
    owner_of,
    start_asking,
    stop_service_workers,
    wait_for_one_engine,
)
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT


def three(tabs: Tabs, query: str = "?device=cpu") -> tuple[App, App, App]:
    """Three tabs that all answer; the first holds the engine."""
    first = tabs.open_first(query)
    others = tabs.open(query), tabs.open(query)
    assert wait_for_one_engine(tabs) is first
    return first, *others


def test_three_tabs_share_one_engine_and_each_gets_its_answer(tabs: Tabs) -> None:
    for app in three(tabs):
        assert app.ask(WHAT).text == ANSWERS[WHAT]
    assert tabs.engines() == 1


def test_when_the_leader_closes_what_the_others_had_asked_ends_with_the_right_text(tabs: Tabs) -> None:
    leader, second, third = three(tabs)
    start_asking(second, EVERYTHING, 12)
    start_asking(third, EVERYTHING, 12)
    leader.page.close()
    tabs.opened.remove(leader)
    ended = [*answers_of(second), *answers_of(third)]
    assert {answer.text for answer in ended} == {ANSWERS[EVERYTHING]}
    assert {answer.outcome for answer in ended} == {"stop"}
    assert wait_for_one_engine(tabs) in (second, third)
    assert second.ask(WHAT).text == ANSWERS[WHAT]
    assert third.ask(WHAT).text == ANSWERS[WHAT]


def test_without_a_service_worker_a_tab_keeps_an_engine_of_its_own(open_on_cpu: Opener) -> None:
    first = open_on_cpu("?device=cpu")
    first.wait_until_ready()
    tabs = Tabs(first.page.context, first.page.url.split("?")[0], [first])
    second = tabs.open()
    second.wait_until_ready()
    assert tabs.engines() == 2
    assert ask(first, WHAT).text == ask(second, WHAT).text == ANSWERS[WHAT]


def test_a_frozen_leader_loses_the_engine_and_is_a_follower_when_it_wakes(tabs: Tabs) -> None:
    query = "?device=cpu&pulse=500"
    leader, second, third = three(tabs, query)
    freeze(leader, 20_000)
    # Sent to an engine that hears nothing.
    start_asking(second, EVERYTHING, 3)
    start_asking(third, EVERYTHING, 3)
    ended = [*answers_of(second), *answers_of(third)]
    assert {answer.text for answer in ended} == {ANSWERS[EVERYTHING]}
    # Awake again, it ends its own engine. What that one wrote meanwhile reaches nobody.
    assert wait_for_one_engine(tabs) in (second, third)
    assert leader.ask(WHAT).text == ANSWERS[WHAT]


def test_tabs_find_each_other_after_the_service_worker_was_ended(tabs: Tabs) -> None:
    leader = tabs.open_first()
    stop_service_workers(leader)
    second = tabs.open()
    assert wait_for_one_engine(tabs) is leader
    stop_service_workers(leader)
    # Ports that have been handed over do not lead through it.
    assert ask(second, WHAT).text == ANSWERS[WHAT]


def test_requests_of_three_tabs_with_random_cancels_end_once_each(tabs: Tabs) -> None:
    opened = three(tabs)
    for seed, app in enumerate(opened, start=1):
        start_asking(app, WHAT, 50, seed=seed, spanMs=4_000)
    ended = [answer for app in opened for answer in answers_of(app)]
    assert len(ended) == 150
    check_each_ended_once(ended, ANSWERS[WHAT])
    assert {answer.outcome for answer in ended} > {"stop"}
    assert opened[0].ask(WHAT).text == ANSWERS[WHAT]


def test_a_tab_that_closes_takes_nothing_from_the_others(tabs: Tabs) -> None:
    leader, second, third = three(tabs)
    start_asking(second, EVERYTHING, 30)
    start_asking(third, EVERYTHING, 5)
    second.page.close()
    tabs.opened.remove(second)
    assert {answer.text for answer in answers_of(third)} == {ANSWERS[EVERYTHING]}
    assert leader.ask(WHAT).text == ANSWERS[WHAT]
    assert owner_of(tabs) is leader
