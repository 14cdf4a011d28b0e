"""The Python worker's sessions speak to the page in messages of the wire, and survive what goes wrong."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from webllm_provider.session import MemoryStore, create_session
from webllm_provider.session.worker import WorkerSessions
from webllm_provider.testing import Script, ScriptedTransport, Wait, answer, failure

from .test_protocol import SCHEMA

MESSAGE = Draft202012Validator({"$ref": "#/$defs/PythonMessage", "$defs": SCHEMA["$defs"]})


class Page:
    """Hears the worker, and holds every message against the schema."""

    def __init__(self, *scripts: Script) -> None:
        self.messages: list[dict[str, Any]] = []
        self.transport = ScriptedTransport(scripts)
        self.make = partial(create_session, transport=self.transport, store=MemoryStore())
        self.sessions = WorkerSessions(self.hear, self.make)
        self._more = asyncio.Event()

    def hear(self, text: str) -> None:
        message = json.loads(text)
        MESSAGE.validate(message)
        self.messages.append(message)
        self._more.set()

    def ended(self, id: str) -> dict[str, Any]:
        (end,) = [one for one in self.messages if one["id"] == id and one["type"] != "turn_event"]
        return end

    def events(self, id: str) -> list[str]:
        return [one["name"] for one in self.messages if one["id"] == id and one["type"] == "turn_event"]

    async def until(self, name: str, id: str = "t1") -> None:
        while name not in self.events(id):
            self._more.clear()
            await self._more.wait()


def ended(message: dict[str, Any]) -> tuple[str, str]:
    return message["outcome"], message["text"]


async def test_a_turn_sends_its_events_and_then_its_end() -> None:
    page = Page(answer("Hel", "lo"))
    await page.sessions.ask("t1", "c", "Hi")
    assert page.messages[-1]["type"] == "turn_ended"
    assert ended(page.messages[-1]) == ("completed", "Hello")
    assert page.events("t1")[0] == "session:start"
    assert page.events("t1").count("llm:stream_block_delta") == 2
    (response,) = [one for one in page.messages if one.get("name") == "llm:response"]
    assert response["payload"]["usage"]["output_tokens"] == 2
    assert response["payload"]["engine"]["kind"] == "scripted"
    assert "figures" in response["payload"]
    await page.sessions.close()


async def test_a_conversation_goes_on_and_others_do_not_know_of_it() -> None:
    page = Page(answer("One."), answer("Two."), answer("Three."))
    await page.sessions.ask("t1", "a", "First")
    await page.sessions.ask("t2", "a", "Second")
    await page.sessions.ask("t3", "b", "Other")
    sent = [[message["content"] for message in body["messages"][1:]] for body in page.transport.bodies]
    assert sent == [["First"], ["First", "One.", "Second"], ["Other"]]
    await page.sessions.close()


async def test_stop_ends_the_turn_keeps_its_text_and_the_next_one_works() -> None:
    page = Page([*answer("I", " am")[:3], Wait()], answer("After."))
    turn = asyncio.ensure_future(page.sessions.ask("t1", "c", "Tell me a lot"))
    await page.until("llm:stream_block_delta")
    page.sessions.stop("t1")
    page.sessions.stop("t1")
    await turn
    assert page.ended("t1")["outcome"] == "cancelled"
    assert page.transport.cancelled == [0]
    await page.sessions.ask("t2", "c", "And now?")
    assert ended(page.ended("t2")) == ("completed", "After.")
    await page.sessions.close()


async def test_a_turn_that_waits_can_be_stopped_before_it_begins() -> None:
    page = Page([*answer("I")[:2], Wait()], answer("never"))
    first = asyncio.ensure_future(page.sessions.ask("t1", "c", "One"))
    await page.until("llm:stream_block_delta")
    second = asyncio.ensure_future(page.sessions.ask("t2", "c", "Two"))
    await asyncio.sleep(0)
    page.sessions.stop("t2")
    page.sessions.stop("t1")
    await asyncio.gather(first, second)
    assert page.ended("t2")["outcome"] == "cancelled"
    assert len(page.transport.bodies) == 1
    await page.sessions.close()


async def test_a_turn_that_is_asked_for_at_the_end_of_another_can_be_stopped_while_a_third_runs() -> None:
    page = Page([*answer("I")[:2], Wait()], [*answer("You")[:2], Wait()])
    asked: list[asyncio.Future[None]] = []

    def ask(id: str) -> None:
        asked.append(asyncio.ensure_future(page.sessions.ask(id, "c", id)))

    def hear(text: str) -> None:
        page.hear(text)
        if page.messages[-1]["type"] == "turn_ended" and page.messages[-1]["id"] == "t1":
            ask("t3")

    page.sessions = WorkerSessions(hear, page.make)
    ask("t1")
    await page.until("llm:stream_block_delta")
    ask("t2")
    await asyncio.sleep(0)
    page.sessions.stop("t1")
    await page.until("llm:stream_block_delta", "t2")
    page.sessions.stop("t3")
    await asked[2]
    assert page.ended("t3")["outcome"] == "cancelled"
    assert not asked[1].done()
    page.sessions.stop("t2")
    await asyncio.gather(*asked)
    assert len(page.transport.bodies) == 2
    await page.sessions.close()


async def test_an_engine_that_fails_is_a_failed_turn_with_code_and_hint() -> None:
    page = Page([*answer("I am")[:2], failure("worker_died", "It ended.", "Ask again.")], answer("Back."))
    await page.sessions.ask("t1", "c", "Hi")
    assert page.ended("t1")["error"] == {
        "code": "worker_died",
        "message": "It ended.",
        "hint": "Ask again.",
    }
    await page.sessions.ask("t2", "c", "Again")
    assert page.ended("t2")["text"] == "Back."
    await page.sessions.close()


async def test_a_session_that_cannot_be_made_is_a_failed_turn() -> None:
    page = Page()

    async def fail(**options: Any) -> Any:
        raise RuntimeError("no kernel")

    page.sessions = WorkerSessions(page.hear, fail)
    await page.sessions.ask("t1", "c", "Hi")
    assert page.ended("t1")["error"]["message"] == "no kernel"


async def test_forget_ends_the_session_and_the_conversation_begins_anew() -> None:
    page = Page([*answer("I")[:2], Wait()], answer("Anew."))
    turn = asyncio.ensure_future(page.sessions.ask("t1", "c", "One"))
    await page.until("llm:stream_block_delta")
    await page.sessions.forget("c")
    await turn
    assert page.ended("t1")["outcome"] == "cancelled"
    await page.sessions.forget("c")
    await page.sessions.ask("t2", "c", "Two")
    assert [message["content"] for message in page.transport.bodies[1]["messages"][1:]] == ["Two"]
    await page.sessions.close()


async def test_a_cancelled_ask_ends_its_turn() -> None:
    page = Page([*answer("I")[:2], Wait()])
    turn = asyncio.ensure_future(page.sessions.ask("t1", "c", "One"))
    await page.until("llm:stream_block_delta")
    page.sessions.stop("t1")
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert page.ended("t1")["outcome"] == "cancelled"


async def test_stopping_what_is_over_does_nothing() -> None:
    page = Page(answer("Hi"))
    page.sessions.stop("nobody")
    await page.sessions.ask("t1", "c", "Hi")
    page.sessions.stop("t1")
    assert page.ended("t1")["outcome"] == "completed"
    await page.sessions.close()


async def test_a_turn_that_waits_for_another_ends_as_soon_as_it_is_stopped() -> None:
    page = Page([*answer("I")[:2], Wait()], answer("never"))
    first = asyncio.ensure_future(page.sessions.ask("t1", "c", "One"))
    await page.until("llm:stream_block_delta")
    second = asyncio.ensure_future(page.sessions.ask("t2", "c", "Two"))
    await asyncio.sleep(0)
    page.sessions.stop("t2")
    await asyncio.wait_for(second, 10)
    assert page.ended("t2")["outcome"] == "cancelled"
    assert not first.done()
    await page.sessions.close()
    await first


async def test_forget_stops_a_turn_whose_session_is_still_being_made() -> None:
    page = Page([*answer("I")[:2], Wait()])
    making, made = asyncio.Event(), asyncio.Event()

    async def make(**options: Any) -> Any:
        making.set()
        await made.wait()
        return await create_session(transport=page.transport, store=MemoryStore(), **options)

    page.sessions = WorkerSessions(page.hear, make)
    turn = asyncio.ensure_future(page.sessions.ask("t1", "c", "One"))
    await making.wait()
    forgotten = asyncio.ensure_future(page.sessions.forget("c"))
    await asyncio.sleep(0)
    made.set()
    await asyncio.wait_for(asyncio.gather(turn, forgotten), 10)
    assert page.ended("t1")["outcome"] == "cancelled"
    assert page.transport.bodies == []


async def test_a_stop_that_comes_with_the_last_event_does_not_stop_the_next_turn() -> None:
    page = Page(answer("One."), answer("Two."))
    hear = page.hear

    def stop_at_the_end(text: str) -> None:
        hear(text)
        if json.loads(text).get("name") == "prompt:complete":
            page.sessions.stop("t1")

    page.sessions = WorkerSessions(
        stop_at_the_end, partial(create_session, transport=page.transport, store=MemoryStore())
    )
    await page.sessions.ask("t1", "c", "First")
    await page.sessions.ask("t2", "c", "Second")
    assert ended(page.ended("t2")) == ("completed", "Two.")
    await page.sessions.close()


async def test_a_stop_that_comes_just_before_the_end_of_a_turn_does_not_stop_the_next_one() -> None:
    page = Page()
    late: list[Any] = []

    class Token:
        is_cancelled = False

        def reset(self) -> None:
            self.is_cancelled = False

    class Session:
        """Ends at once; its coordinator takes a moment to hear a stop, as a native one may."""

        def __init__(self) -> None:
            self.coordinator = self
            self.cancellation = Token()

        async def execute(self, text: str) -> str:
            if late:
                late.pop()()
                return text
            for _ in range(5):
                await asyncio.sleep(0)
            return "stopped" if self.cancellation.is_cancelled else text

        async def request_cancel(self, immediate: bool) -> None:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.cancellation.is_cancelled = True

        async def cleanup(self) -> None:
            pass

        @property
        def hooks(self) -> Any:
            return self

        def register(self, *args: Any, **options: Any) -> None:
            pass

        def register_capability(self, name: str, value: Any) -> None:
            pass

        def get(self, name: str) -> Any:
            return self

        async def get_messages(self) -> list[dict[str, Any]]:
            return []

    async def make(**options: Any) -> Any:
        return Session()

    page.sessions = WorkerSessions(page.hear, make)
    late.append(lambda: page.sessions.stop("t1"))
    await page.sessions.ask("t1", "c", "First")
    await page.sessions.ask("t2", "c", "Second")
    assert ended(page.ended("t2")) == ("completed", "Second")


async def test_a_turn_that_is_stopped_and_cancelled_while_it_waits_lets_no_other_in() -> None:
    page = Page([*answer("I")[:2], Wait()], answer("Three."))
    first = asyncio.ensure_future(page.sessions.ask("t1", "c", "One"))
    await page.until("llm:stream_block_delta")
    second = asyncio.ensure_future(page.sessions.ask("t2", "c", "Two"))
    third = asyncio.ensure_future(page.sessions.ask("t3", "c", "Three"))
    await asyncio.sleep(0)
    page.sessions.stop("t2")
    second.cancel()
    await asyncio.wait({second})
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(page.transport.bodies) == 1
    page.sessions.stop("t1")
    await asyncio.gather(first, third)
    assert page.ended("t3")["text"] == "Three."
    await page.sessions.close()
