"""Two questions to the embedded model, in a headless browser, through a real Amplifier session.

Prints the stages of loading, the tokens as they stream, the answers and the figures, and writes a
screenshot. Ends with 0 only if the answers came from a real engine.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tools import browser
from tools.serve import ROOT, SITE, serving

SCREENSHOT = ROOT / "dist" / "demo.png"
READY_WITHIN_S = 300
ANSWER_WITHIN_S = 180
REAL_ENGINES = ("webllm", "wllama")
STREAMING = "[data-testid=message-assistant][data-state=streaming]"


class DemoFailed(RuntimeError):
    """The page did not do what the demonstration is there to show."""


def state_of(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate(
        """() => ({
          engine: globalThis.webllmApp?.engineState ?? null,
          python: globalThis.webllmApp?.pythonState ?? null,
          stages: [...document.querySelectorAll('[data-testid=load-stage], [data-testid=python-stage]')]
            .map(element => element.textContent.replace(/\\s+/g, ' ').trim()),
          errors: [...document.querySelectorAll('[data-testid=error]')]
            .map(element => `${element.dataset.code}: ${element.innerText.replace(/\\s+/g, ' ')}`),
        })"""
    )
    return state


def wait_until_ready(page: Page) -> None:
    """Print each stage as the page shows it, until Python and the model are there."""
    shown: set[str] = set()
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        state = state_of(page)
        for stage in state["stages"]:
            if stage and stage not in shown:
                shown.add(stage)
                print(f"  {stage}", flush=True)
        if state["errors"]:
            raise DemoFailed(state["errors"][0])
        kinds = [part["kind"] if part else None for part in (state["engine"], state["python"])]
        if kinds == ["ready", "ready"]:
            return
        page.wait_for_timeout(200)
    raise DemoFailed(f"Nothing was ready within {READY_WITHIN_S} s.")


def ask(page: Page, question: str) -> list[dict[str, Any]]:
    """Send a question, print the answer as it streams; gives the events of its turn."""
    before = page.evaluate("webllmApp.events.length")
    page.get_by_test_id("composer").fill(question)
    page.get_by_test_id("send").click()
    print(f"\n> {question}", flush=True)
    printed, ended = before, False
    deadline = time.monotonic() + ANSWER_WITHIN_S
    while time.monotonic() < deadline:
        events: list[dict[str, Any]] = page.evaluate("from => webllmApp.events.slice(from)", printed)
        printed += len(events)
        for event in events:
            show(event)
        # Not "nothing streams": the page may not have drawn the turn yet.
        ended = ended or any(event["name"] == "execution:end" for event in events)
        if errors := state_of(page)["errors"]:
            raise DemoFailed(errors[0])
        if ended and page.locator(STREAMING).count() == 0:
            print(flush=True)
            return list(page.evaluate("from => webllmApp.events.slice(from)", before))
        page.wait_for_timeout(50)
    raise DemoFailed(f"No answer within {ANSWER_WITHIN_S} s.")


def show(event: dict[str, Any]) -> None:
    payload = event["payload"]
    match event["name"]:
        case "llm:stream_block_delta":
            print(payload["text"], end="", flush=True)
        case "tool:pre":
            print(f"[tool {payload['tool_name']} {payload['tool_input']}]", flush=True)
        case "tool:post":
            print("[tool answered]", flush=True)


def check(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The last response of a turn, if a real engine gave it."""
    responses = [event["payload"] for event in events if event["name"] == "llm:response"]
    if not responses or responses[-1].get("status") != "ok":
        raise DemoFailed("No answer came from the engine.")
    if responses[-1]["engine"]["kind"] not in REAL_ENGINES:
        raise DemoFailed(f"The answer came from {responses[-1]['engine']['kind']}, which is no real engine.")
    if not any(event["name"] == "llm:stream_block_delta" for event in events):
        raise DemoFailed("Nothing was streamed.")
    last: dict[str, Any] = responses[-1]
    return last


def print_figures(response: dict[str, Any], load_s: float) -> None:
    engine, figures = response["engine"], response["figures"]
    rate = figures["decode_tokens_per_s"]
    print("\nengine               ", engine["kind"], engine["version"], "on", engine["device"])
    print("adapter              ", engine["adapter"] or "none: the CPU computes")
    print("ready after          ", f"{load_s:.1f} s (Python and model, in parallel)")
    print("time to first token  ", f"{figures['time_to_first_token_ms'] or 0:.0f} ms")
    print("decode               ", f"{rate:.1f} tokens/s" if rate else "not reported")
    print("tokens               ", response["usage"]["output_tokens"])


def run(page: Page, url: str) -> None:
    started = time.monotonic()
    print(f"Opening {url}", flush=True)
    page.goto(url)
    wait_until_ready(page)
    load_s = time.monotonic() - started
    response = check(ask(page, "What is this application?"))
    print_figures(response, load_s)
    words = " ".join("".join(random.choices(("ba", "ko", "ri", "mun", "tel"), k=3)) for _ in range(2))
    turn = ask(page, f"note that {words}")
    check(turn)
    calls = [event["payload"] for event in turn if event["name"] == "tool:pre"]
    if not calls or calls[0]["tool_name"] != "notes":
        raise DemoFailed("The second question was not answered by a call of the notes tool.")
    exact = calls[0]["tool_input"].get("text") == words
    print(
        "\ntool call            ",
        "the words were copied exactly" if exact else "the words were copied with a slip",
    )


def main(screenshot: Path = SCREENSHOT) -> int:
    if not (SITE / "index.html").exists():
        print("The site is not built: run `make demo`.")
        return 1
    with serving() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(browser.ensure()), args=browser.flags(webgpu=True)
        )
        page = chromium.new_page(viewport={"width": 1100, "height": 800})
        try:
            run(page, url)
        except DemoFailed as error:
            print(f"\nThe demonstration failed: {error}")
            return 1
        finally:
            page.screenshot(path=screenshot)
            chromium.close()
            print(f"\nscreenshot            {screenshot.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
