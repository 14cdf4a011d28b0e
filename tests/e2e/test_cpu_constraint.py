"""The CPU engine holds its output to a constraint while the model writes, and leaves the rest alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.app import App
from tests.e2e.conftest import OriginGuard
from tests.e2e.trained import ANSWERS, WHAT
from webllm_provider._schema import violations

MODEL = "webllm-demo-1-q0f32"
DOCUMENT = "<!doctype html><title>An engine of one's own</title><body></body>"
LOAD = """async model => {
  const { EngineClient, EngineFrame } = await import("./lib/bridge.js");
  const frame = new EngineFrame("engine.html");
  globalThis.client = new EngineClient(frame.connect(), { locks: navigator.locks });
  const loading = client.load(model, "cpu");
  for (let last = null, batch; ; last = batch.at(-1)) {
    if ((batch = await loading.next()) === null) return last;
  }
}"""
# Ends the answer after the first text where `stop` is true.
COMPLETE = """async ({ body, stop }) => {
  const stream = client.complete(body);
  const events = [];
  for (let batch; (batch = await stream.next()) !== null; ) {
    events.push(...batch);
    if (stop && batch.some(({ type }) => type === "delta")) stream.cancel();
  }
  return events;
}"""

NOTES = {
    "type": "object",
    "properties": {
        "action": {"enum": ["add", "list"]},
        "size": {"type": "integer", "minimum": 3, "maximum": 17},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 8}, "maxItems": 2},
    },
    "required": ["action", "size"],
    "additionalProperties": False,
}
BEGIN, END = '<tool_call>{"name": "notes", "arguments": ', "}</tool_call>"


def constraint(schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    return {
        "triggers": ["<tool_call>"],
        "tags": [{"begin": BEGIN, "schema": schema, "end": END}],
        "at_least_one": required,
        "stop_after_first": required,
    }


class Engine:
    """The engine in a page of its own, asked over the wire."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ask(self, text: str, *, stop: bool = False, **more: object) -> tuple[str, dict[str, Any]]:
        """The answer's text, and the event that ended it."""
        messages = [{"role": "user", "content": text}]
        body = {"model": MODEL, "messages": messages, "temperature": 0, "max_tokens": 400, **more}
        events: list[dict[str, Any]] = self.page.evaluate(COMPLETE, {"body": body, "stop": stop})
        return "".join(event["text"] for event in events if event["type"] == "delta"), events[-1]


@pytest.fixture(scope="module")
def engine(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Engine]:
    with cpu_browser.new_context() as context:
        origin_guard.watch(context)
        context.route(
            "**/engine-alone.html",
            lambda route: route.fulfill(body=DOCUMENT, content_type="text/html"),
        )
        page = context.new_page()
        page.goto(f"{site}engine-alone.html")
        loaded = page.evaluate(LOAD, MODEL)
        assert loaded["model"]["capabilities"]["constraint"] == "grammar"
        yield Engine(page)


def test_an_answer_without_a_call_is_the_same_with_and_without_tools(engine: Engine) -> None:
    free, _ = engine.ask(WHAT)
    held, ending = engine.ask(WHAT, constraint=constraint(NOTES, required=False))
    assert held == free == ANSWERS[WHAT]
    assert ending["reason"] == "stop"


@pytest.mark.parametrize("seed", range(5))
def test_a_required_call_is_valid_however_wildly_the_model_writes(engine: Engine, seed: int) -> None:
    text, ending = engine.ask(
        "Tell me a joke.", temperature=2, seed=seed, constraint=constraint(NOTES, required=True)
    )
    assert ending["reason"] == "stop"
    assert text.startswith(BEGIN)
    assert text.endswith(END)
    assert violations(json.loads(text[len(BEGIN) : -len(END)]), NOTES) == []


def test_a_held_answer_can_be_stopped_in_the_middle(engine: Engine) -> None:
    long = {"type": "array", "items": {"type": "integer"}, "minItems": 500}
    text, ending = engine.ask(WHAT, stop=True, max_tokens=1500, constraint=constraint(long, required=True))
    assert ending["type"] == "finished"
    assert ending["reason"] == "abort"
    assert BEGIN.startswith(text[: len(BEGIN)])
    assert engine.ask(WHAT)[0] == ANSWERS[WHAT]


def test_a_schema_that_only_leads_back_to_itself_fails_by_name_and_the_next_question_works(
    engine: Engine,
) -> None:
    circle = {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}}}
    _, ending = engine.ask(WHAT, constraint=constraint(circle, required=False))
    assert ending["error"]["code"] == "grammar_failed"
    assert engine.ask(WHAT)[0] == ANSWERS[WHAT]


def test_the_page_reports_no_limits_where_the_engine_holds_the_tools(cpu_app: App) -> None:
    cpu_app.new_conversation()
    assert cpu_app.ask(WHAT).state == "done"
    assert cpu_app.answers.last.get_by_test_id("degraded").count() == 0
