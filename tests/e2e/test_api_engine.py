"""A real tab as the engine of the API: the official client asks, the demo model in the tab answers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from openai import OpenAI
from playwright.sync_api import Browser, Page, expect
from pydantic import BaseModel

from tests.api.contract import LASTING
from tests.e2e.app import App
from tests.e2e.room import DEMO
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT
from tests.e2e.vectors import NEAR, dot, vectors_of
from tools.serve import SITE
from webllm_provider import WebSocketTransport, create_session

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN_S = 60
LOADED_WITHIN_S = 120

PAGE = """<!doctype html><meta charset="utf-8" /><title>An engine to offer</title>
<script type="module">
  import { EngineClient, EngineFrame, offerEngine } from "./lib/bridge.js";
  const frame = new EngineFrame("./engine.html");
  const client = new EngineClient(frame.connect(), { locks: navigator.locks });
  await client.ready;
  globalThis.load = async (model) => {
    const load = client.load(model, "cpu");
    while ((await load.next()) !== null);
  };
  globalThis.chat = "webllm-demo-1-q0f32";
  await load(chat);
  globalThis.offer = offerEngine("./engine", frame);
  globalThis.loadVectors = async (model) => {
    await client.query({ type: "add_model", model });
    await load(model.id);
  };
</script>"""


class Colour(BaseModel):
    colour: Literal["red", "green"]


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


@pytest.fixture
def openai(tab: Page, api: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{api}/v1", api_key="any", max_retries=0) as client:
        yield client


def asked(question: str) -> dict[str, Any]:
    return {"model": "default", "temperature": 0, "messages": [{"role": "user", "content": question}]}


def text_of(chunk: Any) -> str:
    return "".join(choice.delta.content or "" for choice in chunk.choices)


def test_the_official_client_chats_with_the_model_in_a_tab(openai: OpenAI) -> None:
    assert [model.id for model in openai.models.list()] == [DEMO]
    whole = openai.chat.completions.create(**asked(WHAT)).choices[0].message.content
    pieces = [text_of(chunk) for chunk in openai.chat.completions.create(**asked(WHAT), stream=True)]
    assert len([piece for piece in pieces if piece]) > 1
    assert "".join(pieces) == whole
    # By a name that people carry over.
    said = openai.chat.completions.create(**{**asked(WHAT), "model": "demo"})
    assert (said.model, said.choices[0].message.content) == (DEMO, whole)


def test_a_client_that_leaves_ends_its_answer_in_the_tab(openai: OpenAI, api: str) -> None:
    with openai.chat.completions.create(**asked(EVERYTHING), **LASTING, stream=True) as stream:
        read = next(text for chunk in stream if (text := text_of(chunk)))
    assert read

    def noted() -> bool:
        newest = httpx.get(f"{api}/webllm/api/history?limit=1").json()["history"]
        return [one["code"] for one in newest] == ["CLIENT_GONE"]

    _until(noted, 30)
    assert openai.chat.completions.create(**asked(WHAT)).choices[0].finish_reason == "stop"


def test_a_tool_call_is_held_to_its_schema_in_the_tab(openai: OpenAI) -> None:
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
    wanted = {**asked("Note that the tea is in the blue tin"), "tools": [notes], "tool_choice": "required"}
    (choice,) = openai.chat.completions.create(**wanted).choices
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls is not None
    assert choice.message.tool_calls[0].function.name == "notes"
    assert json.loads(choice.message.tool_calls[0].function.arguments)["action"] in ("add", "list")


def test_an_answer_fits_its_json_schema_in_the_tab(openai: OpenAI) -> None:
    said = openai.chat.completions.parse(**asked("Name a colour."), response_format=Colour)
    assert said.choices[0].message.parsed is not None


def test_an_amplifier_session_on_this_python_uses_the_tab(tab: Page, api: str) -> None:
    async def session() -> str:
        made = await create_session(transport=WebSocketTransport(api.replace("http", "ws")))
        try:
            return str(await made.execute(WHAT))
        finally:
            await made.cleanup()

    # Playwright has an event loop of its own in this thread.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, session()).result(120) == ANSWERS[WHAT]


def test_the_demo_in_a_terminal_walks_through_the_api(tab: Page, api: str) -> None:
    command = [sys.executable, "-m", "webllm_provider.demo", api]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"models   {DEMO}" in done.stdout
    assert "batch    2 of 2" in done.stdout


def test_texts_become_vectors_in_the_tab(openai: OpenAI, tab: Page, api: str) -> None:
    tab.evaluate("model => loadVectors(model)", vectors_of(f"{api}/webllm/"))
    _until(lambda: [model.id for model in openai.models.list()] == ["demo-vectors"], 30)
    made = openai.embeddings.create(model="demo-vectors", input=NEAR)
    near, same, far = [one.embedding for one in made.data]
    assert dot(near, near) == pytest.approx(1)
    assert dot(near, same) > dot(near, far) + 0.2
    assert made.usage.prompt_tokens > 0
    tab.evaluate("load(chat)")
    _until(lambda: [model.id for model in openai.models.list()] == [DEMO], 30)


def test_the_chat_application_is_served_beside_the_api(api: str) -> None:
    told = httpx.get(f"{api}/", follow_redirects=True)
    assert str(told.url) == f"{api}/webllm/"
    assert "<title>" in told.text


def test_a_tab_that_closes_in_the_middle_leaves_what_it_has_said(tab: Page, api: str) -> None:
    body = {**asked(EVERYTHING), **LASTING, "stream": True}
    said, last = "", {}
    with httpx.stream("POST", f"{api}/v1/chat/completions", json=body, timeout=60) as response:
        for line in response.iter_lines():
            if not line.startswith("data: {"):
                continue
            last = json.loads(line.removeprefix("data: "))
            for choice in last.get("choices", ()):
                said += choice["delta"].get("content") or ""
            if said and not tab.is_closed():
                tab.close()
    assert last["code"] == "ENGINE_FAILED"
    assert last["partial"] == said
    _until(lambda: httpx.get(f"{api}/webllm/api/status").json()["models_loaded"] == 0, 30)


def test_a_person_offers_the_applications_engine_and_takes_it_back(cpu_browser: Browser, api: str) -> None:
    with cpu_browser.new_context(service_workers="block") as context:
        app = App(context.new_page())
        page = app.page
        page.goto(f"{api}/webllm/?device=cpu")
        app.wait_until_ready()
        page.get_by_test_id("go-settings").click()
        state, submit = page.get_by_test_id("offer-state"), page.get_by_test_id("offer-submit")
        own = page.get_by_test_id("offer-address").input_value()
        page.get_by_test_id("offer-address").fill("https://elsewhere.example/webllm/engine")
        submit.click()
        expect(page.get_by_test_id("offer-engine")).to_contain_text("only the server that it came from")
        page.get_by_test_id("offer-address").fill(own)
        submit.click()
        expect(state).to_have_attribute("data-kind", "offered", timeout=30_000)
        with OpenAI(base_url=f"{api}/v1", api_key="any", max_retries=0) as client:
            _until(lambda: [model.id for model in client.models.list()] == [DEMO], 30)
            said = client.chat.completions.create(**asked(WHAT)).choices[0].message.content
        assert said == ANSWERS[WHAT]
        submit.click()
        expect(state).to_have_attribute("data-kind", "none")
        _until(lambda: httpx.get(f"{api}/webllm/api/status").json()["models_loaded"] == 0, 30)
