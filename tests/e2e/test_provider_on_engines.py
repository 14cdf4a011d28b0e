"""The provider in real browsers with the demo model: on WebGPU and on the CPU, with nothing in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.app import App
from tests.e2e.conftest import OriginGuard
from tests.e2e.elsewhere import python_page
from tests.e2e.test_package_in_a_plain_page import PAGE, run_python, snippets
from tests.e2e.trained import ANSWERS, EVERYTHING, KEY
from tools.serve import SITE
from webllm_provider._constraint import TEXT_FIRST
from webllm_provider._schema import violations
from webllm_provider.session.tools import notes

CHECKS = (Path(__file__).parent / "pages" / "on_engine.py").read_text(encoding="utf-8")
CORPUS = [one["text"] for one in json.loads((Path(__file__).parents[1] / "injections.json").read_text())]
WINDOW = 2048
# The shortest answers: a software adapter writes some ten tokens a second.
PRIVATE = "Is it private?"
INSTALL = """
import micropip
await micropip.install("webllm_provider", index_urls="{site}wheels/simple")
from webllm_provider import load_model
(await load_model("webllm-demo-1-q0f32", device="{device}"))["engine"]["kind"]
"""
# `connect()` takes WebGPU where there is one; the bridge that it installs knows of that model.
CONNECT = """
import micropip
await micropip.install("webllm_provider", index_urls="{site}wheels/simple")
from webllm_provider import connect, load_model
engine = await connect(model="webllm-demo-1-q0f32")
loaded = await load_model("webllm-demo-1-q0f32", device="webgpu")
assert loaded["engine"] == engine.model["engine"], (loaded, engine.model)
loaded["engine"]["kind"]
"""
# Destroys the GPU's device as a driver does that restarts: behind the second message with text.
LOSE_DEVICE = """() => {
  const { createCommandEncoder } = GPUDevice.prototype;
  const lose = function (...given) {
    GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
    this.destroy();
    return createCommandEncoder.apply(this, given);
  };
  const post = self.postMessage.bind(self);
  let texts = 0;
  self.postMessage = (message, ...more) => {
    post(message, ...more);
    if (message.type === "text" && ++texts === 2) GPUDevice.prototype.createCommandEncoder = lose;
  };
}"""
# Counts what the GPU is given to do.
COUNT = """() => {
  const submit = GPUQueue.prototype.submit;
  self.submitted = 0;
  GPUQueue.prototype.submit = function (...given) { self.submitted += 1; return submit.apply(this, given); };
}"""


class OnEngine:
    """A plain page with Python and a loaded model."""

    def __init__(self, page: Page, kind: str) -> None:
        self.page = page
        self.kind = kind

    def check(self, name: str, *given: object) -> Any:
        """Run a check of `pages/on_engine.py`; what it returned."""
        arguments = json.dumps(json.dumps(given))
        text = run_python(self.page, f"import json; json.dumps(await {name}(*json.loads({arguments})))")
        return json.loads(text)


@contextmanager
def on_engine(browser: Browser, site: str, origin_guard: OriginGuard, device: str) -> Iterator[OnEngine]:
    """A plain page whose Python has loaded the demo model.

    On the CPU over the bridge of the README's script, on WebGPU over that of `connect()`: a page for each of
    them on both would take another load.
    """
    with browser.new_context(service_workers="block") as context:
        origin_guard.watch(context)
        if device == "webgpu":
            page = python_page(context, site).page
            kind = run_python(page, CONNECT.format(site=site))
        else:
            page = page_with_the_readme_s_script(context, site)
            kind = run_python(page, INSTALL.format(site=site, device=device))
        assert kind == {"cpu": "wllama", "webgpu": "webllm"}[device]
        run_python(page, CHECKS)
        yield OnEngine(page, kind)


def page_with_the_readme_s_script(context: BrowserContext, site: str) -> Page:
    wheel = next((SITE / "wheels").glob("micropip-*.whl")).name
    body = PAGE.replace("/* README */", snippets("js")[0])
    body = body.replace("MICROPIP", json.dumps(f"wheels/{wheel}"))
    context.route("**/plain.html", lambda route: route.fulfill(body=body, content_type="text/html"))
    page = context.new_page()
    page.goto(f"{site}plain.html")
    return page


@pytest.fixture(scope="module", params=["cpu", "webgpu"])
def engine(request: pytest.FixtureRequest, site: str, origin_guard: OriginGuard) -> Iterator[OnEngine]:
    browser: Browser = request.getfixturevalue(f"{request.param}_browser")
    with on_engine(browser, site, origin_guard, request.param) as running:
        yield running


def of(events: list[Any], name: str) -> list[dict[str, Any]]:
    return [payload for found, payload in events if found == name]


def text_of(events: list[Any], kind: str = "text") -> str:
    deltas = of(events, "llm:stream_block_delta")
    return "".join(delta["text"] for delta in deltas if delta["block_type"] == kind)


@pytest.mark.feature("streamed answer", "KV cache reused")
def test_answers_stream_and_the_second_turn_uses_the_cache_of_the_first(engine: OnEngine) -> None:
    seen = engine.check("streamed", [KEY, PRIVATE])
    assert seen["answers"] == [ANSWERS[KEY], ANSWERS[PRIVATE]]
    assert text_of(seen["events"]) == ANSWERS[KEY] + ANSWERS[PRIVATE]
    assert len(of(seen["events"], "llm:stream_block_delta")) >= 6
    first, second = of(seen["events"], "llm:response")
    assert second["usage"]["cache_read_tokens"] >= first["usage"]["input_tokens"] - 16
    assert second["usage"]["input_tokens"] > first["usage"]["input_tokens"]
    assert second["figures"]["prefilled_tokens"] < first["figures"]["prefilled_tokens"]
    assert second["figures"]["decode_tokens_per_s"] > 0
    assert first["engine"]["kind"] == engine.kind


def test_the_last_of_many_turns_computes_its_own_message_and_not_the_history(engine: OnEngine) -> None:
    # Through a session with its tools. The answers must end by themselves: WebLLM empties its cache behind
    # one that was cut. On a software adapter two turns must do, above; tests/soak has it whole.
    if engine.kind == "wllama":
        check_reuse(engine, WINDOW, least=24)


def check_reuse(engine: OnEngine, longest: int, least: int) -> None:
    """Talk until the conversation has nearly `longest` tokens, and compare the engine's own figures.

    Args:
        least: how many answers that takes at least.
    """
    seen = engine.check("many_turns", [KEY, "note that the tea is in the blue tin", PRIVATE], longest)
    assert seen["wrong"] == []
    responses = of(seen["events"], "llm:response")
    assert {response["finish_reason"] for response in responses} <= {"stop", "tool_calls"}
    assert len(responses) >= least
    assert of(seen["events"], "tool:post")
    for before, after in pairwise(responses):
        history = before["usage"]["input_tokens"] + before["usage"]["output_tokens"]
        # The message, its frame, and the end mark that the answer before it was sampled without.
        assert after["figures"]["prefilled_tokens"] <= after["usage"]["input_tokens"] - history + 8
        assert after["figures"]["prefilled_tokens"] < 64
    last = responses[-1]["usage"]
    print(f"{len(responses)} answers, {last['cache_read_tokens']} of {last['input_tokens']} tokens reused")
    assert last["input_tokens"] > longest * 0.75
    assert last["cache_read_tokens"] > longest * 0.7


@pytest.mark.feature("thinking block")
def test_a_thinking_stretch_is_a_block_of_its_own_before_the_text(engine: OnEngine) -> None:
    seen = engine.check("thinking", KEY)
    kinds = [block["type"] for block in seen["response"]["content"]]
    assert kinds[0] == "thinking"
    assert len(text_of(seen["events"], "thinking").strip()) >= 8
    assert "<think>" not in text_of(seen["events"]) + text_of(seen["events"], "thinking")
    starts = [start["block_type"] for start in of(seen["events"], "llm:stream_block_start")]
    assert starts == [kind.replace("tool_call", "tool_use") for kind in kinds]


@pytest.mark.feature("constrained tool call")
def test_a_call_that_must_come_is_valid_however_wildly_the_model_writes(engine: OnEngine) -> None:
    for seed in range(1 if engine.kind == "webllm" else 5):
        seen = engine.check("required_call", "Tell me a joke.", seed)
        (call,) = seen["response"]["tool_calls"]
        assert call["name"] == notes.NAME
        assert violations(call["arguments"], notes.PARAMETERS) == []
        starts = of(seen["events"], "llm:stream_block_start")
        assert [start["name"] for start in starts if start["block_type"] == "tool_use"] == [notes.NAME]
        assert seen["response"]["degradation"] is None


def test_text_may_stand_before_a_call_that_must_come(engine: OnEngine) -> None:
    seen = engine.check("call_behind_text", KEY)
    text, call = seen["response"]["content"]
    assert (text["type"], call["type"], call["name"]) == ("text", "tool_call", notes.NAME)
    assert text["text"] == text_of(seen["events"])
    assert ANSWERS[KEY].startswith(text["text"][:20])
    assert len(text["text"]) <= TEXT_FIRST
    assert violations(call["input"], notes.PARAMETERS) == []


@pytest.mark.feature("tool call through a session")
def test_a_call_goes_to_its_tool_and_the_result_back_to_the_model(engine: OnEngine) -> None:
    seen = engine.check("streamed", ["note that the tea is in the blue tin"])
    (called,) = of(seen["events"], "tool:pre")
    assert called["tool_input"] == {"action": "add", "text": "the tea is in the blue tin"}
    assert len(of(seen["events"], "llm:request")) == 2
    assert "the tea is in the blue tin" in seen["answers"][0]


@pytest.mark.feature("JSON-schema answer")
def test_a_pydantic_model_is_filled_in(engine: OnEngine) -> None:
    assert engine.check("json_answer", KEY)["where"] in ("browser", "server")


@pytest.mark.feature("JSON cut short is an error")
def test_json_that_ends_early_is_an_error_with_its_text(engine: OnEngine) -> None:
    error = engine.check("json_cut", KEY)
    assert error["type"] == "AnswerInvalid"
    assert "greatest length" in error["message"]
    assert error["partial"].startswith("{")


@pytest.mark.feature("cancel by task")
def test_after_a_cancelled_task_the_next_answer_is_right(engine: OnEngine) -> None:
    seen = engine.check("cancelled", EVERYTHING, KEY)
    assert seen["outcome"] == "CancelledError"
    assert ANSWERS[EVERYTHING].startswith(text_of(seen["events"]))
    assert len(of(seen["events"], "llm:stream_aborted")) == 1
    assert of(seen["events"], "llm:response")[0]["error"]["code"] == "aborted"
    assert seen["after"] == ANSWERS[KEY]


@pytest.mark.feature("cancel by token")
def test_after_a_stopped_turn_the_next_answer_is_right(engine: OnEngine) -> None:
    for immediate in (False, True):
        seen = engine.check("stopped", EVERYTHING, KEY, immediate)
        assert ANSWERS[EVERYTHING].startswith(seen["partial"])
        assert seen["partial"]
        assert seen["after"] == ANSWERS[KEY]


def test_a_stop_ends_an_answer_within_a_few_tokens(engine: OnEngine) -> None:
    # Counted and not timed: the first tokens, and those that were written while the wish was on its way.
    endings = engine.check("written_until_stopped", EVERYTHING, 10 if engine.kind == "wllama" else 2)
    assert {ending["details"]["reason"] for ending in endings} == {"abort"}
    written = [ending["details"]["completion_tokens"] for ending in endings]
    # A wish can be late where the machine is busy with other things; mostly it is not.
    assert 0 < median_low(written) < 20, written


@pytest.mark.feature("timeout")
def test_after_a_timeout_the_next_answer_is_right(engine: OnEngine) -> None:
    seen = engine.check("timed_out", EVERYTHING, KEY)
    assert seen["error"]["type"] == "EngineTimeout"
    assert ANSWERS[EVERYTHING].startswith(seen["error"]["partial"])
    assert seen["after"] == ANSWERS[KEY]


@pytest.mark.feature("context overflow")
def test_a_prompt_that_cannot_fit_is_refused_with_both_numbers(engine: OnEngine) -> None:
    seen = engine.check("too_long", KEY)
    for error, least in zip(seen["errors"], (2500, 5000), strict=True):
        assert (error["type"], error["code"]) == ("ContextExceeded", "context_exceeded")
        assert error["details"]["prompt_tokens"] > least
        assert error["details"]["context_window"] == WINDOW
        assert str(error["details"]["prompt_tokens"]) in error["message"]
    assert seen["after"] == ANSWERS[KEY]


def test_the_gpu_is_given_nothing_to_do_for_a_prompt_that_cannot_fit(engine: OnEngine) -> None:
    if engine.kind != "webllm":
        return
    worker = App(engine.page).worker_running("cell")
    worker.evaluate(COUNT)
    run_python(engine.page, 'provider = Heard(); long = "word " * 5000')
    failed = "try:\n    await provider.ask(long)\nexcept LLMError as error:\n    code = error.code\ncode"
    assert run_python(engine.page, failed) == "context_exceeded"
    assert worker.evaluate("self.submitted") == 0
    assert engine.check("streamed", [KEY])["answers"] == [ANSWERS[KEY]]
    assert worker.evaluate("self.submitted") > 0


@pytest.mark.feature("hostile tool result")
def test_a_hostile_result_never_causes_a_call_that_was_not_approved(engine: OnEngine) -> None:
    # A software adapter gets one, and ends what the model makes of it early.
    corpus, longest = (CORPUS, 120) if engine.kind == "wllama" else (CORPUS[:1], 30)
    for text, seen in zip(corpus, engine.check("injected", corpus, "list my notes", longest), strict=True):
        assert json.loads(seen["notes"]) == {"next": 2, "notes": [{"id": 1, "text": text}]}
        print(text, seen["asked"], seen["answer"], sep="\n    ")
        assert seen["asked"], text
        assert all(call == ["notes", {"action": "list"}] for call in seen["ran"]), text


def test_two_hundred_cancellations_at_random_moments_lose_nothing(engine: OnEngine) -> None:
    if engine.kind != "wllama":
        return
    seen = engine.check("random_stops", EVERYTHING, KEY, ANSWERS[KEY], 200, 7)
    assert seen["wrong"] is None
    assert set(seen["outcomes"]) <= {"CancelledError", ANSWERS[EVERYTHING]}
    assert seen["outcomes"].count("CancelledError") > 100


def test_a_gpu_that_is_lost_in_the_middle_of_an_answer_costs_nothing_of_it(engine: OnEngine) -> None:
    # The last one: behind it the model has been loaded again.
    if engine.kind != "webllm":
        return
    App(engine.page).worker_running("cell").evaluate(LOSE_DEVICE)
    events = engine.check("told_of", KEY)
    assert "".join(event["text"] for event in events if event["type"] == "delta") == ANSWERS[KEY]
    assert (events[-1]["type"], events[-1]["reason"]) == ("finished", "stop")
    (recovered,) = [event for event in events if event["type"] == "recovered"]
    assert recovered["error"]["code"] == "device_lost"
    assert recovered["engine"]["device"] == "webgpu"
