"""Many turns, stopped at random moments: nothing is lost, and the next answer is always right."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import expect

from tests.e2e.app import App
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT


@pytest.mark.parametrize(("engine", "turns"), [("cpu", 200), ("webgpu", 200)])
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
        stop = app.page.get_by_test_id("stop")
        if stop.is_visible():
            stop.click(timeout=1_000, no_wait_after=True, force=True)
        cut = app.wait_for_answer()
        assert cut.state in ("stopped", "done"), f"turn {turn}"
        assert ANSWERS[EVERYTHING].startswith(cut.text), f"turn {turn}"
        if turn % 10 == 9:
            app.new_conversation()
            assert app.ask(WHAT).text == ANSWERS[WHAT], f"turn {turn}"
            app.new_conversation()
