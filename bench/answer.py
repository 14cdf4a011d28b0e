"""What the engines report for the same question through a whole session: WebGPU and CPU."""

from __future__ import annotations

from statistics import median
from typing import Any

from playwright.sync_api import Playwright

from tests.e2e.app import App
from tests.e2e.trained import WHAT
from tools import browser as chromium

ANSWERS = 5


def _figures(playwright: Playwright, site: str, device: str) -> list[dict[str, Any]]:
    browser = playwright.chromium.launch(
        executable_path=str(chromium.ensure()), args=chromium.flags(webgpu=device == "webgpu")
    )
    try:
        page = browser.new_page()
        app = App(page)
        page.goto(f"{site}?device={device}")
        app.wait_until_ready()
        for _ in range(ANSWERS):
            app.new_conversation()
            app.ask(WHAT)
        return [event["payload"] for event in app.events() if event["name"] == "llm:response"]
    finally:
        browser.close()


def measure(playwright: Playwright, site: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for device in ("webgpu", "cpu"):
        responses = _figures(playwright, site, device)
        engine = responses[-1]["engine"]
        figures = [response["figures"] for response in responses]
        rates = [one["decode_tokens_per_s"] for one in figures if one["decode_tokens_per_s"]]
        firsts = [one["time_to_first_token_ms"] for one in figures if one["time_to_first_token_ms"]]
        rows.append((f"{engine['kind']} {engine['version']} on {engine['adapter'] or device}", ""))
        rows.append(("  decode", f"{median(rates):.1f} tokens/s (median of {len(rates)})"))
        rows.append(("  time to first token", f"{median(firsts):.0f} ms"))
    return rows
