"""Somebody's own page with a server on another origin: alone, and behind the engine of the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gguf import GGUFReader
from playwright.sync_api import Browser

from tests.e2e.elsewhere import DEMO, PythonPage, python_page, serving_openly
from tests.e2e.trained import ANSWERS, WHAT
from tests.integration.conftest import GGUF, KEY, Server, start
from tools.serve import SITE

WINDOW = 8192


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo model with four times the window that it was trained for: it takes what the page refuses."""
    copy = tmp_path_factory.mktemp("server") / "long.gguf"
    shutil.copy(GGUF, copy)
    _widen(copy)
    running = start(copy, WINDOW)
    yield running
    running.end()


def _widen(path: Path) -> None:
    field = GGUFReader(path, "r+").fields["llama.context_length"]
    field.parts[field.data[0]][0] = WINDOW


@pytest.fixture(scope="module")
def page(cpu_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PythonPage]:
    """A page on an origin of its own, which has no policy: it may ask the server."""
    folder = tmp_path_factory.mktemp("page")
    with (
        serving_openly(SITE) as site,
        serving_openly(folder) as origin,
        cpu_browser.new_context(service_workers="block") as context,
    ):
        made = python_page(context, site, folder=folder, origin=origin)
        made.install()
        yield made


HYBRID = """
import json
from webllm_provider import connect, create_session

told = []
session = await create_session(
    provider_config={config},
    on_event=lambda name, payload: told.append([name, payload.get("rule")]),
)
try:
    answer = await session.execute({text})
finally:
    await session.cleanup()
json.dumps({{"answer": answer, "rules": [rule for name, rule in told if name == "webllm:fallback"]}})
"""


@pytest.fixture
def hybrid(page: PythonPage, server: Server) -> Callable[[str], Any]:
    """Asks in a new session whose config names the server behind the page."""
    config = {"mode": "hybrid", "base_url": server.base_url, "api_key": KEY, "max_tokens": 64}

    def ask(text: str) -> Any:
        return json.loads(page.run(HYBRID.format(config=config, text=repr(text))))

    return ask


def test_the_server_alone_answers_by_config(page: PythonPage, server: Server) -> None:
    config = {"mode": "server_side", "base_url": server.base_url, "api_key": KEY}
    said = json.loads(page.run(HYBRID.format(config=config, text=repr(WHAT))))
    assert said == {"answer": ANSWERS[WHAT], "rules": []}


def test_a_key_that_is_wrong_is_told_to_the_page(page: PythonPage, server: Server) -> None:
    config = {"mode": "server_side", "base_url": server.base_url, "api_key": "sk-wrong-000", "max_retries": 0}
    said = page.run(f"""
from webllm_provider import HttpTransport, KeyRefused, WebLLMProvider
try:
    provider = WebLLMProvider(HttpTransport({config["base_url"]!r}, api_key="sk-wrong-000"))
    said = (await provider.complete({{"messages": [{{"role": "user", "content": "Hi"}}]}})).text
except KeyRefused as error:
    said = str(error)
said
""")
    assert "API key" in said
    assert "sk-wrong-000" not in said


def test_the_server_answers_while_the_page_has_no_model(hybrid: Callable[[str], Any]) -> None:
    assert hybrid(WHAT) == {"answer": ANSWERS[WHAT], "rules": ["does_not_fit"]}


def test_the_page_answers_once_it_has_one_and_the_server_what_is_too_long(
    page: PythonPage, hybrid: Callable[[str], Any], server: Server
) -> None:
    page.run(
        f"from webllm_provider import connect\nengine = await connect(model={DEMO!r}, device='cpu')\nNone"
    )
    try:
        before = server.metric("tokens_predicted_total")
        assert hybrid(WHAT) == {"answer": ANSWERS[WHAT], "rules": []}
        assert server.metric("tokens_predicted_total") == before
        assert hybrid("note " * 2500)["rules"] == ["context_exceeded"]
        assert server.metric("tokens_predicted_total") > before
    finally:
        page.run("await engine.close()\nNone")
