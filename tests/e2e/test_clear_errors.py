"""Whatever cannot work is said with a code and a sentence, and nothing hangs."""

from __future__ import annotations

import json

from playwright.sync_api import Route, expect

from tests.e2e.app import App
from tests.e2e.conftest import Opener
from tests.e2e.trained import ANSWERS, WHAT


def expect_error(app: App, code: str, sentence: str) -> None:
    error = app.error.first
    expect(error).to_be_visible(timeout=60_000)
    expect(error).to_have_attribute("data-code", code)
    expect(error).to_contain_text(sentence)


def test_an_unknown_model_is_named_with_what_is_near(open_on_cpu: Opener) -> None:
    app = open_on_cpu("?model=webllm-demo-9")
    expect_error(app, "model_not_found", "webllm-demo-9")
    expect(app.error.first).to_contain_text("webllm-demo-1-q0f32")


def test_a_broken_model_url_is_a_failed_download(open_on_cpu: Opener) -> None:
    app = open_on_cpu()
    app.page.context.route("**/parts/demo-*/**", lambda route: route.fulfill(status=404, body="gone"))
    app.page.reload()
    expect_error(app, "download_failed", "404")


def test_a_missing_wheel_is_named(open_on_cpu: Opener) -> None:
    app = open_on_cpu()
    app.page.context.route("**/parts/wheels-*/amplifier_core*.whl", lambda route: route.fulfill(status=404))
    app.page.reload()
    expect_error(app, "python_failed", "amplifier")


def test_a_missing_interpreter_is_an_error_and_not_a_wait(open_on_cpu: Opener) -> None:
    app = open_on_cpu()
    app.page.context.route("**/parts/python-*/pyodide.asm.wasm", lambda route: route.abort())
    app.page.reload()
    expect_error(app, "python_failed", "Python")


def test_a_partner_of_another_protocol_version_is_told_to_reload(cpu_app: App) -> None:
    answer = cpu_app.page.evaluate(
        """() => new Promise(resolve => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = event => resolve(event.data);
          const frame = document.querySelector("iframe");
          frame.contentWindow.postMessage({ type: "connect" }, location.origin, [port2]);
          port1.postMessage({ type: "hello", protocol: { min: 99, max: 99 }, client: "a newer page" });
        })"""
    )
    assert answer["type"] == "refused"
    assert answer["error"]["code"] == "protocol_mismatch"
    assert "reload" in json.dumps(answer["error"]).lower()


def test_an_error_in_one_start_does_not_stay_for_the_next(open_on_cpu: Opener) -> None:
    app = open_on_cpu()
    broken = True

    def once(route: Route) -> None:
        route.fulfill(status=404) if broken else route.continue_()

    app.page.context.route("**/parts/demo-*/**", once)
    app.page.reload()
    expect_error(app, "download_failed", "404")
    broken = False
    app.page.reload()
    app.wait_until_ready()
    assert app.ask(WHAT).text == ANSWERS[WHAT]
