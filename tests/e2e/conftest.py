"""Real browsers on the built site. A loaded engine is shared: a software adapter takes long to load one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect, sync_playwright

from tests.e2e.app import LOAD_TIMEOUT_MS, App, wait_until
from tests.e2e.hosts import hosting
from tests.e2e.tabs import Tabs
from tools import browser as chromium
from tools.serve import SITE, serving

# Not how fast something is, only that it comes: on a busy machine a click may take seconds to be seen.
expect.set_options(timeout=30_000)

# Collects every worker that a document starts, so that a test can do to one what a crash does.
COLLECT_WORKERS = (Path(__file__).parent / "collect_workers.js").read_text()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The base URL of the built site, as a plain static host serves it."""
    assert (SITE / "index.html").exists(), "The site is not built: run `make site`."
    with serving(SITE) as url:
        yield url


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def _launch(playwright: Playwright, *, webgpu: bool) -> Browser:
    return playwright.chromium.launch(
        executable_path=str(chromium.ensure()), args=chromium.flags(webgpu=webgpu)
    )


@pytest.fixture(scope="session")
def webgpu_browser(playwright: Playwright) -> Iterator[Browser]:
    browser = _launch(playwright, webgpu=True)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def cpu_browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser without a WebGPU adapter."""
    browser = _launch(playwright, webgpu=False)
    yield browser
    browser.close()


class OriginGuard:
    """Watches every request of every context of the suite."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.requests = 0
        self.foreign: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("request", self._seen)

    def _seen(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("blob", "data"):
            return
        self.requests += 1
        if f"{url.scheme}://{url.netloc}" != self.origin:
            self.foreign.append(request.url)


@pytest.fixture(scope="session")
def origin_guard(site: str) -> Iterator[OriginGuard]:
    guard = OriginGuard(site.rstrip("/"))
    yield guard
    assert guard.requests > 0, "The guard saw no request at all."
    assert guard.foreign == [], "Requests left the origin."


Opener = Callable[..., App]


@contextmanager
def _opened(browser: Browser, site: str, guard: OriginGuard) -> Iterator[Opener]:
    contexts: list[BrowserContext] = []

    def open_app(query: str = "", **context_options: object) -> App:
        # What a test breaks on the way must not come from a store instead; the offline tests allow one.
        options = {"service_workers": "block", **context_options}
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(COLLECT_WORKERS)
        guard.watch(context)
        page: Page = context.new_page()
        app = App(page)
        page.goto(f"{site}{query}")
        return app

    try:
        yield open_app
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def open_on_cpu(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Opener]:
    """Opens the application in fresh contexts of the browser without WebGPU."""
    with _opened(cpu_browser, site, origin_guard) as opener:
        yield opener


@pytest.fixture
def open_on_webgpu(webgpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Opener]:
    with _opened(webgpu_browser, site, origin_guard) as opener:
        yield opener


@pytest.fixture(scope="session")
def webgpu_app(webgpu_browser: Browser) -> Iterator[App]:
    """One page with the demo model on the WebGPU adapter, shared by the tests that leave it usable.

    It was visited once, on the CPU, and has had no network since: Python, WebLLM and the model's files for
    the GPU come from what that visit stored.
    """
    with hosting(SITE) as host, webgpu_browser.new_context() as context:
        context.add_init_script(COLLECT_WORKERS)
        guard = OriginGuard(host.url.rstrip("/"))
        guard.watch(context)
        app = App(context.new_page())
        app.page.goto(f"{host.url}?device=cpu")
        wait_until(app.page, "webllmApp.offline.kind === 'ready'", LOAD_TIMEOUT_MS)
        host.stop()
        context.set_offline(True)
        app.page.goto(host.url)
        app.wait_until_ready()
        yield app
        assert guard.foreign == [], "Requests left the origin."


@pytest.fixture(scope="session")
def cpu_app(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[App]:
    with _opened(cpu_browser, site, origin_guard) as opener:
        app = opener(service_workers="allow")
        app.wait_until_ready()
        yield app


@contextmanager
def fresh_tabs(browser: Browser, site: str, guard: OriginGuard) -> Iterator[Tabs]:
    """A fresh browser context for several tabs of the application, with its service worker."""
    with browser.new_context(service_workers="allow") as context:
        context.add_init_script(COLLECT_WORKERS)
        guard.watch(context)
        yield Tabs(context, site)


@pytest.fixture
def tabs(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Tabs]:
    """Tabs of a browser of one's own."""
    with fresh_tabs(cpu_browser, site, origin_guard) as opened:
        yield opened
