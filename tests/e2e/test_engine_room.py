"""What else the engine room answers: its news, a report on itself, vectors, and a text that goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import OriginGuard
from tests.e2e.room import DEMO, EngineRoom, opened_room
from tests.e2e.trained import ANSWERS, WHAT
from tests.e2e.vectors import NEAR, dot, vectors_of


@pytest.fixture(scope="module")
def room(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[EngineRoom]:
    with opened_room(cpu_browser, site, origin_guard) as opened:
        opened.load()
        yield opened


def test_the_news_tell_of_a_load_and_of_a_request_with_its_figures(room: EngineRoom) -> None:
    room.observe()
    room.load()
    assert room.complete(WHAT)[-1]["type"] == "finished"
    news = room.news()
    told = ["load_started", "loaded", "request_queued", "request_started", "first_token", "request_finished"]
    assert [event["name"] for event in news if event["name"] in told] == told
    finished = news[-1]
    assert finished["model"] == DEMO
    assert finished["details"]["prefilled_tokens"] <= finished["details"]["prompt_tokens"]
    assert finished["details"]["completion_tokens"] > 0


def test_a_report_has_the_device_and_the_figures_and_no_word_of_a_message(room: EngineRoom) -> None:
    room.complete(WHAT)
    report = room.query({"type": "diagnose"})["report"]
    assert report["versions"]["wllama"]
    assert report["browser"]["hardware_concurrency"] >= 1
    assert report["browser"]["memory64"] is True
    assert report["gpu"] is None or "adapter" in report["gpu"]
    assert report["engine"]["model"]["id"] == DEMO
    assert report["requests"]
    text = json.dumps(report)
    assert WHAT not in text
    assert ANSWERS[WHAT][:30] not in text


def test_a_report_describes_the_gpu(webgpu_browser: Browser, site: str, origin_guard: OriginGuard) -> None:
    with opened_room(webgpu_browser, site, origin_guard) as room:
        gpu = room.query({"type": "diagnose"})["report"]["gpu"]
    assert gpu["adapter"]["vendor"]
    assert gpu["limits"]["maxBufferSize"] > 0
    assert isinstance(gpu["features"], list)


def test_a_text_goes_on_without_a_chat_template(room: EngineRoom) -> None:
    body = {"prompt": "This is a chat application", "max_tokens": 8, "temperature": 0}
    started, *_, last = room.stream({"type": "complete_text", "credit": 8, "body": body})
    assert started["type"] == "started"
    assert last["type"] == "finished"
    assert last["usage"]["completion_tokens"] > 0
    # A template would add its markers: these are the tokens of the words alone.
    assert last["usage"]["prompt_tokens"] < 10


def test_a_chat_model_says_that_it_has_no_vectors(room: EngineRoom) -> None:
    refused = room.page.evaluate(
        "client.query({ type: 'embed', input: ['text'] }).catch(({ code, hint }) => ({ code, hint }))"
    )
    assert refused["code"] == "unsupported"
    assert refused["hint"]


def test_an_embedding_model_gives_near_vectors_for_near_texts(
    cpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    """The demo model's own GGUF, added as a model for vectors: the mean of what it makes of each token."""
    near, same, far = NEAR
    with opened_room(cpu_browser, site, origin_guard) as room:
        room.query({"type": "add_model", "model": vectors_of(site)})
        assert room.load("demo-vectors")["model"]["capabilities"]["embeddings"] is True
        result = room.query({"type": "embed", "input": [near, same, far, near]})
    first, second, third, again = result["vectors"]
    assert result["model"] == "demo-vectors"
    assert result["prompt_tokens"] > 10
    assert first == again
    assert dot(first, first) == pytest.approx(1)
    assert dot(first, second) > dot(first, third) + 0.2
