"""The engine in a service worker: what it has loaded is still there after a reload of the page."""

from __future__ import annotations

import json
import time

from playwright.sync_api import Browser

from tests.e2e.app import LOAD_TIMEOUT_MS, App, wait_until
from tests.e2e.conftest import OriginGuard
from tests.e2e.tabs import ask, python_of
from tests.e2e.trained import ANSWERS, WHAT

HOSTED = "?host=service-worker"
LOADED = "webllmApp.engineState.kind === 'ready'"


def wait_for_the_model(app: App) -> None:
    wait_until(app.page, f"globalThis.webllmApp !== undefined && {LOADED}", LOAD_TIMEOUT_MS)


def loads(app: App) -> int:
    """How often the engine has loaded a model, by its own journal."""
    report = python_of(app).evaluate("js_llm_query(JSON.stringify({ type: 'diagnose' }))")
    loaded: int = json.loads(report)["report"]["events"]["loaded"]
    return loaded


def test_a_model_stays_loaded_while_the_page_is_loaded_anew(
    webgpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with webgpu_browser.new_context() as context:
        origin_guard.watch(context)
        app = App(context.new_page())
        begun = time.monotonic()
        app.page.goto(f"{site}{HOSTED}")
        wait_for_the_model(app)
        fresh = time.monotonic() - begun
        # No tab has an engine: it runs in the service worker.
        assert [frame for frame in app.page.frames if "engine.html" in frame.url] == []
        begun = time.monotonic()
        app.page.reload()
        wait_for_the_model(app)
        again = time.monotonic() - begun
        print(f"{fresh:.1f} s to a model that is loaded, {again:.1f} s to one that is there")
        # Another tab shares it without being led to it.
        second = App(context.new_page())
        second.page.goto(f"{site}{HOSTED}")
        wait_for_the_model(second)
        app.wait_until_ready()
        assert ask(app, WHAT).text == ANSWERS[WHAT]
        assert loads(app) == 1
