"""What only Pyodide can show of the tools: the browser's time zones, a small stack, consent on our kernel."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from importlib.metadata import entry_points
from typing import Any

from webllm_provider import create_session
from webllm_provider.session import MemoryStore
from webllm_provider.session.tools.arithmetic import NotComputable, evaluate
from webllm_provider.session.tools.clock_tool import ClockTool
from webllm_provider.session.worker import WorkerSessions
from webllm_provider.testing import Script, ScriptedTransport, answer

EVERY_TOOL = ["notes", "todo", "calculator", "clock", "clipboard", "download", "fetch"]
EVERY_HOOK = ["hooks-approval", "hooks-logging", "hooks-redaction", "hooks-metrics"]


class Page:
    """Hears the worker."""

    def __init__(self, *scripts: Script) -> None:
        self.messages: list[dict[str, Any]] = []
        self.more = asyncio.Event()
        transport = ScriptedTransport(scripts)
        make = partial(create_session, transport=transport, store=MemoryStore())
        self.sessions = WorkerSessions(self.hear, make)

    def hear(self, text: str) -> None:
        self.messages.append(json.loads(text))
        self.more.set()

    async def next(self, kind: str) -> dict[str, Any]:
        while not (found := [one for one in self.messages if one["type"] == kind]):
            self.more.clear()
            await self.more.wait()
        return found[-1]

    def ask(self, id: str, **more: Any) -> asyncio.Task[None]:
        message = {"type": "ask", "id": id, "conversation": "c", "text": "Hi", **more}
        return asyncio.ensure_future(self.sessions.ask_wire(json.dumps(message)))


def call(tool: str, **arguments: Any) -> Script:
    return answer(f"<tool_call>{json.dumps({'name': tool, 'arguments': arguments})}</tool_call>")


async def check_every_module_stands_in_the_wheel_and_mounts() -> None:
    names = {point.name for point in entry_points(group="amplifier.modules")}
    assert {*(f"tool-{name}" for name in EVERY_TOOL), "tool-custom", *EVERY_HOOK} <= names
    page = Page(answer("Hello."))
    tools = [f"tool-{name}" for name in EVERY_TOOL]
    await page.ask("1", settings={"tools": tools, "hooks": EVERY_HOOK})
    assert page.messages[-1]["text"] == "Hello.", page.messages[-1]
    await page.sessions.close()


async def check_the_clock_knows_the_browsers_zones() -> None:
    clock = ClockTool()
    assert "Asia/Kolkata, UTC+05:30" in str(
        (await clock.execute({"timezone": "Asia/Kolkata"})).output
    ).replace("Calcutta", "Kolkata")
    assert (await clock.execute({})).success
    assert not (await clock.execute({"timezone": "Europe/Atlantis"})).success


async def check_hostile_expressions_end_on_a_small_stack() -> None:
    assert evaluate("0.1 + 0.2") == "0.3"
    signs = (
        "(",
        "-",
        "+",
        "[",
        "{",
        "not ",
        "1 if ",
        "lambda:",
        "a(",
        "a.b.",
        "1**",
        "10**9**",
        "~",
        "f'{",
        "*",
    )
    for sign in signs:
        for closing in ("", ")", "]", "1"):
            try:
                evaluate((sign * 500)[:490] + "1" + closing * 9)
            except NotComputable:
                continue


async def check_an_approval_is_asked_for_given_and_withdrawn() -> None:
    page = Page(call("notes", action="add", text="tea"), answer("Kept."), call("notes", action="list"))
    asking = {"permissions": {"notes": "ask"}}
    turn = page.ask("1", settings=asking)
    asked = await page.next("approval_asked")
    page.sessions.approve(json.dumps({"type": "approve", "approval": asked["approval"], "choice": "once"}))
    await turn
    assert page.messages[-1]["text"] == "Kept."
    for how in ("stop", "cancel"):
        page.messages.clear()
        page.sessions = WorkerSessions(page.hear, Page(call("notes", action="list")).sessions._make_session)
        turn = page.ask("2", settings=asking)
        asked = await page.next("approval_asked")
        if how == "stop":
            page.sessions.stop("2")
        else:
            turn.cancel()
        await asyncio.wait([turn])
        ended = await page.next("turn_ended")
        assert ended["outcome"] == "cancelled"
        assert (await page.next("approval_withdrawn"))["approval"] == asked["approval"]
        assert [message["role"] for message in ended["messages"]][:3] == ["user", "assistant", "tool"], ended
        await page.sessions.close()


async def check_a_page_call_is_answered_and_taken_back() -> None:
    settings = {"tools": ["tool-fetch"], "permissions": {"fetch": "allow"}}
    page = Page(
        call("fetch", url="https://x.example/"), answer("Read."), call("fetch", url="https://x.example/")
    )
    turn = page.ask("1", settings=settings)
    asked = await page.next("page_call")
    fetched = {"url": "https://x.example/", "status": 200, "type": "text/plain", "text": "tea \ud83d"}
    page.sessions.page_answer(json.dumps({"type": "page_answer", "call": asked["call"], "result": fetched}))
    await turn
    assert page.messages[-1]["text"] == "Read."
    page.messages.clear()
    turn = page.ask("2", settings=settings)
    asked = await page.next("page_call")
    page.sessions.stop("2")
    await turn
    assert (await page.next("page_call_cancelled"))["call"] == asked["call"]
    await page.sessions.close()
