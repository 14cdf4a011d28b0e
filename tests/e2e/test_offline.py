"""Without a network the page loads, Python starts and the model answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from tests.e2e.app import App, wait_until
from tests.e2e.conftest import COLLECT_WORKERS
from tests.e2e.hosts import Host, hosting
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT
from tools import browser as chromium
from tools.serve import SITE

STORED_WITHIN_MS = 90_000
ON_CPU = "?device=cpu"


@dataclass
class Visitor:
    """Somebody's browser, with whatever it has stored."""

    context: BrowserContext

    def open(self, url: str, query: str = ON_CPU) -> App:
        app = App(self.context.new_page())
        app.page.goto(f"{url}{query}")
        return app

    def open_and_store(self, url: str) -> App:
        """A first visit, until everything is stored."""
        app = self.open(url)
        wait_until_stored(app)
        return app

    def cut_off(self, host: Host) -> None:
        host.stop()
        self.context.set_offline(True)


def wait_until_stored(app: App) -> None:
    wait_until(app.page, "['ready', 'failed'].includes(webllmApp.offline.kind)", STORED_WITHIN_MS)
    offline = app.page.evaluate("webllmApp.offline")
    assert offline["kind"] == "ready", offline


@pytest.fixture
def visitor(cpu_browser: Browser) -> Iterator[Visitor]:
    with cpu_browser.new_context() as context:
        context.add_init_script(COLLECT_WORKERS)
        yield Visitor(context)


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting(SITE) as running:
        yield running


def test_after_one_visit_the_page_answers_without_a_network_in_old_and_new_tabs(visitor: Visitor) -> None:
    # Of two sites on one origin, which keep apart what they store.
    with hosting(SITE, "/some/repo/", other=SITE) as host:
        app = visitor.open_and_store(host.url)
        expect(app.page.get_by_test_id("offline-status")).to_have_text("Ready offline")
        look_at_what_comes_from_the_store(visitor, host, app)
        look_at_what_code_is_kept_beside(host, app)
        second = visitor.open_and_store(host.url.replace("/some/repo/", "/other/"))
        assert set(app.page.evaluate("caches.keys()")) == {
            f"webllm-provider:{scope}:{what}"
            for scope in ("/some/repo/", "/other/")
            for what in ("content", "generations")
        }
        second.page.close()
        visitor.cut_off(host)

        app.page.reload()
        app.wait_until_ready()
        assert app.ask(WHAT).text == ANSWERS[WHAT]
        assert app.page.evaluate("webllmApp.offline.kind") == "ready"

        fresh = visitor.open(host.url)
        fresh.wait_until_ready()
        assert fresh.ask(OFFLINE).text == ANSWERS[OFFLINE]


KEPT_COMPILED = """async () => {
  const { files } = await (await fetch("offline.json")).json();
  const compiled = files.filter(({ path }) => /[.](m?js|wasm)$/.test(path));
  const kept = ({ sha256 }) => caches.match(new URL(`content/${sha256}`, location.href).href);
  return Promise.all(compiled.map(async file => [file.path, (await kept(file)).url]));
}"""


def look_at_what_code_is_kept_beside(host: Host, app: App) -> None:
    """A browser keeps compiled code only beside a response with the URL that is asked for."""
    kept = dict(app.page.evaluate(KEPT_COMPILED))
    assert len(kept) > 20
    assert kept == {path: f"{host.url}{path}" for path in kept}


def look_at_what_comes_from_the_store(visitor: Visitor, host: Host, app: App) -> None:
    """Only what the application needs: anything else is asked of the host."""
    app.page.reload()
    read = "path => fetch(path).then(response => response.text())"
    host.requested.clear()
    app.page.evaluate(read, "engine.html?anything")
    assert "engine.html" not in host.requested
    for path in ("wheels/simple/", "models/demo/manifest.json", "no/such/page", "version.json"):
        host.requested.clear()
        app.page.evaluate(read, path)
        assert path in host.requested
    # Another document below the site's root is not replaced by the application.
    other = visitor.context.new_page()
    other.goto(f"{host.url}wheels/simple/")
    assert "amplifier" in other.content()
    other.close()


