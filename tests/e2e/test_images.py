"""A picture goes with a question to a model that sees."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Browser, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until
from tests.e2e.scripted_server import scripted_server
from tests.e2e.test_conversation import attach
from tests.e2e.test_settings import choose, close_settings


def png(colour: bytes) -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + colour)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_picture_reaches_a_model_that_sees_and_stays_with_its_question(
    cpu_browser: Browser, site: str
) -> None:
    # Not watched for foreign requests: the server is of another origin.
    with scripted_server() as server, cpu_browser.new_context(locale="en-US") as context:
        page = context.new_page()
        app = App(page)
        page.goto(f"{site}?device=cpu&model=no-such-model#/settings/server")
        choose(page, "set-mode", "A server")
        page.get_by_test_id("set-server-address").fill(server.base_url)
        page.get_by_test_id("set-server-address").blur()
        close_settings(page)
        wait_until(page, "webllmApp.pythonState.kind === 'ready'", ANSWER_TIMEOUT_MS)

        tin = png(b"\x20\x40\xc0")
        attach(app, ("tin.png", tin), media_type="image/png")
        expect(page.get_by_test_id("attachment").locator("img")).to_be_visible()
        expect(page.get_by_test_id("refusals")).to_have_count(0)
        server.answers = ["A blue tin.", "It is still blue."]
        assert app.ask("What is this?").text == "A blue tin."
        asked = server.bodies[-1]["messages"][-1]["content"]
        url = f"data:image/png;base64,{base64.b64encode(tin).decode()}"
        assert asked == [
            {"type": "image_url", "image_url": {"url": url}},
            {"type": "text", "text": "What is this?"},
        ] or asked == [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": url}},
        ]

        # After a reload the picture stands where it stood, and the model still sees it.
        page.reload()
        shown = page.get_by_test_id("message-user").get_by_role("img", name="Image tin.png")
        expect(shown).to_be_visible()
        assert shown.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 1
        wait_until(page, "webllmApp.pythonState.kind === 'ready'", ANSWER_TIMEOUT_MS)
        assert app.ask("And now?").text == "It is still blue."
        said = server.bodies[-1]["messages"]
        assert url in str(said[-3]["content"])
