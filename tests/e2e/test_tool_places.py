"""Tools under a person's eye: consent in the conversation, each by hand, a person's own in its sandbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, Worker, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App

BOOT_TIMEOUT_MS = 120_000


@dataclass
class Elsewhere:
    """Another origin, which lets every page read it and writes down who came."""

    url: str = ""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    leads_to: str = ""


def _serve(here: Elsewhere) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Access-Control-Allow-Origin", "*")
            if self.path == "/away":
                self.send_header("Location", here.leads_to)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            body = b"<h1>Tide</h1><p>High water at nine.</p>"
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://localhost:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


@pytest.fixture
def elsewhere() -> Iterator[tuple[Elsewhere, Elsewhere]]:
    """Two other origins; the first leads to the second under /away."""
    first, second = Elsewhere(), Elsewhere()
    servers = [_serve(first), _serve(second)]
    first.leads_to = f"{second.url}/there"
    yield first, second
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def app(cpu_browser: Browser, site: str) -> Iterator[App]:
    """One page for all of these. The guard against foreign requests does not watch it: some are wanted."""
    context = cpu_browser.new_context(
        service_workers="block", permissions=["clipboard-read", "clipboard-write"], accept_downloads=True
    )
    opened = App(context.new_page())
    opened.page.goto(f"{site}?device=cpu")
    opened.wait_until_ready()
    yield opened
    context.close()


class Place:
    """The place for tools on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __enter__(self) -> Place:
        self.page.get_by_role("link", name="Tools").click()
        expect(self.page.get_by_test_id("tools-place")).to_be_visible()
        return self

    def __exit__(self, *_: object) -> None:
        self.page.get_by_test_id("tools-close").click()

    def allow(self, tool: str, permission: str) -> None:
        self.page.get_by_test_id(f"tool-permission-{tool}").select_option(permission)

    def form(self, tool: str) -> Locator:
        form = self.page.get_by_test_id(f"try-form-{tool}")
        if form.count() == 0:
            self.page.get_by_test_id(f"try-{tool}").click()
        return form

    def run(self, tool: str, **values: str) -> Locator:
        """Fill the form of a tool and run it; gives its trial, which may still run."""
        form = self.form(tool)
        for name, value in values.items():
            entry = form.get_by_test_id(f"try-{name}")
            if entry.evaluate("element => element.tagName") == "SELECT":
                entry.select_option(value)
            else:
                entry.fill(value)
        form.get_by_test_id("try-run").click()
        return form.get_by_test_id("trial")

    def result(self, trial: Locator, state: str = "done") -> str:
        card = trial.get_by_test_id("tool-call")
        expect(card).to_have_attribute("data-state", state, timeout=BOOT_TIMEOUT_MS)
        expect(trial).not_to_have_attribute("data-state", "running", timeout=BOOT_TIMEOUT_MS)
        return card.get_by_test_id("tool-result").inner_text() if state != "denied" else ""


def notes(app: App) -> list[str]:
    document = app.stored("notes")
    return [note["text"] for note in json.loads(document)["notes"]] if document else []


def test_a_call_waits_for_consent_in_the_conversation(app: App) -> None:
    page = app.page
    question = page.get_by_test_id("approval")
    with Place(page) as place:
        place.allow("notes", "ask")

    # Once: announced without taking the focus, answered by the keyboard.
    app.new_conversation()
    app.send("note that the tea is in the blue tin")
    expect(question).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    expect(page.get_by_test_id("composer")).to_be_focused()
    expect(page.get_by_test_id("announcer")).to_contain_text("waits for your consent")
    expect(app.answers.last.get_by_test_id("tool-arguments")).to_contain_text("blue tin")
    assert notes(app) == []
    question.get_by_role("button", name="Once").press("Enter")
    answer = app.wait_for_answer()
    assert answer.state == "done"
    assert notes(app) == ["the tea is in the blue tin"]
    card = app.answers.last.get_by_test_id("tool-call")
    expect(card).to_have_count(1)
    expect(card).to_have_attribute("data-state", "done")
    expect(card.get_by_test_id("tool-facts")).to_contain_text("allowed once")
    assert page.evaluate("document.activeElement.closest('[data-testid=tool-call]') !== null")

    # Denied: the model hears of it, nothing is stored.
    app.send("note that the key is under the mat")
    question.get_by_test_id("approve-deny").click(timeout=ANSWER_TIMEOUT_MS)
    assert app.wait_for_answer_number(2).state == "done"
    assert app.answers.last.get_by_test_id("tool-call").last.get_attribute("data-state") == "denied"
    assert len(notes(app)) == 1

    # Stopped while it waits: nobody is asked any more.
    app.send("note that the cat is asleep")
    expect(question).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    app.stop()
    assert app.wait_for_answer_number(3).state == "stopped"
    expect(question).to_have_count(0)
    assert app.answers.last.get_by_test_id("tool-call").get_attribute("data-state") == "abandoned"

    # Never: this call and every further one of the conversation, without another question.
    app.new_conversation()
    for number, words in enumerate(("the door is open", "the lamp is on"), 1):
        app.send(f"note that {words}")
        if number == 1:
            question.get_by_test_id("approve-never").click(timeout=ANSWER_TIMEOUT_MS)
        assert app.wait_for_answer_number(number).state == "done"
        assert app.answers.last.get_by_test_id("tool-call").first.get_attribute("data-state") == "denied"
    assert len(notes(app)) == 1
    with Place(page) as place:
        place.allow("notes", "allow")


