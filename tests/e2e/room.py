"""A page of the site's origin with an engine and nothing else: the wire, as a page's own script speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.conftest import OriginGuard

PAGE = (Path(__file__).parent / "pages" / "engine_room.html").read_text()
DEMO = "webllm-demo-1-q0f32"

Event = dict[str, Any]


class EngineRoom:
    """Drives the page: opens streams, asks queries, reads the journal's news."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def load(self, model: str = DEMO) -> Event:
        """Load a model on the CPU; returns the last event."""
        last: Event = self.page.evaluate("async model => (await load(model)).at(-1)", model)
        assert last["type"] == "loaded", last
        return last

    def stream(self, command: Event) -> list[Event]:
        """Open a stream and read it to its end."""
        events: list[Event] = self.page.evaluate("async command => readAll(client.stream(command))", command)
        return events

    def complete(self, text: str, **body: Any) -> list[Event]:
        request = {"messages": [{"role": "user", "content": text}], **body}
        events: list[Event] = self.page.evaluate("async body => readAll(client.complete(body))", request)
        return events

    def query(self, command: Event) -> Event:
        result: Event = self.page.evaluate("command => client.query(command)", command)
        return result

    def observe(self) -> None:
        """Collect the journal's events from now on, until `news` reads them."""
        self.page.evaluate(
            """async () => {
              globalThis.observation = client.stream({ type: "observe", credit: 1000 });
              await client.status();
            }"""
        )

    def news(self, *names: str) -> list[Event]:
        """The events since `observe`, in order; only those of some names, where any are given."""
        events: list[Event] = self.page.evaluate(
            """async () => {
              observation.cancel();
              const told = await readAll(observation);
              return told.flatMap((event) => (event.type === "observed" ? [event.event] : []));
            }"""
        )
        return [event for event in events if not names or event["name"] in names]


@contextmanager
def opened_room(browser: Browser, site: str, guard: OriginGuard) -> Iterator[EngineRoom]:
    """An engine in a fresh context."""
    with browser.new_context() as context:
        guard.watch(context)
        yield room_in(context, site)


def room_in(context: BrowserContext, site: str) -> EngineRoom:
    """Open the page in a context, without a model."""
    context.route("**/room.html", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page = context.new_page()
    page.goto(f"{site}room.html")
    page.evaluate("client.ready.then(() => null)")
    return EngineRoom(page)
