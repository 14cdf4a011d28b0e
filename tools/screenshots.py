"""The pictures of README, docs and manifest: every screen of the application, light, dark, and on a phone.

`make screenshots` writes them to `docs/images` (WebP, which the browser itself encodes), the page that shows
them all (`docs/screens.md`), and two of them to `web/public/screenshots` (PNG, as the manifest wants them).
`python -m tools.screenshots NAME ...` takes some.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.app import App, wait_until
from tools import browser
from tools.screens import OTHER_CONVERSATIONS, SCREENS, Screen
from tools.serve import ROOT, serving

IMAGES = ROOT / "docs" / "images"
GALLERY = ROOT / "docs" / "screens.md"
MANIFEST = ROOT / "web" / "public" / "screenshots"
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
CALM: dict[str, Any] = {"locale": "en-GB", "reduced_motion": "reduce", "color_scheme": "light"}
STORED_WITHIN_MS = 180_000
QUALITY = 0.82
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOOKS = (*SCHEMES, "phone")
SHOWN_IN_MANIFEST = {("chat", "light"): "wide.png", ("chat", "phone"): "narrow.png"}

TO_WEBP = """async ([png, quality]) => {
  const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality });
  const written = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(written, byte => String.fromCharCode(byte)).join(""));
}"""


class Pictures:
    """Takes pictures of a page and keeps them.

    Args:
        encoder: an empty page, which turns them into WebP.
    """

    def __init__(self, encoder: Page) -> None:
        self._encoder = encoder

    def take(self, page: Page, name: str, look: str) -> None:
        """Keep what a page shows as the picture of a screen in one of its looks."""
        # Twice: what follows from a new colour or a scrolled list is drawn behind the first.
        page.screenshot(animations="disabled")
        png = page.screenshot(animations="disabled", caret="hide")
        written = self._encoder.evaluate(TO_WEBP, [base64.b64encode(png).decode(), QUALITY])
        _write(IMAGES / f"{name}-{look}.webp", base64.b64decode(written))
        if (name, look) in SHOWN_IN_MANIFEST:
            _write(MANIFEST / SHOWN_IN_MANIFEST[name, look], png)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path.relative_to(ROOT)} {len(content) / 1000:.0f} kB")


@contextmanager
def _opened(chromium: Browser, site: str, options: dict[str, Any]) -> Iterator[App]:
    """The application with a few conversations, stored for offline use."""
    with chromium.new_context(**CALM, **options) as context:
        app = App(context.new_page())
        app.page.goto(site)
        app.wait_until_ready()
        wait_until(app.page, "webllmApp.offline.kind === 'ready'", STORED_WITHIN_MS)
        for question in OTHER_CONVERSATIONS:
            app.ask(question)
            app.new_conversation()
        yield app


def looks_of(screen: Screen) -> tuple[str, ...]:
    """The looks in which a screen has a picture."""
    return ("phone",) if screen.narrow else LOOKS


def gallery() -> str:
    """The page that shows every picture."""
    rows = ["| | light | dark | phone |", "|---|---|---|---|"]
    for screen in SCREENS:
        cells = [
            f'<img src="images/{screen.name}-{look}.webp" alt="{screen.title}, {look}" />'
            if look in looks_of(screen)
            else ""
            for look in LOOKS
        ]
        rows.append(f"| {screen.title} | {' | '.join(cells)} |")
    lead = "Every screen of the application; `make screenshots` takes these pictures and writes this page."
    return "\n".join(["# Screens", "", lead, "", *rows, ""])


def take_wide(app: App, screens: list[Screen], pictures: Pictures) -> None:
    for screen in screens:
        if screen.narrow:
            continue
        with screen.show(app):
            for look in SCHEMES:
                app.page.emulate_media(color_scheme=look)
                pictures.take(app.page, screen.name, look)
            app.page.emulate_media(color_scheme="light")


def take_narrow(app: App, screens: list[Screen], pictures: Pictures) -> None:
    for screen in screens:
        with screen.show(app):
            pictures.take(app.page, screen.name, "phone")


def main() -> None:
    wanted = set(sys.argv[1:])
    screens = [screen for screen in SCREENS if not wanted or screen.name in wanted]
    with serving() as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(browser.ensure()), args=browser.flags(webgpu=False)
        )
        pictures = Pictures(chromium.new_page())
        with _opened(chromium, site, WIDE) as app:
            take_wide(app, screens, pictures)
        with _opened(chromium, site, PHONE) as app:
            take_narrow(app, screens, pictures)
        chromium.close()
    GALLERY.write_text(gallery(), encoding="utf-8")


if __name__ == "__main__":
    main()
