"""The content security policy holds in the page and inside each worker."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Frame, Page, Worker

from tests.e2e.app import App
from tests.e2e.conftest import OriginGuard

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
  setTimeout(() => resolve("nothing"), 5000);
})"""


def scope(app: App, name: str) -> Page | Frame | Worker:
    if name == "page":
        return app.page
    if name == "engine document":
        return app.engine_frame
    return app.worker_running(name.removesuffix(" worker"))


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


def test_the_console_reports_no_violation_of_its_own(cpu_app: App) -> None:
    own = [
        line for line in cpu_app.console if "Content Security Policy" in line and "example.com" not in line
    ]
    assert [line for line in own if "eval" not in line] == []
