"""The application as a test sees it: what is on the screen, and the read-only `window.webllmApp`."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error, Frame, Locator, Page, Worker, expect

# The software adapter compiles shaders for about 17 s on two idle cores; machines differ.
LOAD_TIMEOUT_MS = 180_000
ANSWER_TIMEOUT_MS = 120_000


def wait_until(page: Page, condition: str, timeout_ms: float) -> None:
    """Wait for a JavaScript condition.

    Playwright's own wait evaluates text inside the page, and the page's policy forbids that.
    """
    deadline = time.monotonic() + timeout_ms / 1000
    while not _holds(page, condition):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true within {timeout_ms / 1000:.0f} s: {condition}")
        page.wait_for_timeout(50)


def _holds(page: Page, condition: str) -> bool:
    """Whether it is true now; a page that is being loaded again has no answer yet."""
    try:
        return bool(page.evaluate(condition))
    except Error as error:
        if "Execution context was destroyed" not in error.message:
            raise
        return False


# Playwright may keep a worker whose parent was ended, and would wait for its answer for ever.
WORKER_PATIENCE_S = 10
FOUND_WITHIN_S = 60


def name_of(worker: Worker) -> str:
    """The name that a worker was given; empty where it has ended in the meantime."""
    answer = asyncio.wait_for(worker._impl_obj.evaluate("self.name", None), WORKER_PATIENCE_S)
    try:
        return str(worker._sync(answer))
    except (Error, TimeoutError):
        return ""


@dataclass(frozen=True)
class Answer:
    """One turn of the assistant, as it stands on the page."""

    text: str
    state: str
    figures: str


class App:
    """Drives one page of the built site."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console: list[str] = []
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))

    # ---- what a person does -----------------------------------------------------------------

    def wait_until_ready(self) -> None:
        """Wait until Python has started and a model answers."""
        wait_until(
            self.page,
            "webllmApp.engineState.kind === 'ready' && webllmApp.pythonState.kind === 'ready'",
            LOAD_TIMEOUT_MS,
        )

    def send(self, text: str) -> None:
        self.page.get_by_test_id("composer").fill(text)
        self.page.get_by_test_id("send").click()

    def ask(self, text: str) -> Answer:
        """Send a message and wait for the end of the answer."""
        before = self.answers.count()
        self.send(text)
        return self.wait_for_answer_number(before + 1)

    def wait_for_answer_number(self, number: int) -> Answer:
        """The answer that makes this many, once it has ended in whatever way."""
        expect(self.answers).to_have_count(number, timeout=ANSWER_TIMEOUT_MS)
        return self.wait_for_answer()

    def wait_for_answer(self) -> Answer:
        """The last answer, once it has ended in whatever way."""
        last = self.answers.last
        expect(last).not_to_have_attribute("data-state", "streaming", timeout=ANSWER_TIMEOUT_MS)
        figures = last.get_by_test_id("figures")
        return Answer(
            text=self._text_of(last),
            state=last.get_attribute("data-state") or "",
            figures=figures.inner_text() if figures.count() else "",
        )

    def stop(self) -> None:
        self.page.get_by_test_id("stop").click()

    def new_conversation(self) -> None:
        self.page.get_by_test_id("new-conversation").click()
        expect(self.answers).to_have_count(0)

    # ---- what stands on the page ------------------------------------------------------------

    @property
    def answers(self) -> Locator:
        return self.page.get_by_test_id("message-assistant")

    @property
    def error(self) -> Locator:
        return self.page.get_by_test_id("error")

    @staticmethod
    def _text_of(answer: Locator) -> str:
        return "\n".join(answer.get_by_test_id("answer-text").all_inner_texts()).strip()

    # ---- what the page says of itself -------------------------------------------------------

    def engine_state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.page.evaluate("webllmApp.engineState")
        return state

    def events(self) -> list[dict[str, Any]]:
        """The Amplifier events of the page's turns: name, payload and arrival in ms."""
        events: list[dict[str, Any]] = self.page.evaluate("webllmApp.events")
        return events

    def stored(self, key: str) -> str | None:
        """A document of the browser store, read from IndexedDB itself."""
        value: str | None = self.page.evaluate(
            """async key => {
              // To open one that is not there would make an empty one in the application's place.
              const known = await indexedDB.databases();
              if (!known.some(({ name }) => name === "webllm-provider")) return null;
              return new Promise((resolve, reject) => {
                const opened = indexedDB.open("webllm-provider");
                opened.onerror = () => reject(opened.error);
                opened.onsuccess = () => {
                  const database = opened.result;
                  const read = database.transaction("documents").objectStore("documents").get(key);
                  read.onsuccess = () => { database.close(); resolve(read.result ?? null); };
                  read.onerror = () => { database.close(); reject(read.error); };
                };
              });
            }""",
            key,
        )
        return value

    # ---- what a crash does ------------------------------------------------------------------

    @property
    def engine_frame(self) -> Frame:
        return next(frame for frame in self.page.frames if "engine.html" in frame.url)

    def kill_engine(self) -> None:
        """End the engine room, and all that runs beneath it, the way a crash does: without a word."""
        self.engine_frame.evaluate("startedWorkers.at(-1).terminate()")

    def kill_cell(self) -> None:
        """End the worker that holds the engine itself, without a word; the room above it lives on."""
        self.worker_running("cell").evaluate("self.close()")

    def worker_running(self, part: str) -> Worker:
        """The worker of a part.

        'python', 'engine' (the room), 'cell' (beneath it, with one engine), or 'cpu engine', which llama.cpp
        starts beneath its cell.
        """
        name = {
            "python": "webllm-provider-python-.*",
            "engine": "engine",
            "cell": "webllm-provider-cell",
            "cpu engine": "",
        }[part]
        deadline = time.monotonic() + FOUND_WITHIN_S
        while True:
            # The newest first: the browser does not tell of every worker's end, and one that an earlier
            # document left behind never answers.
            for worker in reversed(self.page.workers):
                if re.fullmatch(name, name_of(worker)):
                    return worker
            assert time.monotonic() < deadline, f"There is no {part} worker."
            self.page.wait_for_timeout(50)
