"""What is measured equals what the engine said, and developers see what goes on inside, in one page."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App
from tests.e2e.trained import ANSWERS, WHAT

FIGURES = ("time_to_first_token_ms", "duration_ms", "prefill_tokens_per_s", "decode_tokens_per_s")


@pytest.fixture
def app(open_on_cpu: Callable[..., App]) -> App:
    app = open_on_cpu("?device=cpu", locale="en-US", accept_downloads=True)
    app.wait_until_ready()
    return app


def choose(page: Page, group: str, label: str) -> None:
    page.get_by_test_id(group).get_by_text(label, exact=True).click()


def close(page: Page, place: str) -> None:
    page.get_by_test_id(f"{place}-close").click()
    expect(page.get_by_test_id(f"{place}-place")).to_be_hidden()


def saved(page: Page, button: Locator, folder: Path) -> str:
    """What a button saves."""
    with page.expect_download() as download:
        button.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    # As it is: a CSV file ends its lines as the format wants it.
    return path.read_bytes().decode()


def answered(app: App) -> list[dict[str, Any]]:
    """What the engine said of each answer, newest first."""
    payloads = [event["payload"] for event in app.events() if event["name"] == "llm:response"]
    return payloads[::-1]


def test_metrics_equal_what_the_engine_said_and_the_inside_of_the_page_is_shown(
    app: App, tmp_path: Path
) -> None:
    page = app.page
    # Before anything was asked there is the load of the model, and nothing else.
    page.get_by_test_id("go-metrics").click()
    expect(page.get_by_test_id("total-answers")).to_contain_text("0")
    expect(page.get_by_test_id("plot-load_ms").get_by_role("img")).to_be_visible()
    close(page, "metrics")

    app.ask(WHAT)
    page.get_by_test_id("go-settings").click()
    page.get_by_test_id("set-debug").click()
    close(page, "settings")
    console = page.get_by_test_id("event-console")
    expect(console).to_be_visible()
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    said = answered(app)
    assert len(said) == 2

    _look_at_the_history(page, said, tmp_path)
    _read_plots_as_tables(page, said)
    page.get_by_test_id("go-developer").click()
    _look_at_events(page)
    _look_at_sessions(page)
    _replay(page)
    _report(page)
    close(page, "developer")

    # Everything measured is forgotten; the conversation stays.
    page.get_by_test_id("go-metrics").click()
    page.get_by_test_id("metrics-reset").click()
    page.get_by_test_id("question-reset-metrics").get_by_test_id("confirm").click()
    expect(page.get_by_test_id("metrics-empty")).to_be_visible()
    close(page, "metrics")
    expect(app.answers).to_have_count(2)


def _look_at_the_history(page: Page, said: list[dict[str, Any]], folder: Path) -> None:
    page.get_by_test_id("go-metrics").click()
    expect(page.get_by_test_id("total-answers")).to_contain_text("2")
    written = sum(one["usage"]["output_tokens"] for one in said)
    expect(page.get_by_test_id("total-written")).to_contain_text(str(written))
    choose(page, "metrics-view", "History")
    rows = page.get_by_test_id("inference")
    expect(rows).to_have_count(3)

    page.get_by_test_id("filter-kind").select_option("load")
    expect(rows).to_have_count(1)
    page.get_by_test_id("filter-kind").select_option("answer")
    expect(rows).to_have_count(2)
    model = said[0]["model"]
    page.get_by_test_id("filter-model").select_option(model)
    page.get_by_test_id("filter-engine").select_option("wllama")
    expect(rows).to_have_count(2)

    # The files say what the engine said, request by request.
    file = json.loads(saved(page, page.get_by_test_id("metrics-json"), folder))
    inferences = file["inferences"]
    assert [{name: one[name] for name in FIGURES} for one in inferences] == [
        {name: one["figures"][name] for name in FIGURES} for one in said
    ]
    for one, told in zip(inferences, said, strict=True):
        usage = told["usage"]
        assert (one["model"], one["engine"], one["mode"]) == (model, "wllama", "client_side")
        assert one["outcome"] == "done"
        assert (one["prompt_tokens"], one["completion_tokens"]) == (
            usage["input_tokens"],
            usage["output_tokens"],
        )
        assert one["reused_tokens"] == usage["input_tokens"] - told["figures"]["prefilled_tokens"]
    table = list(csv.DictReader(saved(page, page.get_by_test_id("metrics-csv"), folder).splitlines()))
    assert [float(row["duration_ms"]) for row in table] == [one["figures"]["duration_ms"] for one in said]
    assert WHAT not in json.dumps(file)

    page.get_by_test_id("filter-outcome").select_option("failed")
    expect(rows).to_have_count(0)
    expect(page.get_by_text("No inference is like this.")).to_be_visible()
    page.get_by_test_id("filter-outcome").select_option("")
    page.get_by_test_id("filter-kind").select_option("")


def _read_plots_as_tables(page: Page, said: list[dict[str, Any]]) -> None:
    choose(page, "metrics-view", "Overview")
    speed = page.get_by_test_id("plot-decode_tokens_per_s")
    expect(speed.locator("canvas")).to_be_visible()
    expect(speed.get_by_role("img", name="Writing speed, tokens per second: 2 points")).to_be_visible()
    choose(page, "metrics-range", "24 hours")
    choose(page, "metrics-form", "Tables")
    choose(page, "metrics-range", "Latest")
    cells = speed.get_by_role("row")
    expect(cells).to_have_count(3)
    expect(cells.nth(1)).to_contain_text(f"{said[0]['figures']['decode_tokens_per_s']:,.0f}")
    page.get_by_test_id("metrics-split").select_option("engine")
    expect(speed.get_by_role("cell", name="llama.cpp (CPU)").first).to_be_visible()


def _look_at_events(page: Page) -> None:
    place = page.get_by_test_id("developer-place")
    events = place.get_by_test_id("console-event")
    search = place.get_by_test_id("console-filter")
    search.fill("llm:response")
    expect(place.locator('[data-source="amplifier"][data-name="llm:response"]')).to_have_count(2)
    place.get_by_test_id("console-source").select_option("python_to_engine")
    search.fill("complete")
    expect(place.locator('[data-source="python_to_engine"][data-name="complete"]').first).to_be_visible()
    search.fill(WHAT)
    events.first.locator("summary").click()
    expect(events.first.locator("pre")).to_contain_text(WHAT)
    place.get_by_test_id("console-pause").click()
    place.get_by_test_id("console-clear").click()
    expect(events).to_have_count(0)
    place.get_by_test_id("console-pause").click()
    search.fill("")
    place.get_by_test_id("console-source").select_option("page_to_engine")
    # The page asks its engine again and again whether it lives.
    expect(events.first).to_be_visible(timeout=60_000)


def _look_at_sessions(page: Page) -> None:
    choose(page, "developer-view", "Sessions")
    session = page.get_by_test_id("session")
    expect(session).to_have_count(1)
    for part, names in {
        "modules": ("loop-webllm", "context-webllm", "provider-webllm", "tool-notes"),
        "tools": ("notes", "todo"),
        "hooks": ("hooks-approval", "hooks-metrics"),
    }.items():
        table = session.get_by_test_id(f"session-{part}")
        table.locator("summary").click()
        for name in names:
            expect(table.get_by_role("cell", name=name, exact=True).first).to_be_visible()
    expect(session.get_by_role("meter")).to_be_visible()


def _replay(page: Page) -> None:
    choose(page, "developer-view", "Replay")
    page.get_by_test_id("replay-choose").select_option("tool_call")
    page.get_by_test_id("replay-start").click()
    replay = page.get_by_test_id("replay")
    choose(page, "replay-speed", "By hand")
    page.get_by_test_id("replay-step").click()
    expect(page.get_by_test_id("replay-steps").locator("li").first).to_have_text("session:start")
    expect(page.get_by_test_id("replay-at")).to_contain_text("of")
    choose(page, "replay-speed", "40")
    expect(replay).to_have_attribute("data-state", "done", timeout=ANSWER_TIMEOUT_MS)
    answer = page.get_by_test_id("replay-answer")
    expect(answer).to_contain_text("Done: note 1 is saved.")
    expect(answer.get_by_test_id("tool-call")).to_have_attribute("data-state", "done")
    page.get_by_test_id("replay-choose").select_option("device_lost")
    page.get_by_test_id("replay-start").click()
    expect(answer.get_by_test_id("error")).to_have_attribute("data-code", "device_lost")


def _report(page: Page) -> None:
    choose(page, "developer-view", "Report")
    page.get_by_test_id("report-make").click()
    report = page.get_by_test_id("report-text")
    expect(report).to_contain_text('"requests"')
    told = report.inner_text()
    assert WHAT not in told
    assert ANSWERS[WHAT] not in told