def test_each_tool_can_be_tried_by_hand(app: App) -> None:
    page = app.page
    with Place(page) as place:
        assert place.result(place.run("calculator", expression="2 ** 10 + 1")) == "1025"
        written = place.run("clipboard", action="write", text="a copied text")
        written.get_by_test_id("approve-once").click()
        assert "13" in place.result(written)
        assert page.evaluate("navigator.clipboard.readText()") == "a copied text"
        saved = place.run("download", name="../notes.txt", text="High water at nine.")
        with page.expect_download() as download:
            saved.get_by_test_id("approve-once").click()
        assert download.value.suggested_filename == "notes.txt"
        assert download.value.path().read_text() == "High water at nine."
        denied = place.run("clipboard", action="read")
        denied.get_by_test_id("approve-deny").click()
        place.result(denied, "denied")
        expect(page.get_by_test_id("activity").get_by_role("listitem")).to_have_count(2)


def test_nothing_is_read_from_a_site_that_nobody_has_allowed(
    app: App, elsewhere: tuple[Elsewhere, Elsewhere]
) -> None:
    first, second = elsewhere
    page = app.page
    page.evaluate("document.cookie = 'secret=1'")
    question = page.get_by_test_id("site-question")
    with Place(page) as place:
        # Consent to the very call is consent to its site, once.
        trial = place.run("fetch", url=f"{first.url}/tide")
        expect(trial.get_by_test_id("approval")).to_contain_text(first.url.removeprefix("http://"))
        assert first.requests == []
        trial.get_by_test_id("approve-once").click()
        assert "High water at nine." in place.result(trial)
        ((path, headers),) = first.requests
        assert path == "/tide"
        assert headers["origin"] == "null"
        assert not {"cookie", "referer", "authorization"} & set(headers)

        # A tool that needs no consent still needs an allowed site.
        place.allow("fetch", "allow")
        trial = place.run("fetch", url=f"{first.url}/tide")
        question.get_by_test_id("site-deny").click()
        assert "not allowed" in place.result(trial, "failed")
        assert len(first.requests) == 1
        trial = place.run("fetch", url=f"{first.url}/tide")
        question.get_by_test_id("site-always").click()
        assert "High water" in place.result(trial)

        # Allowed for good, until it is taken back; a redirect leads no further than the site.
        expect(page.get_by_test_id("site")).to_have_text(first.url)
        assert "could not be read" in place.result(place.run("fetch", url=f"{first.url}/away"), "failed")
        assert [path for path, _ in first.requests] == ["/tide", "/tide", "/away"]
        assert second.requests == []
        page.get_by_test_id("site-remove").click()
        trial = place.run("fetch", url=f"{first.url}/tide")
        expect(question).to_be_visible()
        place.form("fetch").get_by_test_id("try-stop").click()
        expect(question).to_have_count(0)
        place.allow("fetch", "ask")
    assert len(first.requests) == 3


PROBING_TOOL = """
import asyncio, sys

def attempt(what):
    try:
        return f"worked: {what()!r}"
    except BaseException as error:
        return type(error).__name__

async def attempt_async(what):
    try:
        return f"worked: {await what()!r}"
    except BaseException as error:
        return type(error).__name__

async def run(address):
    import js
    from pyodide.code import run_js
    from pyodide.http import open_url, pyfetch
    import urllib.request
    print("probing")
    return {
        "js": sorted(name for name in dir(js) if name in ("Array", "Object") or name.endswith("imeout")),
        "document": attempt(lambda: js.document),
        "self": attempt(lambda: js.self),
        "eval": attempt(lambda: run_js("1")),
        "Function": attempt(lambda: js.Object.constructor("return self")()),
        "pyfetch": await attempt_async(lambda: pyfetch(address)),
        "open_url": attempt(lambda: open_url(address).read()),
        "urllib": attempt(lambda: urllib.request.urlopen(address).read()),
        "kernel": attempt(lambda: __import__("amplifier_core")),
        "provider": attempt(lambda: __import__("webllm_provider")),
    }
"""

