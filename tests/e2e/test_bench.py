"""The benchmarks run, with fast figures: what they measure is there, how fast it is nobody asserts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from bench import batch, overhead, start, throughput
from bench.page import launched, opened
from bench.running import Rig
from bench.serving import build, serving


@pytest.fixture(scope="module")
def rig(playwright: Playwright) -> Iterator[Rig]:
    build()
    with serving() as site:
        yield Rig(playwright, site, pairs=1, tokens=5)


def test_a_second_visit_is_measured_beside_a_bare_interpreter(rig: Rig) -> None:
    with launched(rig.playwright, webgpu=False) as browser, start.visited(browser, rig.site) as context:
        ours = start.started(context, rig.site, start.APPLICATION)
        assert 0 < ours.usable < ours.ready
        assert start.bare_ms(context, rig.site) > 0


def test_a_session_and_the_engines_own_client_stream_the_same_answer(rig: Rig) -> None:
    # The benchmark itself refuses to compare two answers that differ.
    result = overhead.run_cpu(rig)
    whole, decoding, second, first, added, arriving, made = result.figures
    assert [figure.unit for figure in result.figures] == [*["tokens/s"] * 3, "ms", "ms", "%", "ms"]
    beside_theirs = (whole, decoding, second, first, arriving)
    assert all(figure.ratio is not None and figure.n == 1 for figure in beside_theirs)
    assert first.theirs is not None
    assert added.ours.median == pytest.approx(first.ours.median - first.theirs.median)
    assert made.ours.median > 0


def test_a_batch_is_measured_beside_one_prompt_after_the_other(rig: Rig) -> None:
    whole, cached, computing = batch.run(rig, count=4).figures
    assert (whole.unit, cached.unit, computing.unit) == ("prompts/s", "prompts/s", "%")
    assert 0 < computing.ours.median <= 100
    assert whole.ratio is not None
    assert cached.ratio is not None


def test_a_fast_engine_reaches_python_in_batches(rig: Rig) -> None:
    with launched(rig.playwright, webgpu=False) as browser, opened(browser, rig.site) as page:
        page.start_ours("scripted", throughput.MODEL)
        answer = page.answer_ours("Go on.", max_tokens=5000)
    assert answer.tokens == 5000
    assert answer.text.startswith("It says one word after another")
    assert answer.deltas < answer.tokens / 20
