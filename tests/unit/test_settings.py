"""Settings hold from the next turn on: some within the session, others in a session made anew around it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from webllm_provider._wire import SessionSettings
from webllm_provider.errors import RequestRefused
from webllm_provider.session.settings import Settings
from webllm_provider.testing import Wait, answer, loaded_model

from .worker_page import Page, call

pytestmark = pytest.mark.filterwarnings("error")

KEY = "sk-live-0123456789abcdefghij"


async def test_sampling_changes_from_turn_to_turn_in_the_same_session() -> None:
    page = Page(answer("One."), answer("Two."), answer("Three."))
    sampling = {"temperature": 0.1, "top_p": 0.5, "max_tokens": 77, "seed": 7, "stop": ["END"]}
    penalties = {"frequency_penalty": 0.5, "presence_penalty": -0.5}
    await page.ask("t1", settings={"sampling": {**sampling, **penalties}})
    body: dict[str, Any] = dict(page.transport.bodies[-1])
    assert {name: body[name] for name in {**sampling, **penalties}} == {**sampling, **penalties}
    await page.ask("t2", settings={"sampling": {"temperature": 0.9}})
    body = dict(page.transport.bodies[-1])
    assert (body["temperature"], "seed" in body, "stop" in body) == (0.9, False, False)
    await page.ask("t3")
    assert page.transport.bodies[-1]["temperature"] == 0.9
    assert page.of("session:end") == []
    await page.sessions.close()


async def test_an_answer_has_the_shape_that_was_asked_for() -> None:
    page = Page(answer('{"name": "tea"}'), answer('{"x": 1}'), answer("Text."))
    page.transport.model = loaded_model()
    page.transport.model["capabilities"]["json_schema"] = True
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    await page.ask("t1", settings={"answer_format": {"type": "json_schema", "schema": schema}})
    wanted: Any = page.transport.bodies[-1]["response_format"]
    assert wanted["json_schema"]["schema"] == schema
    await page.ask("t2", settings={"answer_format": {"type": "json"}})
    wanted = page.transport.bodies[-1]["response_format"]
    assert wanted["json_schema"]["schema"] == {"type": "object"}
    await page.ask("t3", settings={"answer_format": {"type": "text"}})
    assert "response_format" not in page.transport.bodies[-1]
    await page.sessions.close()


@pytest.mark.parametrize(("effort", "thinks"), [("none", False), ("high", True)])
async def test_a_model_that_can_think_or_not_does_as_the_settings_say(effort: str, thinks: bool) -> None:
    page = Page(answer("Hm."))
    page.transport.model = loaded_model("Qwen3-0.6B-q4f16_1-MLC")
    await page.ask("t1", settings={"reasoning_effort": effort})
    assert page.transport.bodies[-1]["enable_thinking"] is thinks
    await page.sessions.close()


async def test_a_smaller_window_leaves_old_turns_out_and_shortens_the_answer() -> None:
    page = Page(*[answer("Yes. " * 60) for _ in range(6)])
    for number in range(5):
        await page.ask(f"t{number}", f"Question {number} " + "about many things " * 10)
    whole = len(page.asked_last())
    await page.ask("t5", "And?", settings={"context_tokens": 600})
    assert len(page.asked_last()) < whole
    assert page.asked_last()[-1] == "And?"
    assert page.transport.bodies[-1]["max_tokens"] <= 300
    await page.sessions.close()


async def test_another_instruction_and_other_tools_make_the_session_anew_around_the_same_messages() -> None:
    page = Page(answer("One."), answer("Two."), answer("Three."))
    await page.ask("t1", "First")
    end = await page.ask("t2", "Second", settings={"instruction": "Be brief.", "tools": ["tool-calculator"]})
    system = str(page.transport.bodies[-1]["messages"][0]["content"])
    assert system.startswith("Be brief.")
    assert "calculator" in system
    assert "notes" not in system
    assert page.asked_last() == ["First", "One.", "Second"]
    assert [message["role"] for message in end["messages"]] == ["user", "assistant"]
    assert len(page.of("session:end")) == 1
    await page.ask("t3", "Third", settings={"instruction": "Be brief.", "tools": ["tool-calculator"]})
    assert len(page.of("session:end")) == 1
    await page.sessions.close()


async def test_the_to_do_list_outlives_a_session_that_is_made_anew() -> None:
    page = Page(call("todo", action="add", text="tea"), answer("Added."))
    await page.ask("t1", "Add tea")
    end = await page.run_tool("r1", "todo", {"action": "list"}, settings={"instruction": "Be brief."})
    assert end["text"] == "1. [ ] tea"
    await page.sessions.close()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"mode": "server_side"}, "base_url"),
        ({"mode": "server_side", "privacy": "local_only", "server": {"base_url": "http://x/v1"}}, "privacy"),
        ({"tools": ["tool-rocket"]}, "rocket"),
        ({"hooks": ["hooks-rocket"]}, "rocket"),
    ],
)
async def test_settings_that_cannot_be_used_fail_their_turn_with_a_sentence(
    settings: dict[str, Any], word: str
) -> None:
    page = Page(answer("One."), answer("Two."))
    await page.ask("t1", "First")
    end = await page.ask("t2", "Second", settings=settings)
    assert end["type"] == "turn_failed"
    assert word in end["error"]["message"]
    await page.ask("t3", "Third", settings={})
    assert page.asked_last() == ["First", "One.", "Third"]
    await page.sessions.close()


async def test_a_session_that_a_server_answers_is_not_made_anew_for_every_turn() -> None:
    page = Page(answer("One."))
    settings = {"mode": "server_side", "server": {"base_url": "http://127.0.0.1:9/v1"}}
    await page.ask("t1", "First", settings=settings, journal=True)
    await page.run_tool("r1", "todo", {"action": "list"}, settings=settings)
    await page.ask("t2", "Second", settings=settings, journal=True)
    assert page.of("session:end") == []
    await page.sessions.close()


async def test_a_tool_by_hand_that_was_stopped_before_it_began_does_nothing() -> None:
    page = Page([*answer("I")[:2], Wait()])
    turn = page.asking("t1")
    await page.until("llm:stream_block_delta")
    tool = asyncio.ensure_future(page.run_tool("r1", "todo", {"action": "add", "text": "x"}))
    await asyncio.sleep(0)
    page.sessions.stop("r1")
    assert (await tool)["outcome"] == "cancelled"
    page.sessions.stop("t1")
    await turn
    assert page.of("tool:pre") == []
    await page.sessions.close()


def test_a_value_out_of_range_is_refused_with_its_name() -> None:
    with pytest.raises(RequestRefused, match="temperature"):
        Settings.read({"sampling": {"temperature": 9}})


def test_a_key_that_nothing_needs_is_handed_to_nobody() -> None:
    given: SessionSettings = {"mode": "client_side", "server": {"base_url": "http://x/v1", "api_key": KEY}}
    assert KEY not in str(Settings.read(given).session)


@pytest.mark.parametrize("mode", ["server_side", "hybrid"])
async def test_a_servers_key_stands_in_no_event_log_or_error(
    mode: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session is made as in the application, and nobody listens where its server should be."""
    caplog.set_level(logging.DEBUG)
    page = Page()
    page.transport.model = None
    server = {"base_url": "http://127.0.0.1:9/v1", "api_key": KEY, "model": "m"}
    end = await page.ask(
        "t1",
        settings={
            "mode": mode,
            "server": server,
            "hooks": ["hooks-logging", "hooks-metrics"],
            "sampling": {"max_tokens": 5},
        },
    )
    worse = await page.ask(
        "t2", settings={"mode": mode, "server": {**server, "base_url": f"http://{KEY}@x/"}}
    )
    assert (end["type"], worse["type"]) == ("turn_failed", "turn_failed")
    assert KEY not in str(page.messages)
    assert KEY not in caplog.text
    assert KEY not in repr(page.sessions._conversations["c"])
    await page.sessions.close()


@pytest.mark.parametrize(
    ("tool", "word"),
    [
        ({"name": "Notes"}, "small letters"),
        ({"name": "fetch"}, "already"),
        ({"parameters": {"type": "string"}}, "schema"),
        ({"parameters": {"type": "object", "required": 5}}, "schema"),
    ],
)
def test_a_persons_own_tool_is_looked_at_before_it_is_mounted(tool: dict[str, Any], word: str) -> None:
    definition: Any = {
        "name": "double",
        "description": "d",
        "parameters": {"type": "object"},
        "source": "",
        **tool,
    }
    with pytest.raises(RequestRefused, match=word):
        Settings.read({"custom_tools": [definition]})
