"""The benchmarks' page, driven from here: what `bench/pages/bench.js` offers, typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

from tests.e2e.app import wait_until
from tools import browser as chromium

CLIENT = "theirs"
"""The name of the engine's own client, where there is one."""


class AnswerFailed(RuntimeError):
    """An answer of a benchmark ended with an error: there is nothing to measure."""


@dataclass(frozen=True)
class Timed:
    """One streamed answer, on the page's clock."""

    text: str
    tokens: int
    first_ms: float
    total_ms: float
    engine_tokens_per_s: float
    """Decoding as the engine itself counted it."""

    @property
    def tokens_per_s(self) -> float:
        """Of the whole: from the question to the end of the answer."""
        return self.tokens / self.total_ms * 1000

    @property
    def decode_tokens_per_s(self) -> float:
        """Behind the first token."""
        return (self.tokens - 1) / (self.total_ms - self.first_ms) * 1000

    @property
    def arriving(self) -> float:
        """The share of the engine's own decoding rate that the page sees, in percent."""
        return self.decode_tokens_per_s / self.engine_tokens_per_s * 100


@dataclass(frozen=True)
class Streamed(Timed):
    """An answer of a session: what was sent to the engine, and what Python saw of what came."""

    body: dict[str, Any] | None
    """Where it was asked for."""
    made_ms: float
    """What it took to make the session, before the question."""
    seconds_in_python: float
    deltas: int
    long_tasks_ms: list[float]
    profile: str | None


class BenchPage:
    """One page of the benchmarks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def start_ours(self, engine: str, model: str, **sources: Any) -> None:
        """Python, a session's packages, and an engine with its model; a scripted one is told the rest."""
        given = {"engine": engine, "model": model, "sources": sources}
        self.page.evaluate("options => bench.startOurs(options)", given)

    def start_theirs(self, engine: str, model: str, client: str = CLIENT) -> None:
        """The engine by its own client, with the same model. There can be several, each with its name."""
        given = {"engine": engine, "model": model, "client": client}
        self.page.evaluate("options => bench.startTheirs(options)", given)

    def answer_ours(
        self, question: str, *, raw: bool = False, profile: bool = False, **config: Any
    ) -> Streamed:
        """Ask a session with this provider config, in a fresh conversation.

        Args:
            raw: give the body that was sent to the engine; writing it down takes time.
            profile: give a profile of Python; that takes more.
        """
        run = self.page.evaluate(
            "options => bench.answerOurs(options)",
            {"question": question, "config": config, "raw": raw, "profile": profile},
        )
        seen = run["inPython"]
        return Streamed(
            **_times(run),
            body=run["body"],
            made_ms=run["madeMs"],
            seconds_in_python=seen["seconds"],
            deltas=seen["deltas"],
            long_tasks_ms=run["longTasks"],
            profile=seen["profile"],
        )

    def talk(self, questions: Sequence[str], longest: int) -> list[dict[str, Any]]:
        """Ask a session with its tools these questions over and over, until the conversation is that long.

        Args:
            longest: tokens.
        """
        options = {"questions": list(questions), "longest": longest}
        told: list[dict[str, Any]] = self.page.evaluate("options => bench.talk(options)", options)
        return told

    def answer_theirs(
        self, messages: list[dict[str, Any]], *, client: str = CLIENT, **sampling: Any
    ) -> Timed:
        """Stream the same messages from the engine's own client."""
        given = {"client": client, "messages": messages, **sampling}
        run = self.page.evaluate("options => bench.answerTheirs(options)", given)
        return Timed(**_times(run))

    def adapter(self) -> str:
        """The WebGPU adapter that computes, in the browser's words."""
        return str(self.page.evaluate("bench.adapter()"))


def _times(run: dict[str, Any]) -> dict[str, Any]:
    if run["error"] is not None or run["firstMs"] is None:
        raise AnswerFailed(run["error"] or "The answer was empty.")
    return {
        "text": run["text"],
        "tokens": run["tokens"],
        "first_ms": run["firstMs"],
        "total_ms": run["totalMs"],
        "engine_tokens_per_s": (run["figures"] or {}).get("decode_tokens_per_s") or 0.0,
    }


@contextmanager
def launched(playwright: Playwright, *, webgpu: bool) -> Iterator[Browser]:
    """A headless browser, with the WebGPU adapter or without any."""
    browser = playwright.chromium.launch(
        executable_path=str(chromium.ensure()), args=chromium.flags(webgpu=webgpu)
    )
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def opened(browser: Browser, site: str) -> Iterator[BenchPage]:
    """The benchmarks' page in a fresh context."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(600_000)
        page.goto(f"{site}bench/bench.html")
        wait_until(page, "globalThis.bench !== undefined", 30_000)
        yield BenchPage(page)
