"""The place for tools as a person uses it, another origin for tools to read from, and the sandbox."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Frame, Locator, Page, Worker, expect

BOOT_TIMEOUT_MS = 120_000


@dataclass
class Elsewhere:
    """Another origin, which lets every page read it and writes down who came."""

    url: str = ""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    leads_to: str = ""


def serve_elsewhere(here: Elsewhere) -> ThreadingHTTPServer:
    """Serve it, on a port of its own."""

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


def wait_until_no_sandbox(page: Page) -> None:
    """Until the last sandbox has gone: the browser tells of a worker's end a little later."""
    deadline = time.monotonic() + BOOT_TIMEOUT_MS / 1000
    while [worker for worker in page.workers if worker.url.startswith("blob:null/")]:
        assert time.monotonic() < deadline, "A sandbox is left."
        page.wait_for_timeout(20)


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