def test_a_user_who_saves_data_is_asked_first_and_a_file_that_is_not_right_is_refused(
    visitor: Visitor, host: Host
) -> None:
    visitor.context.add_init_script(
        "Object.defineProperty(Object.getPrototypeOf(navigator.connection), 'saveData', {get: () => true})"
    )
    # One that this browser does not need now.
    path = next(path.relative_to(SITE).as_posix() for path in SITE.glob("parts/demo-*/**/demo-webgpu.wasm"))
    host.broken[path] = b"half a file"
    app = visitor.open(host.url)
    status = app.page.get_by_test_id("offline-status")
    fault = app.page.get_by_test_id("offline-fault")
    expect(status).to_have_attribute("data-kind", "offered", timeout=STORED_WITHIN_MS)
    status.click()
    app.page.get_by_test_id("offline-save").click()
    expect(status).to_have_attribute("data-kind", "failed", timeout=STORED_WITHIN_MS)
    expect(fault).to_have_attribute("data-code", "hash_mismatch")
    expect(fault).to_contain_text(
        f"A file arrived that is not the one of this version, and was not kept: {path}"
    )

    # It is fetched again when that is asked for.
    host.broken[path] = None
    app.page.get_by_test_id("offline-save").click()
    expect(fault).to_have_attribute("data-code", "file_missing")
    expect(fault).to_contain_text(f"(HTTP 404): {path}")
    assert app.ask(WHAT).text == ANSWERS[WHAT]

    host.broken.clear()
    host.requested.clear()
    status.click()
    app.page.get_by_test_id("offline-save").click()
    expect(status).to_have_attribute("data-kind", "ready", timeout=STORED_WITHIN_MS)
    # What had arrived was kept.
    assert [name for name in host.requested if name.startswith("parts/python-")] == []


def test_a_full_disk_is_named_as_such(visitor: Visitor, host: Host) -> None:
    page = visitor.context.new_page()
    session = visitor.context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": host.url.rstrip("/"), "quotaSize": 20_000_000})
    page.goto(f"{host.url}{ON_CPU}")
    status = page.get_by_test_id("offline-status")
    expect(status).to_have_attribute("data-kind", "failed", timeout=STORED_WITHIN_MS)
    status.click()
    expect(page.get_by_test_id("offline-fault")).to_have_attribute("data-code", "quota_exceeded")
    expect(page.get_by_test_id("offline-fault")).to_contain_text("Free some space")


def test_a_browser_without_service_workers_says_so_and_answers(visitor: Visitor, host: Host) -> None:
    visitor.context.add_init_script("delete Navigator.prototype.serviceWorker")
    app = visitor.open(host.url)
    expect(app.page.get_by_test_id("offline-status")).to_have_text("Online only")
    app.wait_until_ready()
    assert app.ask(WHAT).text == ANSWERS[WHAT]


def test_over_plain_http_the_page_says_what_it_needs(playwright: Playwright, host: Host) -> None:
    # A name that is not this machine's own is what a page from the local network looks like to a browser.
    flags = [*chromium.flags(webgpu=False), "--host-resolver-rules=MAP lan.test 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=str(chromium.ensure()), args=flags)
    try:
        app = App(browser.new_page())
        app.page.goto(f"{host.url.replace('localhost', 'lan.test')}{ON_CPU}")
        status = app.page.get_by_test_id("offline-status")
        expect(status).to_have_text("Online only")
        status.click()
        expect(app.page.get_by_test_id("offline-panel")).to_contain_text("https")
        expect(app.error.first).to_contain_text("https or from localhost")
        assert [line for line in app.console if line.startswith("pageerror")] == []
    finally:
        browser.close()
