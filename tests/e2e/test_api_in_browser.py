"""The API without a server: a page's requests, answered by Python in the tab that leads."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.api.contract import ADD, COLOUR, LASTING, LONG, ApiContract, Said, asked
from tests.e2e.app import App, wait_until
from tests.e2e.bundles import bundled
from tests.e2e.conftest import COLLECT_WORKERS
from tests.e2e.hosts import Host, hosting
from tests.e2e.room import DEMO
from tests.e2e.tabs import python_of, stop_service_workers
from tests.e2e.vectors import NEAR, dot, vectors_of
from tools.serve import ROOT

PREFIX = "/some/repo/"
CONTROLLED = "navigator.serviceWorker.controller !== null"
CALL = """async ({ method, path, content, kind }) => {
  const body = content === null ? undefined : Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  const headers = content === null ? {} : { "content-type": kind };
  const said = await fetch(new URL(path, document.baseURI), { method, body, headers });
  return [said.status, Object.fromEntries(said.headers), await said.text()];
}"""
LEAVE = """async ({ path, content }) => {
  const leaving = new AbortController();
  const said = await fetch(new URL(path, document.baseURI), {
    method: "POST", body: content, headers: { "content-type": "application/json" }, signal: leaving.signal,
  });
  const { value } = await said.body.getReader().read();
  leaving.abort();
  return new TextDecoder().decode(value);
}"""
# Reads a stream into the page, for the test to look at while it comes.
READ = """async ({ path, content }) => {
  globalThis.read = { text: "", ended: false };
  const said = await fetch(new URL(path, document.baseURI), {
    method: "POST", body: content, headers: { "content-type": "application/json" },
  });
  const reader = said.body.pipeThrough(new TextDecoderStream()).getReader();
  (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) read.text += part.value;
    read.ended = true;
  })();
}"""


# In the worker that hosts Python: the model that the engine shall have now.
LOAD = """async model => {
  const loading = js_llm_load(JSON.stringify({ model, device: "cpu" }));
  while ((await loading.next()) !== null);
}"""


class InPage:
    """A client in a page of the site."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        kind: str = "application/json",
    ) -> Said:
        sent = content if body is None else json.dumps(body).encode()
        coded = None if sent is None else base64.b64encode(sent).decode()
        given = {"method": method, "path": path[1:], "content": coded, "kind": kind}
        status, headers, text = self._page.evaluate(CALL, given)
        return Said(status, headers, text)

    def leave(self, path: str, body: Any) -> str:
        read: str = self._page.evaluate(LEAVE, {"path": path[1:], "content": json.dumps(body)})
        return read


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """The site below a folder, as GitHub Pages has it, with pages of others beside it."""
    with hosting(prefix=PREFIX) as host:
        host.broken["api-page.html"] = (ROOT / "examples" / "api-page.html").read_bytes()
        host.broken["openai.js"] = bundled(ROOT / "tests" / "e2e" / "pages" / "openai_client.js")
        host.broken["openai.html"] = b'<!doctype html><script type="module" src="openai.js"></script>'
        host.broken["flashcards.html"] = (ROOT / "examples" / "flashcards.html").read_bytes()
        yield host


@pytest.fixture(scope="module")
def context(cpu_browser: Browser) -> Iterator[BrowserContext]:
    context = cpu_browser.new_context(service_workers="allow")
    context.add_init_script(COLLECT_WORKERS)
    yield context
    context.close()


Opener = Callable[[], App]


@pytest.fixture(scope="module")
def open_tab(context: BrowserContext, host: Host) -> Opener:
    def open_tab() -> App:
        app = App(context.new_page())
        app.page.goto(f"{host.url}?device=cpu")
        app.wait_until_ready()
        wait_until(app.page, CONTROLLED, 60_000)
        return app

    return open_tab


@pytest.fixture(scope="module")
def app(open_tab: Opener) -> App:
    return open_tab()


@pytest.fixture(scope="module")
def api(app: App) -> InPage:
    return InPage(app.page)


