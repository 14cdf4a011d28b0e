"""The content security policy holds in the page and inside each worker."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, Worker

from tests.e2e.app import App
from tests.e2e.conftest import OriginGuard
from tests.e2e.trained import ANSWERS, WHAT

# Run from a timer: code that the debugger itself evaluates may be exempt from the policy.
TRY_EVAL = """() => new Promise(resolve => setTimeout(() => {
  try { (0, eval)("1"); resolve("ran"); } catch (error) { resolve(error.name); }
}))"""
TRY_FETCH = """() => new Promise(resolve => setTimeout(() => {
  fetch("https://example.com/").then(() => resolve("answered"), error => resolve(error.name));
}))"""
REPORTED = """() => new Promise(resolve => {
  addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective));
  setTimeout(() => { fetch("https://example.com/").catch(() => {}); });
  setTimeout(() => resolve("nothing"), 60_000);
})"""

# What is refused where text would become markup, a script or a worker. In a worker there is no markup.
TRY_UNTRUSTED = """() => new Promise(resolve => setTimeout(() => {
  const name = attempt => { try { attempt(); return "ran"; } catch (error) { return error.name; } };
  resolve({
    worker: name(() => new Worker("data:text/javascript,").terminate()),
    blob: name(() => new Worker(URL.createObjectURL(new Blob([])), { type: "module" }).terminate()),
    policy: name(() => trustedTypes.createPolicy("of-somebody-else", {})),
    standing: trustedTypes.defaultPolicy !== null,
    markup: typeof document === "undefined"
      ? null : name(() => { document.createElement("div").innerHTML = "<b>text</b>"; }),
  });
}))"""
REFUSED = "TypeError"


def scope(app: App, name: str) -> Page | Frame | Worker:
    if name == "page":
        return app.page
    if name == "engine document":
        return app.engine_frame
    return app.worker_running(name.removesuffix(" worker"))


def test_the_application_itself_breaks_no_policy(cpu_app: App) -> None:
    # First in this file: what the others try is refused aloud.
    assert cpu_app.ask(WHAT).text == ANSWERS[WHAT]
    assert [
        line for line in cpu_app.console if re.search("Content Security Policy|Trusted ?Type", line)
    ] == []


@pytest.mark.parametrize(
    "name",
    ["page", "engine document", "engine worker", "cell worker", "cpu engine worker", "python worker"],
)
class TestPolicy:
    def test_eval_is_refused(self, cpu_app: App, name: str) -> None:
        assert scope(cpu_app, name).evaluate(TRY_EVAL) == "EvalError"

    def test_a_foreign_origin_cannot_be_reached(
        self, cpu_app: App, origin_guard: OriginGuard, name: str
    ) -> None:
        assert scope(cpu_app, name).evaluate(TRY_FETCH) == "TypeError"
        # Refused by the policy, and not by a network that happens to be closed.
        reported: Any = scope(cpu_app, name).evaluate(REPORTED)
        assert reported == "connect-src"

    def test_no_text_becomes_markup_or_a_script(self, cpu_app: App, name: str) -> None:
        is_cpu_cell = name == "cell worker"
        assert scope(cpu_app, name).evaluate(TRY_UNTRUSTED) == {
            "worker": REFUSED,
            # llama.cpp's library starts its own worker from a Blob, with no more than text for its address.
            "blob": "ran" if is_cpu_cell else REFUSED,
            "policy": REFUSED,
            "standing": is_cpu_cell,
            "markup": None if "worker" in name else REFUSED,
        }
