"""A thousand requests of three tabs with random cancels: each ends once, with its text or cancelled."""

from __future__ import annotations

import random

from tests.e2e.tabs import Tabs, answers_of, check_each_ended_once, start_asking, wait_for_one_engine
from tests.e2e.trained import ANSWERS, WHAT


def test_a_thousand_requests_of_three_tabs_end_once_each(tabs: Tabs) -> None:
    opened = [tabs.open_first(), tabs.open(), tabs.open()]
    wait_for_one_engine(tabs)
    seed = random.SystemRandom().randrange(1, 2**31 - 4)
    print(f"seed {seed}")
    counts = (334, 333, 333)
    for place, (app, count) in enumerate(zip(opened, counts, strict=True)):
        start_asking(app, WHAT, count, seed=seed + place, spanMs=60_000)
    ended = [answer for app in opened for answer in answers_of(app)]
    assert len(ended) == 1_000
    check_each_ended_once(ended, ANSWERS[WHAT])
    assert opened[0].ask(WHAT).text == ANSWERS[WHAT]
