"""Both engines compute what PyTorch computed at training: the same logits for the same prompts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route

from tests.e2e.app import wait_until
from tests.e2e.conftest import OriginGuard
from tests.e2e.trained import ARTIFACTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (Path(__file__).parent / "pages" / "logits.html").read_text()
UNDER_TEST = {
    "web-llm.js": ROOT / "web/node_modules/@mlc-ai/web-llm/lib/index.js",
    "wllama.js": ROOT / "web/node_modules/@wllama/wllama/esm/index.js",
}
REFERENCE: dict[str, Any] = json.loads((ARTIFACTS / "reference_logits.json").read_text())
MESSAGES = [prompt["messages"] for prompt in REFERENCE["prompts"]]

# float32 in another order of summation; a wrong weight or template is off by whole units.
TOLERANCE = 0.01


def serve_engine(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    route.fulfill(path=UNDER_TEST[name], content_type="text/javascript")


@pytest.fixture(scope="module")
def page(webgpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Page]:
    with webgpu_browser.new_context() as context:
        origin_guard.watch(context)
        context.route("**/logits.html", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        context.route("**/under-test/*", serve_engine)
        opened = context.new_page()
        opened.goto(f"{site}logits.html")
        wait_until(opened, "globalThis.pageReady === true", 30_000)
        yield opened


def log_softmax(logits: list[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = np.asarray(logits, dtype=np.float64)
    shifted = values - values.max()
    result: np.ndarray[Any, np.dtype[np.float64]] = shifted - np.log(np.exp(shifted).sum())
    return result


def test_webllm_computes_the_reference_logits_also_from_its_cache(page: Page) -> None:
    computed = page.evaluate("([id, prompts]) => webllmLogits(id, prompts)", [REFERENCE["model"], MESSAGES])
    for prompt, answer in zip(REFERENCE["prompts"], computed, strict=True):
        off = np.abs(np.asarray(answer["logits"]) - np.asarray(prompt["logits"])).max()
        assert off < TOLERANCE, prompt["name"]
    # The last one is a second turn: computed from the cache of the first, and still the same.
    assert computed[-1]["prefilled"] < len(REFERENCE["prompts"][-1]["ids"]) / 4


def test_llama_cpp_computes_the_reference_probabilities(page: Page) -> None:
    computed = page.evaluate("prompts => wllamaLogProbabilities(prompts)", MESSAGES)
    for prompt, likeliest in zip(REFERENCE["prompts"], computed, strict=True):
        expected = log_softmax(prompt["logits"])
        assert len(likeliest) == 20
        assert max(abs(expected[token] - value) for token, value in likeliest) < TOLERANCE, prompt["name"]
