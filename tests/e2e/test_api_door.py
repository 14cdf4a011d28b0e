"""The model for pages of other origins: refused before a person allows them, and again afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.api.contract import LASTING, LONG, asked, events_of
from tests.e2e.app import wait_until
from tests.e2e.bundles import bundled
from tests.e2e.hosts import Host, hosting
from tests.e2e.tabs import Tabs

PAGE = Path(__file__).parent / "pages" / "foreign_page.js"


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Another port is another origin; another name is another site, too."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "page.js").write_bytes(bundled(PAGE))
    (folder / "index.html").write_text(
        '<!doctype html><button>Open</button><script type="module" src="page.js"></script>'
    )
    with hosting(folder) as host:
        yield host


@pytest.fixture
def tabs(cpu_browser: Browser, site: str) -> Iterator[Tabs]:
    """A browser of its own: unlike elsewhere, a page here belongs to another origin."""
    context = cpu_browser.new_context(service_workers="allow")
    yield Tabs(context, site)
    context.close()


def visit(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    wait_until(page, "'ask' in globalThis", 30_000)
    return page


def ask(page: Page, site: str, question: str = "Hello", **more: Any) -> tuple[Any, str]:
    status, text = page.evaluate("([site, body]) => ask(site, body)", [site, asked(question, **more)])
    return status, text


def test_a_foreign_page_is_answered_for_as_long_as_a_person_allows_it(tabs: Tabs, stranger: Host) -> None:
    app = tabs.open_first()
    site, context = tabs.url, tabs.context
    page = visit(context, stranger.url)
    origin = stranger.url.rstrip("/")

    # A frame, which shares the site's storage where both have a domain in common.
    assert page.evaluate("site => openDoor(site, 'frame')", site) == "asking"
    assert ask(page, site)[0] == "TypeError"
    app.page.evaluate("location.hash = '#/settings'")
    app.page.get_by_role("button", name=f"Allow {origin}").click()
    page.evaluate("door.allowed()")
    status, text = ask(page, site)
    assert status == 200
    whole = json.loads(text)["choices"][0]["message"]["content"]
    status, text = ask(page, site, stream=True)
    pieces = [json.loads(data)["choices"][0]["delta"] for data in events_of(text)[:-1]]
    assert (status, "".join(piece.get("content", "") for piece in pieces)) == (200, whole)

    # Taken back in the middle of an answer, it ends at once.
    long = asked(LONG, stream=True, **LASTING)
    assert "data: " in page.evaluate("([site, body]) => begin(site, body)", [site, long])
    app.page.get_by_role("button", name=f"Remove {origin}").click()
    expect(app.page.get_by_test_id("other-sites")).not_to_contain_text(origin)
    assert "may not use the site's model any more" in page.evaluate("rest()")
    wait_until(page, "states.length === 3", 30_000)
    assert page.evaluate("states") == ["asking", "allowed", "asking"]
    assert "may not use the model" in ask(page, site)[1]

    # Of another site the browser keeps a frame's storage apart: its door is a window.
    other = visit(context, stranger.url.replace("localhost", "127.0.0.1"))
    assert other.evaluate("site => openDoor(site, 'frame')", site) == "closed"
    with context.expect_page() as opened:
        other.evaluate(
            """site => document.querySelector("button").onclick = () => {
              globalThis.opening = openDoor(site, "window");
            }""",
            site,
        )
        other.get_by_role("button").click()
    door = opened.value
    assert other.evaluate("opening") == "asking"
    door.get_by_role("button", name="Allow", exact=True).click()
    other.evaluate("door.allowed()")
    assert ask(other, site)[0] == 200
    other.evaluate("door.close()")
    assert ask(other, site) == ("TypeError", "The door has been closed.")
