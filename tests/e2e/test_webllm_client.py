"""`WebLLMClient` in a page, against a `webllm-api` that goes away in the middle of an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.api.conftest import scripted, start
from tests.api.test_contract import offered
from tests.e2e.app import wait_until
from tests.e2e.bundles import bundled
from webllm_provider._wire import CompletionBody
from webllm_provider.testing import Script, Wait, answer

CARDS = [{"question": "What grows here?", "answer": "Moss"}]
PAGE = Path(__file__).parent / "pages" / "client_page.js"


@pytest.fixture
def context(cpu_browser: Browser) -> Iterator[BrowserContext]:
    context = cpu_browser.new_context()
    yield context
    context.close()


def test_cards_survive_a_restart_of_the_server_and_are_made_once(
    context: BrowserContext, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text('<!doctype html><script type="module" src="page.js"></script>')
    (site / "page.js").write_bytes(bundled(PAGE))
    asked: list[str] = []

    def respond(body: CompletionBody) -> Script:
        asked.append(str(body["messages"][-1]["content"]))
        return [Wait()] if len(asked) == 1 else answer(json.dumps({"cards": CARDS}))

    environment = {"WEBLLM_TOKEN": "secret"}
    server = start(tmp_path, "--site", str(site), environment=environment)
    engine = scripted(respond=respond)
    page = context.new_page()
    try:
        page.goto(f"{server.url}/webllm/")
        wait_until(page, "'makeClient' in globalThis", 30_000)
        page.evaluate("makeClient({ baseUrl: new URL('/', document.baseURI), token: 'secret' })")
        with offered(server, engine, "secret"):
            page.evaluate("() => { globalThis.asking = cards({ topic: 'Moss', count: 1 }) }")
            wait_until(page, "progress.includes(10)", 30_000)
            server.end()
            server = start(tmp_path, "--site", str(site), port=server.port, environment=environment)
        # What was under way is begun again, and answered to the client that has waited.
        with offered(server, engine, "secret"):
            assert page.evaluate("asking") == CARDS
        assert "about this: Moss" in asked[0]
        # Kept in this browser: no engine is needed any more, not even after the page is loaded again.
        page.reload()
        wait_until(page, "'makeClient' in globalThis", 30_000)
        page.evaluate(
            "makeClient({ baseUrl: new URL('/', document.baseURI), token: 'secret', modelId: 'scripted-1' })"
        )
        assert page.evaluate("cards({ topic: 'Moss', count: 1 })") == CARDS
        page.evaluate("makeClient({ baseUrl: new URL('/', document.baseURI), token: 'wrong' })")
        assert page.evaluate("cards({ topic: 'Moss', count: 1 })").startswith(
            "ApiError: A valid bearer token"
        )
    finally:
        server.end()
