"""An engine in a page of its own, asked over the wire: no application, no Python."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Worker

from tests.e2e.app import name_of
from tests.e2e.conftest import OriginGuard

MODEL = "webllm-demo-1-q0f32"
DOCUMENT = "<!doctype html><title>An engine of one's own</title><body></body>"
START = """async address => {
  const { EngineClient, EngineFrame } = await import("./lib/bridge.js");
  globalThis.frame = new EngineFrame(address);
  globalThis.connect = () => new EngineClient(frame.connect(), { locks: navigator.locks });
  globalThis.client = connect();
  globalThis.streams = {};
  globalThis.follow = (name, stream) => {
    const events = [];
    const seen = { stream, events, ended: false };
    streams[name] = seen;
    (async () => {
      for (let batch; (batch = await stream.next()) !== null; ) events.push(...batch);
      seen.ended = true;
    })();
  };
  await client.ready;
}"""


class EngineAlone:
    """Loads and asks by name: what is started goes on while the test does something to the engine."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def load(self, device: str = "cpu", name: str = "load", **wishes: object) -> None:
        self.page.evaluate(
            "([name, model, device, wishes]) => follow(name, client.load(model, device, wishes))",
            [name, MODEL, device, wishes],
        )

    def ask(self, text: str, name: str = "answer", **more: object) -> None:
        messages = [{"role": "user", "content": text}]
        body = {"model": MODEL, "messages": messages, "temperature": 0, "max_tokens": 400, **more}
        self.page.evaluate("([name, body]) => follow(name, client.complete(body))", [name, body])

    def cancel(self, name: str) -> None:
        self.page.evaluate("name => streams[name].stream.cancel()", name)

    def query(self, draft: dict[str, Any]) -> dict[str, Any]:
        reply: dict[str, Any] = self.page.evaluate("draft => client.query(draft)", draft)
        return reply

    def events(self, name: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self.page.evaluate("name => streams[name].events", name)
        return events

    def wait(self, condition: str, timeout_ms: float = 120_000) -> None:
        """Wait for a JavaScript condition; `text("name")` is what a stream has said so far."""
        said = "events => events.map(event => event.type === 'delta' ? event.text : '').join('')"
        prelude = f"const text = name => ({said})(streams[name].events); "
        waited = 0
        while not self.page.evaluate(f"() => {{ {prelude} return ({condition}); }}"):
            if waited > timeout_ms:
                state = json.dumps(self.page.evaluate("client.status()"))
                raise TimeoutError(f"not true within {timeout_ms / 1000:.0f} s: {condition}; {state}")
            self.page.wait_for_timeout(10)
            waited += 10

    def end_of(self, name: str, timeout_ms: float = 120_000) -> tuple[str, dict[str, Any]]:
        """The whole text of a stream that has ended, and its last event: it has exactly one."""
        self.wait(f"streams[{json.dumps(name)}].ended", timeout_ms)
        events = self.events(name)
        last = [event for event in events if event["type"] in ("finished", "failure", "loaded")]
        assert last == events[-1:], "a request ends exactly once"
        return "".join(event["text"] for event in events if event["type"] == "delta"), events[-1]

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = self.page.evaluate("client.status()")
        return status

    # ---- what is done to it -----------------------------------------------------------------

    def cells(self) -> list[Worker]:
        """The engine cells that run."""
        return [worker for worker in self.page.workers if name_of(worker) == "webllm-provider-cell"]

    def cell(self) -> Worker:
        """The only one: whoever was ended is listed a little longer, and the next one not at once."""
        deadline = time.monotonic() + 60
        while len(found := self.cells()) != 1:
            assert time.monotonic() < deadline, f"{len(found)} cells"
            self.page.wait_for_timeout(5)
        return found[0]

    def kill_cell(self) -> None:
        """End the worker that holds the engine, without a word."""
        self.cell().evaluate("self.close()")

    def kill_cell_at_the_next_request(self) -> None:
        """End it as soon as it has heard of a request, before it can say a word."""
        self.cell().evaluate(
            "addEventListener('message', ({ data }) => { if (data.type === 'complete') self.close(); })"
        )

    def kill_cell_in_the_next_answer(self) -> None:
        """The same in the midst of it."""
        self._in_the_next_answer("self.close()")

    def hang_cell_in_the_next_answer(self) -> None:
        """Let the engine's worker compute for ever, in the midst of it."""
        self._in_the_next_answer("setTimeout(() => { for (;;); })")

    def _in_the_next_answer(self, act: str) -> None:
        """Have the engine's worker do something behind its second message with text.

        From here it might come too late: an answer takes a quarter of a second.
        """
        self.cell().evaluate(
            f"""() => {{
              const post = self.postMessage.bind(self);
              let texts = 0;
              self.postMessage = (message, ...more) => {{
                post(message, ...more);
                if (message.type === "text" && ++texts === 2) {act};
              }};
            }}"""
        )

    def reset_in_the_next_answer(self) -> None:
        """Have the page ask for a reset as soon as it hears a word."""
        self.page.evaluate(
            """() => {
              const { complete } = client;
              client.complete = body => {
                client.complete = complete;
                const stream = client.complete(body);
                const next = stream.next.bind(stream);
                stream.next = async () => {
                  const batch = await next();
                  if (batch?.some(({ type }) => type === "delta")) {
                    stream.next = next;
                    globalThis.wasReset = client.query({ type: "reset" });
                  }
                  return batch;
                };
                return stream;
              };
            }"""
        )

    def hang_cell(self) -> None:
        """Let the engine's worker compute for ever."""
        self.cell().evaluate("void setTimeout(() => { for (;;); })")

    def watch_devices(self) -> None:
        """Keep every WebGPU device that the engine's worker is given: call it as soon as it loads."""
        while not self.cells():
            self.page.wait_for_timeout(5)
        (cell,) = self.cells()
        cell.evaluate(
            """() => {
              self.testDevices = [];
              const { requestDevice } = GPUAdapter.prototype;
              GPUAdapter.prototype.requestDevice = async function (...given) {
                const device = await requestDevice.apply(this, given);
                self.testDevices.push(device);
                return device;
              };
            }"""
        )

    def lose_device(self) -> None:
        """Destroy every WebGPU device of the engine's worker, as a driver that restarts does."""
        (cell,) = self.cells()
        cell.evaluate("for (const device of self.testDevices) device.destroy()")


@contextmanager
def engine_alone(browser: Browser, site: str, guard: OriginGuard, query: str = "") -> Iterator[EngineAlone]:
    """A page with nothing in it but the engine's frame; `query` is the frame's."""
    with browser.new_context(service_workers="block") as context:
        guard.watch(context)
        context.route(
            "**/engine-alone.html",
            lambda route: route.fulfill(body=DOCUMENT, content_type="text/html"),
        )
        page = context.new_page()
        page.goto(f"{site}engine-alone.html")
        page.evaluate(START, f"engine.html{query}")
        yield EngineAlone(page)
