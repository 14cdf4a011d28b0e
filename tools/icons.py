"""Render the application's icons from their one source, `web/src/app/icon.svg`, into `web/public/icons`.

As a program: `python -m tools.icons`. The pictures are committed: run it again when the source has changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright

from tools import browser
from tools.serve import ROOT

SOURCE = ROOT / "web" / "src" / "app" / "icon.svg"
FOLDER = ROOT / "web" / "public" / "icons"


@dataclass(frozen=True)
class Icon:
    """One picture: its edge in pixels, and whether the system cuts its own shape out of it."""

    name: str
    size: int
    cut: bool


# A system that cuts a shape keeps the inner four fifths, and wants no transparent corner.
ICONS = (
    Icon("icon-192.png", 192, cut=False),
    Icon("icon-512.png", 512, cut=False),
    Icon("maskable-512.png", 512, cut=True),
    Icon("apple-touch-icon.png", 180, cut=True),
)
SAFE = 0.8


def drawing(source: str, icon: Icon) -> str:
    """The picture as a page: the source, or its drawing on a ground that reaches every edge."""
    if not icon.cut:
        return f"<style>body{{margin:0}}svg{{display:block;width:{icon.size}px}}</style>{source}"
    ground = re.search(r'<rect [^>]*fill="(#[0-9a-f]{6})"[^>]*/>', source)
    if ground is None:
        raise ValueError(f"{SOURCE.name} has no ground to extend: a rect with a fill.")
    edge, margin = icon.size * SAFE, icon.size * (1 - SAFE) / 2
    return (
        f"<style>body{{margin:0;background:{ground[1]}}}"
        f"svg{{display:block;width:{edge}px;margin:{margin}px}}</style>{source.replace(ground[0], '')}"
    )


def render(page: Page, source: str, icon: Icon) -> bytes:
    page.set_viewport_size({"width": icon.size, "height": icon.size})
    page.set_content(drawing(source, icon))
    return page.screenshot(omit_background=not icon.cut)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(browser.ensure()), args=browser.flags(webgpu=False)
        )
        page = chromium.new_page()
        for icon in ICONS:
            (FOLDER / icon.name).write_bytes(render(page, SOURCE.read_text(), icon))
            print((FOLDER / icon.name).relative_to(ROOT))
        chromium.close()


if __name__ == "__main__":
    main()
