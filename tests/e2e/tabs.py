"""Several tabs of one browser on the built site, and what they ask of the one engine."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Worker

from tests.e2e.app import App, name_of, wait_until

PATIENCE_S = 180

# In the worker that hosts Python: the same functions that Python awaits.
ASK = """async ({ body, count }) => {
  const read = async () => {
    const stream = js_llm_stream(body);
    const events = [];
    for (let json = await stream.next(); json !== null; json = await stream.next()) {
      events.push(...JSON.parse(json));
    }
    return events;
  };
  return Promise.all(Array.from({ length: count }, read));
}"""

# Sends requests over some time and cancels half of them at random moments. Counts what comes after an end.
ASK_AND_CANCEL = """async ({ body, count, seed, spanMs }) => {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const one = async () => {
    await pause(random() * spanMs);
    const stream = js_llm_stream(body);
    if (random() < 0.5) pause(random() * spanMs / 4).then(() => stream.cancel());
    const events = [];
    for (let json = await stream.next(); json !== null; json = await stream.next()) {
      events.push(...JSON.parse(json));
    }
    if ((await stream.next()) !== null) events.push({ type: "after the end" });
    return events;
  };
  return Promise.all(Array.from({ length: count }, one));
}"""

# Keeps a thread busy as one that hangs: nothing that comes is heard before the time is over.
HANG = "ms => { setTimeout(() => { const end = Date.now() + ms; while (Date.now() < end); }, 0); }"


@dataclass(frozen=True)
class Ended:
    """One request's events, read to the end."""

    events: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return "".join(event["text"] for event in self.events if event["type"] == "delta")

    @property
    def kinds(self) -> list[str]:
        """The types of the events, runs of deltas as one."""
        kinds = [str(event["type"]) for event in self.events]
        return [kind for place, kind in enumerate(kinds) if place == 0 or kind != kinds[place - 1]]

    @property
    def outcome(self) -> str:
        """`stop`, `length`, `abort`, or the code of the failure."""
        last = self.events[-1]
        return str(last["reason"] if last["type"] == "finished" else last["error"]["code"])


def body_of(question: str, **more: Any) -> str:
    return json.dumps({"messages": [{"role": "user", "content": question}], "temperature": 0, **more})


@dataclass
class Tabs:
    """The tabs of one browser context."""

    context: BrowserContext
    url: str
    opened: list[App] = field(default_factory=list)

    def open(self, query: str = "?device=cpu") -> App:
        app = App(self.context.new_page())
        self.opened.append(app)
        app.page.goto(f"{self.url}{query}")
        return app

    def open_first(self, query: str = "?device=cpu") -> App:
        """The first tab, once it answers and the service worker is there for the next ones."""
        app = self.open(query)
        app.wait_until_ready()
        wait_until(app.page, "navigator.serviceWorker.controller !== null", PATIENCE_S * 1000)
        return app

    def engines(self) -> int:
        """How many engine rooms there are, in all tabs."""
        return sum(name_of(worker) == "engine" for app in self.opened for worker in app.page.workers)


def python_of(app: App) -> Worker:
    """The worker that hosts Python in a tab."""
    return app.worker_running("python")


def ask(app: App, question: str, **more: Any) -> Ended:
    """One request to the engine, past Amplifier."""
    (ended,) = ask_many(app, question, 1, **more)
    return ended


def ask_many(app: App, question: str, count: int, **more: Any) -> list[Ended]:
    """The same request so many times at once."""
    asked = python_of(app).evaluate(ASK, {"body": body_of(question, **more), "count": count})
    return [Ended(events) for events in asked]


def start_asking(app: App, question: str, count: int, **cancelling: int) -> None:
    """Send requests and return at once; `answers_of` has them in the end.

    With `seed` and `spanMs` they are sent over that time, and half of them are cancelled.
    """
    asks = ASK_AND_CANCEL if cancelling else ASK
    script = f"argument => {{ globalThis.testAnswers = ({asks})(argument); return null; }}"
    python_of(app).evaluate(script, {"body": body_of(question), "count": count, **cancelling})


def answers_of(app: App) -> list[Ended]:
    return [Ended(events) for events in python_of(app).evaluate("() => globalThis.testAnswers")]


def owner_of(tabs: Tabs) -> App:
    """The tab in which the engine runs."""
    owners = [app for app in tabs.opened if any(name_of(w) == "engine" for w in app.page.workers)]
    assert len(owners) == 1, f"{len(owners)} tabs have an engine"
    return owners[0]


def wait_for_one_engine(tabs: Tabs) -> App:
    """The tab with the only engine, once there is exactly one and every tab has a model."""
    deadline = time.monotonic() + PATIENCE_S
    while tabs.engines() != 1:
        assert time.monotonic() < deadline, f"{tabs.engines()} engines"
        tabs.opened[0].page.wait_for_timeout(100)
    for app in tabs.opened:
        app.wait_until_ready()
    return owner_of(tabs)


def freeze(app: App, ms: int) -> None:
    """Let a tab with an engine stand still for a time, in all its threads."""
    engine = next(worker for worker in app.page.workers if name_of(worker) == "engine")
    engine.evaluate(HANG, ms)
    app.page.evaluate(HANG, ms)


def stop_service_workers(app: App) -> None:
    """End the service worker as the browser does now and then; the next event starts it again."""
    session = app.page.context.new_cdp_session(app.page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    session.detach()


def check_each_ended_once(ended: list[Ended], text: str) -> None:
    """Each request has one beginning at most, one end, and as much of the text as its end says."""
    for answer in ended:
        kinds = [kind for kind in answer.kinds if kind not in ("started", "delta", "recovered")]
        assert kinds in (["finished"], ["failure"]), answer.kinds
        assert [event["type"] for event in answer.events].count("started") <= 1
        assert answer.outcome in ("stop", "abort", "aborted"), answer.events[-1]
        if answer.outcome == "stop":
            assert answer.text == text
        else:
            assert text.startswith(answer.text)
