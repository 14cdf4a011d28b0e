"""Profiles: `python -m bench.profile` writes what a start and an answer consist of into `build/profile/`.

- `start.trace.json`, `answer.trace.json`: for Chromium's performance panel, with the moments of Python's
  start.
- `answer.python.txt`: cProfile of Python's part of an answer at the rate of a good GPU, by each function's
  own time and by its time with all that it calls.
- `imports.txt`: what an ordinary start imports, and for how long; a restored one imports nothing.

And it prints the page's longest tasks, by the processor's time: what else the machine does is not in it;
and the slowest imports.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.pace import PAUSE_MS, TOKENS
from bench.page import launched, opened
from bench.serving import ROOT, build, serving
from bench.start import APPLICATION, READY_MS, visited
from bench.throughput import MODEL
from tests.e2e.app import App, wait_until

OUT = ROOT / "build" / "profile"
CATEGORIES = [
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-v8.cpu_profiler",
    "toplevel",
    "v8.execute",
    "v8.wasm",
    "blink.user_timing",
    "loading",
    "__metadata",
]
SHOWN = 8
QUESTION = "What can you do?"
IMPORT_TIMES = """
import { readFileSync } from "node:fs";
const [pyodide, wheels] = process.argv.slice(1);
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const lock = readFileSync(`${wheels}/pyodide-lock.json`, "utf8");
const python = await loadPyodide({ indexURL: `${pyodide}/`, lockFileContents: lock,
  packageBaseUrl: `${wheels}/`, args: ["-X", "importtime"], stderr: (line) => console.log(line) });
await python.loadPackage(["webllm-provider", "amplifier-core"], { messageCallback: () => undefined });
python.runPython("import webllm_provider.session.worker");
process.exit(0);
"""

IMPORT = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)
MARK = "python: ready"
"""Python's worker says it, which runs in the page's process."""


class NothingToSee(RuntimeError):
    """A profile was written that says nothing of what it is of."""


def read_trace(path: Path) -> list[dict[str, Any]]:
    """The events of a trace.

    Raises:
        NothingToSee: there is no task in it.
    """
    events: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    if not any(event["name"] == "RunTask" for event in events):
        raise NothingToSee(f"{path.name} holds no task.")
    return events


def holding(text: str, word: str, name: str) -> str:
    """The text of a profile, as it is.

    Raises:
        NothingToSee: it does not hold this word.
    """
    if word not in text:
        raise NothingToSee(f"{name} says nothing of {word}.")
    return text


def slowest_imports(told: str) -> list[tuple[str, float]]:
    """(module, own time in ms) of what `-X importtime` tells, the slowest first."""
    imports = [(name, int(microseconds) / 1000) for microseconds, name in IMPORT.findall(told)]
    return sorted(imports, key=lambda each: -each[1])


def page_process(events: list[dict[str, Any]]) -> int | None:
    """The process of the application's page in a trace of a start."""
    return next((event["pid"] for event in events if event["name"] == MARK), None)


def longest_tasks(events: list[dict[str, Any]], process: int | None) -> list[tuple[float, float]]:
    """(since its first task, processor's time) in ms of the tasks of a page's main thread, longest first."""
    threads = {
        event["tid"]
        for event in events
        if event["name"] == "thread_name"
        and event["pid"] == process
        and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event
        for event in events
        if event["name"] == "RunTask"
        and "dur" in event
        and event["pid"] == process
        and event["tid"] in threads
    ]
    if not tasks:
        return []
    began = min(event["ts"] for event in tasks)
    timed = [((event["ts"] - began) / 1000, event.get("tdur", event["dur"]) / 1000) for event in tasks]
    return sorted(timed, key=lambda task: -task[1])


def _tell(trace: Path, process: int | None = None) -> int | None:
    events = read_trace(trace)
    process = process or page_process(events)
    tasks = ", ".join(f"{spent:.0f} ms (at {at:.0f})" for at, spent in longest_tasks(events, process)[:SHOWN])
    print(f"{trace.name}: the page's longest tasks: {tasks}", flush=True)
    return process


def _start(browser: Browser, site: str, out: Path) -> None:
    start, answer = out / "start.trace.json", out / "answer.trace.json"
    with visited(browser, site) as context:
        page = context.new_page()
        browser.start_tracing(page=page, path=start, categories=CATEGORIES)
        page.goto(f"{site}{APPLICATION}", wait_until="commit")
        wait_until(page, "moments?.ready !== undefined", READY_MS)
        browser.stop_tracing()
        process = _tell(start)
        app = App(page)
        app.wait_until_ready()
        browser.start_tracing(page=page, path=answer, categories=CATEGORIES)
        app.ask(QUESTION)
        browser.stop_tracing()
        _tell(answer, process)


def _python_of_an_answer(browser: Browser, site: str) -> str:
    with opened(browser, site) as page:
        page.start_ours("scripted", MODEL, pauseMs=PAUSE_MS)
        page.answer_ours("Warm up.", max_tokens=TOKENS // 5)
        return page.answer_ours(QUESTION, max_tokens=TOKENS, profile=True).profile or ""


def _imports() -> str:
    pyodide = ROOT / "web" / "node_modules" / "pyodide"
    command = ["node", "--input-type=module", "-e", IMPORT_TIMES, str(pyodide), str(ROOT / "dist" / "wheels")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main(out: Path = OUT) -> None:
    """Write all of them."""
    out.mkdir(parents=True, exist_ok=True)
    build()
    with serving() as site, sync_playwright() as playwright, launched(playwright, webgpu=False) as browser:
        _start(browser, site, out)
        table = holding(_python_of_an_answer(browser, site), "webllm_provider", "The profile of an answer")
    (out / "answer.python.txt").write_text(table, encoding="utf-8")
    imports = holding(_imports(), "webllm_provider.session.worker", "The list of imports")
    (out / "imports.txt").write_text(imports, encoding="utf-8")
    slowest = ", ".join(f"{name} {spent:.0f} ms" for name, spent in slowest_imports(imports)[:SHOWN])
    print(f"imports.txt: the slowest imports of an ordinary start: {slowest}")
    print(f"Written to {out}.")


if __name__ == "__main__":
    main()
