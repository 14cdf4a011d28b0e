"""Several tabs, one engine: who holds it, and what happens when that tab goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.app import App
from tests.e2e.conftest import Opener, OriginGuard, fresh_tabs
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


@pytest.fixture(scope="module")
def shared(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Tabs]:
    """A browser whose tabs go on from test to test: each takes seconds to start its Python."""
    with fresh_tabs(cpu_browser, site, origin_guard) as tabs:
        yield tabs


def three(tabs: Tabs, query: str = "?device=cpu") -> tuple[App, App, App]:
    """Three tabs that all answer, with those that are open already; the first of them holds the engine."""
    if not tabs.opened:
        tabs.open_first(query)
    while len(tabs.opened) < 3:
        tabs.open(query)
    leader = wait_for_one_engine(tabs)
    second, third = (app for app in tabs.opened if app is not leader)
    return leader, second, third


def close(tabs: Tabs, app: App) -> None:
    app.page.close()
    tabs.opened.remove(app)


def test_tabs_find_each_other_after_the_service_worker_was_ended(shared: Tabs) -> None:
    leader = shared.open_first() if not shared.opened else wait_for_one_engine(shared)
    stop_service_workers(leader)
    another = shared.open()
    assert wait_for_one_engine(shared) is leader
    stop_service_workers(leader)
    # Ports that have been handed over do not lead through it.
    assert ask(another, WHAT).text == ANSWERS[WHAT]


def test_three_tabs_share_one_engine_and_each_gets_its_answer(shared: Tabs) -> None:
    for app in three(shared):
        assert app.ask(WHAT).text == ANSWERS[WHAT]
    assert shared.engines() == 1


def test_requests_of_three_tabs_with_random_cancels_end_once_each(shared: Tabs) -> None:
    opened = three(shared)
    for seed, app in enumerate(opened, start=1):
        start_asking(app, WHAT, 50, seed=seed, spanMs=4_000)
    ended = [answer for app in opened for answer in answers_of(app)]
    assert len(ended) == 150
    check_each_ended_once(ended, ANSWERS[WHAT])
    assert {answer.outcome for answer in ended} > {"stop"}
    assert opened[0].ask(WHAT).text == ANSWERS[WHAT]


def test_when_the_leader_closes_what_the_others_had_asked_ends_with_the_right_text(shared: Tabs) -> None:
    leader, second, third = three(shared)
    start_asking(second, EVERYTHING, 12)
    start_asking(third, EVERYTHING, 12)
    close(shared, leader)
    ended = [*answers_of(second), *answers_of(third)]
    assert {answer.text for answer in ended} == {ANSWERS[EVERYTHING]}
    assert {answer.outcome for answer in ended} == {"stop"}
    assert wait_for_one_engine(shared) in (second, third)
    assert second.ask(WHAT).text == ANSWERS[WHAT]
    assert third.ask(WHAT).text == ANSWERS[WHAT]


def test_a_tab_that_closes_takes_nothing_from_the_others(shared: Tabs) -> None:
    leader, second, third = three(shared)
    start_asking(second, EVERYTHING, 30)
    start_asking(third, EVERYTHING, 5)
    close(shared, second)
    assert {answer.text for answer in answers_of(third)} == {ANSWERS[EVERYTHING]}
    assert leader.ask(WHAT).text == ANSWERS[WHAT]
    assert owner_of(shared) is leader


def test_a_frozen_leader_loses_the_engine_and_is_a_follower_when_it_wakes(tabs: Tabs) -> None:
    query = "?device=cpu&pulse=1000"
    leader, second, third = three(tabs, query)
    # Four times as long as the others wait for a sign of life.
    freeze(leader, 16_000)
    # Sent to an engine that hears nothing.
    start_asking(second, EVERYTHING, 3)
    start_asking(third, EVERYTHING, 3)
    ended = [*answers_of(second), *answers_of(third)]
    assert {answer.text for answer in ended} == {ANSWERS[EVERYTHING]}
    # Awake again, it ends its own engine. What that one wrote meanwhile reaches nobody.
    assert wait_for_one_engine(tabs) in (second, third)
    assert leader.ask(WHAT).text == ANSWERS[WHAT]


def test_without_a_service_worker_a_tab_keeps_an_engine_of_its_own(open_on_cpu: Opener) -> None:
    first = open_on_cpu("?device=cpu")
    first.wait_until_ready()
    tabs = Tabs(first.page.context, first.page.url.split("?")[0], [first])
    second = tabs.open()
    second.wait_until_ready()
    assert tabs.engines() == 2
    assert ask(first, WHAT).text == ask(second, WHAT).text == ANSWERS[WHAT]
