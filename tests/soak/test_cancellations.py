"""Many turns, stopped at random moments: nothing is lost, and the next answer is always right."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.app import LOAD_TIMEOUT_MS, App
from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import engine_alone
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT

pytestmark = pytest.mark.timeout(3_600)

NO_KEY = "Do I need a key?"
"""Its answer is the shortest."""


@pytest.mark.parametrize(("engine", "turns"), [("cpu", 200), ("webgpu", 20)])
def test_stopping_at_a_random_moment_never_spoils_the_next_answer(
    request: pytest.FixtureRequest, engine: str, turns: int
) -> None:
    app: App = request.getfixturevalue(f"{engine}_app")
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    app.new_conversation()
    for turn in range(turns):
        before = app.answers.count()
        app.send(EVERYTHING)
        expect(app.answers).to_have_count(before + 1, timeout=60_000)
        app.page.wait_for_timeout(rng.uniform(0, 300 if engine == "cpu" else 2_000))
        # In the page: between a look from here and a click the answer may end.
        app.page.evaluate("document.querySelector('[data-testid=stop]')?.click()")
        cut = app.wait_for_answer()
        assert cut.state in ("stopped", "done"), f"turn {turn}"
        assert ANSWERS[EVERYTHING].startswith(cut.text), f"turn {turn}"
        if turn % 10 == 9:
            app.new_conversation()
            assert app.ask(WHAT).text == ANSWERS[WHAT], f"turn {turn}"
            app.new_conversation()


def test_two_hundred_stops_on_webgpu_at_random_moments_lose_nothing(
    webgpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    # Past Python: what a session says first would be computed again after each stop, for seconds on software.
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with engine_alone(webgpu_browser, site, origin_guard) as alone:
        alone.load("webgpu")
        assert alone.end_of("load", LOAD_TIMEOUT_MS)[1]["type"] == "loaded"
        for stop in range(200):
            name = f"stopped {stop}"
            alone.ask(EVERYTHING, name)
            alone.page.wait_for_timeout(rng.uniform(0, 1_200))
            alone.cancel(name)
            text, last = alone.end_of(name)
            code = last["reason"] if last["type"] == "finished" else last["error"]["code"]
            assert code in ("abort", "aborted"), f"stop {stop}"
            assert ANSWERS[EVERYTHING].startswith(text), f"stop {stop}"
            if stop % 10 == 9:
                alone.ask(NO_KEY, f"asked {stop}")
                assert alone.end_of(f"asked {stop}")[0] == ANSWERS[NO_KEY], f"stop {stop}"
