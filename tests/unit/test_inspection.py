"""A developer sees what sessions are made of, and recorded exchanges played through real ones."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from webllm_provider.session import MemoryStore, create_session
from webllm_provider.session.worker import WorkerSessions
from webllm_provider.testing import ScriptedTransport, answer

from .test_protocol import SCHEMA

MESSAGE = Draft202012Validator({"$ref": "#/$defs/PythonMessage", "$defs": SCHEMA["$defs"]})
TRANSCRIPTS = Path(__file__).parents[2] / "protocol" / "transcripts"


class Page:
    """Hears the worker, and holds every message against the schema."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        transport = ScriptedTransport([answer("Hel", "lo")])

        async def make(**options: Any) -> Any:
            return await partial(create_session, store=MemoryStore())(**{"transport": transport, **options})

        self.sessions = WorkerSessions(self.hear, make)

    def hear(self, text: str) -> None:
        message = json.loads(text)
        MESSAGE.validate(message)
        self.messages.append(message)

    async def replayed(self, transcript: str) -> dict[str, Any]:
        await self.sessions.replay(json.dumps({"type": "replay", "id": "r", "transcript": transcript}))
        return self.messages[-1]

    @property
    def events(self) -> list[str]:
        return [one["name"] for one in self.messages if one["type"] == "turn_event"]


async def inspected(page: Page) -> list[dict[str, Any]]:
    await page.sessions.inspect('{"type": "inspect", "id": "i"}')
    assert page.messages[-1]["type"] == "inspected"
    sessions: list[dict[str, Any]] = page.messages[-1]["sessions"]
    return sessions


async def test_a_session_is_told_with_its_plan_its_tools_its_hooks_and_its_window() -> None:
    page = Page()
    assert await inspected(page) == []
    await page.sessions.ask("t", "c", "Hi")
    (view,) = await inspected(page)
    assert (view["conversation"], view["running"]) == ("c", False)
    assert view["plan"]["session"]["orchestrator"]["module"] == "loop-webllm"
    assert [tool["name"] for tool in view["tools"]] == ["notes", "todo"]
    hooks = {hook["name"] for hook in view["hooks"]}
    assert {"hooks-metrics", "hooks-approval", "context-webllm"} <= hooks
    assert view["provider"]["info"]["id"] == "webllm"
    assert view["context"]["messages"] == 2
    assert 0 < view["context"]["tokens"] < view["context"]["window"] == 4096
    await page.sessions.close()


async def test_no_key_of_a_server_is_told() -> None:
    page = Page()
    settings = {
        "mode": "server_side",
        "server": {"base_url": "http://localhost:1/v1", "api_key": "sk-secret-1"},
    }
    asked = {"type": "ask", "id": "t", "conversation": "c", "text": "Hi", "settings": settings}
    await page.sessions.ask_wire(json.dumps(asked))
    told = json.dumps(await inspected(page))
    assert "localhost:1" in told
    assert "sk-secret-1" not in told
    await page.sessions.close()


@pytest.mark.parametrize("name", sorted(path.stem for path in TRANSCRIPTS.glob("*.jsonl")))
async def test_every_recorded_exchange_plays_through_a_real_session(name: str) -> None:
    page = Page()
    ended = await page.replayed((TRANSCRIPTS / f"{name}.jsonl").read_text(encoding="utf-8"))
    assert "llm:stream_block_delta" in page.events
    if name == "device_lost":
        assert (ended["type"], ended["error"]["code"]) == ("turn_failed", "device_lost")
    else:
        outcome = "cancelled" if name == "cancelled" else "completed"
        assert (ended["type"], ended["outcome"]) == ("turn_ended", outcome)
    assert ("tool:post" in page.events) == (name == "tool_call")


async def test_what_is_no_transcript_is_refused_with_a_sentence() -> None:
    page = Page()
    for text in ("{", '{"direction": "client"}', "", "[]"):
        ended = await page.replayed(text)
        assert (ended["type"], ended["error"]["code"]) == ("turn_failed", "invalid_request")
        assert "transcript" in ended["error"]["message"]