class TestBrowser(ApiContract):
    """The contract of every host."""

    def test_the_document_says_where_the_site_lies(self, api: InPage) -> None:
        assert api.call("GET", "/openapi.json").body["servers"] == [{"url": PREFIX.rstrip("/")}]

    def test_a_service_worker_that_the_browser_has_ended_asks_anew_who_leads(
        self, app: App, api: InPage
    ) -> None:
        stop_service_workers(app)
        assert api.call("POST", "/v1/chat/completions", asked()).status == 200

    def test_the_address_of_servers_shows_the_application(self, context: BrowserContext, host: Host) -> None:
        page = context.new_page()
        page.goto(f"{host.url}webllm/")
        assert page.url == host.url
        page.close()


def test_the_official_client_works_in_a_page(app: App, context: BrowserContext, host: Host) -> None:
    page = context.new_page()
    page.goto(f"{host.url}openai.html")

    def said(call: str, *arguments: Any) -> Any:
        return page.evaluate(f"arguments => openaiTests.{call}(...arguments)", list(arguments))

    wait_until(page, "'openaiTests' in globalThis", 30_000)
    assert said("models") == ["webllm-demo-1-q0f32"]
    whole = said("chat", "Hello")
    pieces = said("stream", "Hello")
    assert "".join(pieces) == whole != ""
    assert len(pieces) > 1
    assert said("abort", LONG, LASTING) == 3
    ((name, arguments), *_) = said("tools", "Add 1 and 2.", ADD)
    assert (name, set(arguments)) == ("add", {"a", "b"})
    assert said("schema", "Name a colour.", COLOUR)["colour"] in ("red", "green")
    assert said("unknown") == [True, 404, "model_not_found"]
    with vectors_loaded(app, host):
        near, same, far = said("vectors", NEAR)
    assert dot(near, near) == pytest.approx(1)
    assert dot(near, same) > dot(near, far) + 0.2
    page.close()


@contextmanager
def vectors_loaded(app: App, host: Host) -> Iterator[None]:
    """The demo model's own file in the engine as a model for vectors, and then the chat model again."""
    python = python_of(app)
    python.evaluate(
        "model => js_llm_query(JSON.stringify({ type: 'add_model', model }))", vectors_of(host.url)
    )
    try:
        python.evaluate(LOAD, "demo-vectors")
        yield
    finally:
        python.evaluate(LOAD, DEMO)


def test_flashcards_come_from_the_site_itself_and_are_made_once(
    app: App, api: InPage, context: BrowserContext, host: Host
) -> None:
    page = context.new_page()
    page.goto(f"{host.url}flashcards.html")
    api.call("POST", "/webllm/api/clear")
    for cards in (2, 4):
        page.get_by_role("button", name="Make two cards").click()
        expect(page.locator("dt")).to_have_count(cards, timeout=60_000)
    assert page.locator("dd").all_text_contents()[:2] == page.locator("dd").all_text_contents()[2:]
    assert all(page.locator("dd").all_text_contents())
    # The second time they came from this browser.
    assert api.call("GET", "/webllm/api/history").body["count"] == 1
    page.close()


def test_the_page_of_twenty_lines_asks_and_another_tab_takes_over_and_none_is_told(
    app: App, context: BrowserContext, host: Host, open_tab: Opener
) -> None:
    page = context.new_page()
    page.goto(f"{host.url}api-page.html")
    answer = page.locator("pre")
    page.get_by_role("button", name="Ask").click()
    expect(answer).to_contain_text("Hello", timeout=60_000)

    second = open_tab()
    long = asked(LONG, stream=True, **LASTING)
    streamed = {"path": "v1/chat/completions", "content": json.dumps(long)}
    page.evaluate(READ, streamed)
    wait_until(page, "read.text.includes('content')", 60_000)
    app.page.close()
    # The one that answered has gone: its stream says so, and the next question goes to the other.
    wait_until(page, "read.ended", 60_000)
    assert "event: error" in page.evaluate("read.text")
    again = InPage(page).call("POST", "/v1/chat/completions", asked())
    assert again.status == 200, again.text

    second.page.close()
    alone = InPage(page).call("POST", "/v1/chat/completions", asked())
    assert (alone.status, alone.body["code"]) == (503, "NO_ENGINE")
    assert "Open the site in a tab" in alone.body["error"]["message"]
    assert InPage(page).call("GET", "/webllm/api/health").body["hint"] in alone.body["error"]["message"]
    page.close()
