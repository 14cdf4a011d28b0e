"""The pictures of README and manifest: the chat page after three questions, and the place for models.

Each in both themes and on a phone.

`make screenshots` writes them to `docs/images` and `web/public/screenshots`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.app import App, wait_until
from tools import browser
from tools.serve import ROOT, serving

README = ROOT / "docs" / "images"
MANIFEST = ROOT / "web" / "public" / "screenshots"
DESKTOP = {"width": 1200, "height": 800}
PHONE = {"width": 390, "height": 844}
ON_A_PHONE: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
PICTURES: dict[Path, dict[str, Any]] = {
    README / "chat-light.png": {"viewport": DESKTOP, "color_scheme": "light"},
    README / "chat-dark.png": {"viewport": DESKTOP, "color_scheme": "dark"},
    README / "chat-phone.png": {**ON_A_PHONE, "color_scheme": "light"},
    MANIFEST / "wide.png": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    MANIFEST / "narrow.png": {**ON_A_PHONE, "color_scheme": "light", "device_scale_factor": 2},
}
MODELS: dict[Path, dict[str, Any]] = {
    README / "models-light.png": {"viewport": DESKTOP, "color_scheme": "light"},
    README / "models-dark.png": {"viewport": DESKTOP, "color_scheme": "dark"},
    README / "models-phone.png": {**ON_A_PHONE, "color_scheme": "light"},
}
STORED_WITHIN_MS = 120_000
QUESTIONS = ("What is this application?", "Note that the tea is in the blue tin", "what are my notes?")


def take(chromium: Browser, site: str, path: Path, options: dict[str, Any]) -> None:
    with chromium.new_context(**options) as context:
        page = context.new_page()
        app = App(page)
        page.goto(site)
        app.wait_until_ready()
        for question in QUESTIONS:
            app.ask(question)
        wait_until(page, "webllmApp.offline.kind === 'ready'", STORED_WITHIN_MS)
        page.screenshot(path=path, animations="disabled")


def take_models(chromium: Browser, site: str, path: Path, options: dict[str, Any]) -> None:
    """The list of models, with what this device can take and a model that is offered."""
    with chromium.new_context(**options) as context:
        page = context.new_page()
        app = App(page)
        page.goto(site)
        app.wait_until_ready()
        wait_until(page, "webllmApp.offline.kind === 'ready'", STORED_WITHIN_MS)
        page.get_by_test_id("model-picker").click()
        page.get_by_test_id("verdict").first.wait_for()
        page.get_by_test_id("offer").first.wait_for()
        page.screenshot(path=path, animations="disabled")


def main() -> None:
    with serving() as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(browser.ensure()), args=browser.flags(webgpu=False)
        )
        for pictures, taken in ((PICTURES, take), (MODELS, take_models)):
            for path, options in pictures.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                taken(chromium, site, path, options)
                print(path.relative_to(ROOT))
        chromium.close()


if __name__ == "__main__":
    main()
