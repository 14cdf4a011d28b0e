"""From navigation to a Python worker that can make sessions, beside a bare `loadPyodide()`.

Both in the same browser, alternating, each in a fresh context with the site's files cached.
"""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Browser, Playwright

from tests.e2e.app import wait_until
from tools import browser as chromium

PAIRS = 3
BARE_PAGE = """<!doctype html><title>bare</title><script type="module">
import { loadPyodide } from "./pyodide/pyodide.mjs";
const started = performance.now();
await loadPyodide({ indexURL: new URL("pyodide/", document.baseURI).href, packages: [] });
globalThis.bareMs = performance.now() - started;
</script>"""


def _bare_ms(browser: Browser, site: str) -> float:
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/bare.html", lambda route: route.fulfill(body=BARE_PAGE, content_type="text/html"))
        page.goto(f"{site}bare.html")
        wait_until(page, "globalThis.bareMs ?? null", 120_000)
        return float(page.evaluate("bareMs"))


def _session_ms(browser: Browser, site: str) -> float:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site}?device=cpu")
        wait_until(page, "globalThis.webllmApp?.pythonState.kind === 'ready'", 120_000)
        return float(page.evaluate("performance.now()"))


def measure(playwright: Playwright, site: str) -> list[tuple[str, str]]:
    browser = playwright.chromium.launch(
        executable_path=str(chromium.ensure()), args=chromium.flags(webgpu=False)
    )
    try:
        pairs = [(_session_ms(browser, site), _bare_ms(browser, site)) for _ in range(PAIRS)]
    finally:
        browser.close()
    ratio = median(ours / bare for ours, bare in pairs)
    return [
        (
            "start: navigation to Python ready / bare loadPyodide()",
            f"{ratio:.2f} x (median of {PAIRS} pairs)",
        ),
        ("  navigation to Python ready", f"{median(ours for ours, _ in pairs):.0f} ms"),
        ("  bare loadPyodide()", f"{median(bare for _, bare in pairs):.0f} ms"),
    ]
