"""The pictures of the README: the chat page in both themes and on a phone, after three questions.

`make screenshots` writes them to `docs/images`.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.app import App
from tools import browser
from tools.serve import ROOT, serving

FOLDER = ROOT / "docs" / "images"
DESKTOP = {"width": 1200, "height": 800}
PHONE = {"width": 390, "height": 844}
PICTURES: dict[str, dict[str, Any]] = {
    "chat-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "chat-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "chat-phone": {"viewport": PHONE, "color_scheme": "light", "is_mobile": True, "has_touch": True},
}
QUESTIONS = ("What is this application?", "Note that the tea is in the blue tin", "what are my notes?")


def take(chromium: Browser, site: str, name: str, options: dict[str, Any]) -> None:
    with chromium.new_context(**options) as context:
        page = context.new_page()
        app = App(page)
        page.goto(site)
        app.wait_until_ready()
        for question in QUESTIONS:
            app.ask(question)
        page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with serving() as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(browser.ensure()), args=browser.flags(webgpu=False)
        )
        for name, options in PICTURES.items():
            take(chromium, site, name, options)
            print(FOLDER.relative_to(ROOT) / f"{name}.png")
        chromium.close()


if __name__ == "__main__":
    main()
