"""A real tab as the engine of the API: the official client asks, the demo model in the tab answers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openai import OpenAI
from playwright.sync_api import Browser, Page

from tools.serve import SITE

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN_S = 60
LOADED_WITHIN_S = 120

PAGE = """<!doctype html><meta charset="utf-8" /><title>An engine to offer</title>
<script type="module">
  import { EngineClient, EngineFrame, offerEngine } from "./lib/bridge.js";
  const frame = new EngineFrame("./engine.html");
  const client = new EngineClient(frame.connect(), { locks: navigator.locks });
  await client.ready;
  const load = client.load("webllm-demo-1-q0f32", "cpu");
  while ((await load.next()) !== null);
  globalThis.offer = offerEngine("./engine", frame);
</script>"""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server with the built site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = tmp_path_factory.mktemp("api")
    site = folder / "site"
    # A page that Playwright made up would be of no network, and might reach none on this machine.
    shutil.copytree(SITE, site, copy_function=_link)
    (site / "offering.html").write_text(PAGE)
    command = [sys.executable, "-m", "webllm_provider.api.server", "--port", str(port), "--site", str(site)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    url = f"http://localhost:{port}"
    try:
        _until(lambda: _answers(url), STARTED_WITHIN_S)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/webllm/api/health").status_code == 200
    except httpx.TransportError:
        return False


def _until(reached: object, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    assert callable(reached)
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def tab(cpu_browser: Browser, api: str) -> Iterator[Page]:
    """A tab that offers the demo model on the CPU."""
    context = cpu_browser.new_context(service_workers="block")
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{api}/webllm/offering.html")

    def offered() -> bool:
        # Playwright hears of the page only while it is asked something.
        page.wait_for_timeout(50)
        assert not said, said
        return int(httpx.get(f"{api}/webllm/api/status").json()["models_loaded"]) == 1

    _until(offered, LOADED_WITHIN_S)
    yield page
    context.close()


def test_the_official_client_chats_with_the_model_in_a_tab(tab: Page, api: str) -> None:
    with OpenAI(base_url=f"{api}/v1", api_key="any", max_retries=0) as client:
        model = next(iter(client.models.list())).id
        asked = [{"role": "user", "content": "What can you do?"}]
        whole = client.chat.completions.create(model=model, messages=asked)  # type: ignore[arg-type]
        text = whole.choices[0].message.content
        assert text
        stream = client.chat.completions.create(model=model, messages=asked, stream=True)  # type: ignore[arg-type]
        pieces = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]  # type: ignore[union-attr]
    assert len([piece for piece in pieces if piece]) > 1
    # The demo model knows its answers by heart.
    assert "".join(pieces) == text


def test_a_tool_call_is_held_to_its_schema_in_the_tab(tab: Page, api: str) -> None:
    notes = {
        "type": "function",
        "function": {
            "name": "notes",
            "description": "Keep notes.",
            "parameters": {
                "type": "object",
                "properties": {
                    "action": {"enum": ["add", "list"]},
                    "text": {"type": "string", "maxLength": 40},
                },
                "required": ["action"],
                "additionalProperties": False,
            },
        },
    }
    with OpenAI(base_url=f"{api}/v1", api_key="any", max_retries=0) as client:
        said = client.chat.completions.create(  # type: ignore[call-overload]
            model="default",
            messages=[{"role": "user", "content": "Note that the tea is in the blue tin"}],
            tools=[notes],
            tool_choice="required",
        )
    assert said.choices[0].finish_reason == "tool_calls"
    assert said.choices[0].message.tool_calls[0].function.name == "notes"


def test_the_chat_application_is_served_beside_the_api(cpu_browser: Browser, api: str) -> None:
    told = httpx.get(f"{api}/", follow_redirects=True)
    assert str(told.url) == f"{api}/webllm/"
    assert "<title>" in told.text


def test_a_tab_that_closes_takes_its_model_away(tab: Page, api: str) -> None:
    tab.close()
    _until(lambda: httpx.get(f"{api}/webllm/api/status").json()["models_loaded"] == 0, 30)