# Beneath Python, with everything that the worker's scope offers.
PROBE_SCOPE = """async address => {
  const tried = async what => {
    try { return `worked: ${await what()}`; } catch (error) { return error.name; }
  };
  const refused = new TypeError("refused");
  const socket = () => new Promise((open, fail) => {
    const one = new WebSocket(address.replace("http", "ws"));
    one.onopen = () => open("open"); one.onerror = () => fail(refused);
  });
  const image = () => new Promise((done, fail) => {
    const one = new Image(); one.onload = () => done("loaded"); one.onerror = () => fail(refused);
    one.src = address;
  });
  const inWorker = typeof document === "undefined";
  const realFetch = Object.getPrototypeOf(Object.getPrototypeOf(self)).fetch ?? self.fetch;
  return {
    origin: self.origin,
    fetch: await tried(() => self.fetch(address)),
    realFetch: await tried(() => realFetch.call(self, address)),
    xhr: await tried(() => {
      const one = new XMLHttpRequest(); one.open("GET", address, false); one.send(); return one.status;
    }),
    socket: await tried(socket),
    events: await tried(() => new Promise((open, fail) => {
      const one = new EventSource(address); one.onopen = open; one.onerror = () => fail(refused);
    })),
    module: await tried(() => import(address)),
    scripts: inWorker ? await tried(() => importScripts(address)) : "TypeError",
    image: inWorker ? "TypeError" : await tried(image),
    eval: await tried(() => (0, eval)("1")),
    database: await tried(() => new Promise((open, fail) => {
      const one = indexedDB.open("webllm-provider");
      one.onsuccess = open; one.onerror = () => fail(one.error);
    })),
    caches: await tried(() => caches.keys()),
    files: await tried(() => navigator.storage.getDirectory()),
    cookies: inWorker ? "SecurityError" : await tried(() => document.cookie),
    page: inWorker ? "SecurityError" : await tried(() => parent.document.title),
    peers: inWorker ? typeof RTCPeerConnection : "undefined",
  };
}"""
REFUSALS = {"TypeError", "SecurityError", "EvalError", "NetworkError", "ReferenceError", "undefined"}


def write_tool(page: Page, name: str, source: str) -> None:
    page.get_by_test_id("own-add").click()
    page.get_by_test_id("own-name").fill(name)
    page.get_by_test_id("own-description").fill("Looks around.")
    page.get_by_test_id("own-parameter").get_by_label("Name of the parameter").fill("address")
    page.get_by_test_id("own-source").fill(source)
    page.get_by_test_id("own-save").click()
    expect(page.get_by_test_id(f"tool-{name}")).to_be_visible()


def sandbox(page: Page) -> tuple[Frame, Worker]:
    """The opaque frame and the worker in it, once the tool runs there."""
    for _ in range(600):
        frames = [
            frame for frame in page.frames if frame.parent_frame and "sandbox.html" in frame.parent_frame.url
        ]
        workers = [worker for worker in page.workers if worker.url.startswith("blob:null/")]
        if frames and workers:
            return frames[0], workers[0]
        page.wait_for_timeout(100)
    raise TimeoutError("no sandbox was opened")


def test_a_tool_of_ones_own_reaches_nothing(app: App, elsewhere: tuple[Elsewhere, Elsewhere]) -> None:
    other, _ = elsewhere
    page = app.page
    with Place(page) as place:
        write_tool(page, "probe", PROBING_TOOL)
        place.allow("probe", "allow")
        found = json.loads(place.result(place.run("probe", address=f"{other.url}/")))
        assert found.pop("js") == ["Array", "Object", "clearTimeout", "setTimeout"]
        assert {what: said for what, said in found.items() if said.startswith("worked")} == {}
        assert other.requests == []

        # The same beneath Python; then the tool that never ends is ended.
        page.get_by_test_id("own-edit").click()
        page.get_by_test_id("own-source").fill(
            "import asyncio\nasync def run(address):\n    await asyncio.sleep(60)"
        )
        page.get_by_test_id("own-save").click()
        trial = place.run("probe", address="x")
        frame, worker = sandbox(page)
        for scope in (frame, worker):
            seen = scope.evaluate(PROBE_SCOPE, f"{other.url}/")
            assert seen.pop("origin") == "null"
            assert {what: said for what, said in seen.items() if said not in REFUSALS} == {}
        assert other.requests == []
        place.form("probe").get_by_test_id("try-stop").click()
        expect(trial.get_by_test_id("tool-call")).to_have_attribute("data-state", "abandoned")
        assert not [each for each in page.workers if each.url.startswith("blob:null/")]
        page.get_by_test_id("own-remove").click()
        page.get_by_test_id("own-remove-sure").get_by_test_id("confirm").click()
        expect(page.get_by_test_id("tool-probe")).to_have_count(0)
