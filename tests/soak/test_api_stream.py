"""Answers of six minutes, through the service worker: longer than a browser lets any of its events last."""

from __future__ import annotations

import json
import time

from playwright.sync_api import Browser

from tests.api.contract import asked, events_of
from tests.e2e.app import App, wait_until
from tests.e2e.conftest import COLLECT_WORKERS, OriginGuard
from tests.e2e.scripted_answers import ScriptedModel
from tests.e2e.tabs import Tabs
from tests.e2e.test_api_in_browser import READ

LASTS_S = 370
TOKENS_PER_S = 4
PIECE = 4
"""Characters of a token, as the scripted model says them."""
PATIENCE_MS = 2 * LASTS_S * 1000


def begin(browser: Browser, site: str, guard: OriginGuard, text: str, tokens_per_s: float) -> App:
    """A tab that answers, and a stream in it that has said its first words."""
    context = browser.new_context(service_workers="allow")
    context.add_init_script(COLLECT_WORKERS)
    guard.watch(context)
    app = Tabs(context, site).open_first()
    ScriptedModel(app).says(text, tokens_per_s=tokens_per_s)
    body = json.dumps(asked("Say it slowly.", stream=True))
    app.page.evaluate(READ, {"path": "v1/chat/completions", "content": body})
    wait_until(app.page, "read.text.includes('content')", 60_000)
    return app


def said(app: App) -> str:
    """What has come, once the stream has ended."""
    wait_until(app.page, "read.ended", PATIENCE_MS)
    read = app.page.evaluate("read.text")
    assert "event: error" not in read, read[-500:]
    *data, last = events_of(read)
    assert last == "[DONE]"
    choices = [choice for event in data for choice in json.loads(event)["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def test_a_stream_of_six_minutes_loses_nothing_whether_it_speaks_or_is_silent(
    cpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    long = "".join(f"{number:03d} " for number in range(LASTS_S * TOKENS_PER_S))
    # Four words, two minutes apart: between them there is nothing but the API's own sign of life.
    short = "one two six ten "
    began = time.monotonic()
    speaking = begin(cpu_browser, site, origin_guard, long, TOKENS_PER_S)
    silent = begin(cpu_browser, site, origin_guard, short, (len(short) / PIECE - 1) / LASTS_S)
    assert said(speaking) == long
    assert said(silent) == short
    assert time.monotonic() - began > 6 * 60
    # The service worker has stood it, and answers the next one.
    assert ": waiting" in silent.page.evaluate("read.text")
    for app in (speaking, silent):
        status = app.page.evaluate("fetch('webllm/api/health').then(({ status }) => status)")
        assert status == 200
        app.page.context.close()
