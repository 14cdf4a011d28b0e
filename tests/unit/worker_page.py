"""A page that hears the Python worker: what its tests are told, and how they answer."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

from jsonschema import Draft202012Validator

from webllm_provider.session import MemoryStore, Store, create_session
from webllm_provider.session.worker import WorkerSessions
from webllm_provider.testing import Script, ScriptedTransport, answer

from .test_protocol import SCHEMA

MESSAGE = Draft202012Validator({"$ref": "#/$defs/PythonMessage", "$defs": SCHEMA["$defs"]})
ASKED = Draft202012Validator({"$ref": "#/$defs/PageMessage", "$defs": SCHEMA["$defs"]})


def call(tool: str, **arguments: Any) -> Script:
    """An answer that calls a tool."""
    return answer(f"<tool_call>{json.dumps({'name': tool, 'arguments': arguments})}</tool_call>")


class Page:
    """Sends messages of the wire, and holds every message of both directions against the schema."""

    def __init__(self, *scripts: Script, records: Store | None = None, **options: Any) -> None:
        self.messages: list[dict[str, Any]] = []
        self.transport = ScriptedTransport(scripts)
        make = partial(create_session, transport=self.transport, store=MemoryStore(), **options)
        self.sessions = WorkerSessions(self.hear, make, records)
        self._more = asyncio.Event()

    def hear(self, text: str) -> None:
        message = json.loads(text)
        MESSAGE.validate(message)
        self.messages.append(message)
        self._more.set()

    async def ask(self, id: str, text: str = "Hi", **more: Any) -> dict[str, Any]:
        """Ask over the wire; gives the end of the turn."""
        await self.sessions.ask_wire(
            sent({"type": "ask", "id": id, "conversation": "c", "text": text, **more})
        )
        return self.ended(id)

    def asking(self, id: str, text: str = "Hi", **more: Any) -> asyncio.Task[dict[str, Any]]:
        """The same, to go on meanwhile."""
        return asyncio.ensure_future(self.ask(id, text, **more))

    async def run_tool(self, id: str, tool: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Run a tool by hand; gives the end of the turn."""
        message = {"type": "run_tool", "id": id, "conversation": "c", "tool": tool, "arguments": arguments}
        await self.sessions.run_tool(sent({**message, **more}))
        return self.ended(id)

    def approve(self, approval: str, choice: str) -> None:
        self.sessions.approve(sent({"type": "approve", "approval": approval, "choice": choice}))

    def answer(self, asked: dict[str, Any], **outcome: Any) -> None:
        """Answer a `page_call`."""
        self.sessions.page_answer(sent({"type": "page_answer", "call": asked["call"], **outcome}))

    async def next(self, kind: str, number: int = 1) -> dict[str, Any]:
        """The `number`-th message of a type."""
        while len(found := [one for one in self.messages if one["type"] == kind]) < number:
            self._more.clear()
            await self._more.wait()
        return found[number - 1]

    async def until(self, name: str, number: int = 1) -> None:
        """Wait for an event, the `number`-th of its name."""
        while len(self.of(name)) < number:
            self._more.clear()
            await self._more.wait()

    def ended(self, id: str) -> dict[str, Any]:
        """The one end of a turn."""
        (end,) = [
            one
            for one in self.messages
            if one.get("id") == id and one["type"] in ("turn_ended", "turn_failed")
        ]
        return end

    def of(self, name: str) -> list[dict[str, Any]]:
        """The payloads of an event."""
        return [one["payload"] for one in self.messages if one.get("name") == name]

    def types(self) -> list[str]:
        return [one["type"] for one in self.messages if one["type"] != "turn_event"]

    def asked_last(self) -> list[Any]:
        """What the model was sent last, without the system text."""
        return [
            message["content"]
            for message in self.transport.bodies[-1]["messages"]
            if message["role"] != "system"
        ]


def sent(message: dict[str, Any]) -> str:
    ASKED.validate(message)
    return json.dumps(message)
