"""A batch on WebGPU: each prompt is answered once, a chat comes in between, and a lost GPU costs nothing."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

from tests.e2e.app import LOAD_TIMEOUT_MS
from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import engine_alone
from tests.e2e.trained import ANSWERS, WHAT

QUESTIONS = ["Who are you?", "What runs where?", "Is it private?", "Do I need a key?", "Hello", WHAT]
BODY = {"temperature": 0, "max_tokens": 400}


def batch_of(name: str) -> dict[str, Any]:
    body = {"job": name, "shared": [], "prompts": QUESTIONS, "body": BODY}
    return {"type": "batch", "credit": 8, "body": body}


def test_a_batch_on_webgpu_outlives_a_chat_in_between_and_a_lost_gpu(
    webgpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with engine_alone(webgpu_browser, site, origin_guard) as alone:
        alone.load("webgpu")
        alone.watch_devices()
        assert alone.end_of("load", LOAD_TIMEOUT_MS)[1]["type"] == "loaded"
        alone.page.evaluate(
            "command => follow('batch', client.stream(command))", batch_of("on the graphics card")
        )
        done = "streams['batch'].events.filter(({ type }) => type === 'batch_item').length"
        alone.wait(f"{done} >= 1")
        alone.ask(WHAT, "chat")
        assert alone.end_of("chat")[0] == ANSWERS[WHAT]
        assert alone.page.evaluate(done) < len(QUESTIONS), "The batch had more to do."
        alone.lose_device()
        alone.wait("streams['batch'].ended", LOAD_TIMEOUT_MS)
        *_, last = alone.events("batch")
        assert (last["type"], last["succeeded"], last["failed"]) == ("batch_finished", len(QUESTIONS), 0)
        items = [event for event in alone.events("batch") if event["type"] == "batch_item"]
        assert [item["index"] for item in items] == list(range(len(QUESTIONS)))
        assert [item["text"] for item in items] == [ANSWERS[question] for question in QUESTIONS]
