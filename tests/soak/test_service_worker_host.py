"""An engine in a service worker that the browser ends in the midst of an answer."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until
from tests.e2e.conftest import OriginGuard
from tests.e2e.tabs import stop_service_workers
from tests.e2e.test_service_worker_host import HOSTED
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT

WRITING = "[...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent.length > 10"


def test_an_answer_goes_on_in_the_next_service_worker(
    webgpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with webgpu_browser.new_context() as context:
        origin_guard.watch(context)
        app = App(context.new_page())
        app.page.goto(f"{site}{HOSTED}")
        app.wait_until_ready()
        app.send(OFFLINE)
        wait_until(app.page, WRITING, ANSWER_TIMEOUT_MS)
        stop_service_workers(app)
        assert app.wait_for_answer().text == ANSWERS[OFFLINE]
        assert app.ask(WHAT).text == ANSWERS[WHAT]
