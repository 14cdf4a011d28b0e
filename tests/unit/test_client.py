"""The client's half of the engine protocol, held against recorded exchanges and against disorder."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from webllm_provider import Aborted, EngineError, EngineLost, ProtocolMismatch
from webllm_provider._client import EngineClient
from webllm_provider._completion import collected
from webllm_provider._wire import PROTOCOL, StreamEvent
from webllm_provider.testing import answer

TRANSCRIPTS = Path(__file__).resolve().parents[2] / "protocol" / "transcripts"
BODY: Any = {"messages": [{"role": "user", "content": "Hi"}]}
HELLO = {
    "type": "hello",
    "protocol": PROTOCOL,
    "epoch": "e",
    "lock": "l",
    "state": {"type": "empty"},
}


class Engine:
    """The other side of a client: what it was sent, and what a test lets it say."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.client = EngineClient(self.heard.append)

    def say(self, **message: Any) -> None:
        self.client.receive({"epoch": "e", **message})  # type: ignore[arg-type]

    def batch(self, number: str, sequence: int, *events: StreamEvent) -> None:
        self.say(type="batch", id=number, sequence=sequence, events=list(events))

    async def until(self, kind: str, number: int = 1) -> dict[str, Any]:
        """The first message of a kind, or a later one, once it has been sent."""
        while True:
            found = [message for message in self.heard if message["type"] == kind]
            if len(found) >= number:
                return found[number - 1]
            await asyncio.sleep(0)


@pytest.fixture
async def engine() -> Engine:
    ready = Engine()
    ready.say(**HELLO)
    return ready


async def read(engine: Engine) -> list[StreamEvent]:
    return [event async for event in engine.client.stream(BODY)]


RECORDED = {
    path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for path in sorted(TRANSCRIPTS.glob("*.jsonl"))
}


@pytest.mark.parametrize("lines", RECORDED.values(), ids=RECORDED)
async def test_a_recorded_exchange_is_read_as_it_was_recorded(lines: list[dict[str, Any]]) -> None:
    engine = Engine()
    seen: list[StreamEvent] = []
    running: list[asyncio.Task[None]] = []

    async def follow(events: Any) -> None:
        async for event in events:
            seen.append(event)

    numbers: dict[str, str] = {}
    asked: list[str] = []
    for line in lines:
        message = line["message"]
        if line["direction"] == "client":
            if message["type"] == "complete":
                running.append(asyncio.create_task(follow(engine.client.stream(message["body"]))))
            elif message["type"] == "load":
                load = engine.client.load(message["model"], message["device"])
                running.append(asyncio.create_task(follow(load)))
            if message["type"] in ("complete", "load"):
                asked.append(message["type"])
                sent = await engine.until(message["type"], asked.count(message["type"]))
                numbers[message["id"]] = sent["id"]
        else:
            if message.get("id") in numbers:
                message = {**message, "id": numbers[message["id"]]}
            engine.client.receive(message)
    await asyncio.wait_for(asyncio.gather(*running), 10)
    recorded = [
        event
        for line in lines
        if line["direction"] == "engine" and line["message"]["type"] == "batch"
        for event in line["message"]["events"]
    ]
    assert seen == recorded


async def test_credit_is_given_anew_once_half_of_it_has_been_read(engine: Engine) -> None:
    reading = asyncio.create_task(read(engine))
    number = (await engine.until("complete"))["id"]
    events = answer(*"abcdefgh")
    for sequence, event in enumerate(events):
        engine.batch(number, sequence, event)
    assert await reading == events
    assert [message["batches"] for message in engine.heard if message["type"] == "credit"] == [4, 4]
    assert not any(message["type"] == "cancel" for message in engine.heard)


async def test_leaving_a_stream_and_cancelling_its_reader_cancel_it_in_the_engine(engine: Engine) -> None:
    async with aclosing(engine.client.stream(BODY)) as events:
        opening = asyncio.ensure_future(anext(events))
        number = (await engine.until("complete"))["id"]
        engine.batch(number, 0, answer()[0])
        await opening
    assert engine.heard[-1] == {"type": "cancel", "id": number, "epoch": "e"}
    reading = asyncio.create_task(read(engine))
    for _ in range(5):
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert [message["type"] for message in engine.heard].count("cancel") == 2


async def test_a_batch_that_was_lost_on_the_way_fails_the_stream(engine: Engine) -> None:
    reading = asyncio.create_task(read(engine))
    number = (await engine.until("complete"))["id"]
    engine.batch(number, 1, answer()[0])
    (event,) = await reading
    assert event["type"] == "failure"
    assert event["error"].get("details") == {"expected": 0, "received": 1}


async def test_messages_of_another_life_are_dropped(engine: Engine) -> None:
    engine.say(type="status", id=None, epoch="before", state={"type": "loading", "model": "m", "fraction": 0})
    assert engine.client.state == {"type": "empty"}


async def test_a_death_fails_all_that_runs_and_all_that_is_asked(engine: Engine) -> None:
    reading = asyncio.create_task(read(engine))
    asking = asyncio.create_task(engine.client.models())
    await engine.until("models")
    engine.client.end({"code": "worker_died", "message": "It died."})
    (event,) = await reading
    assert event["type"] == "failure"
    with pytest.raises(EngineLost, match="It died"):
        await asking
    with pytest.raises(EngineLost):
        await engine.client.status()
    assert await read(engine) == [event]


async def test_an_engine_of_another_version_is_refused_by_either_side() -> None:
    ours, theirs = Engine(), Engine()
    ours.say(**{**HELLO, "protocol": {"min": 7, "max": 9}})
    with pytest.raises(ProtocolMismatch, match="different versions"):
        await ours.client.ready
    error = {"code": "protocol_mismatch", "message": "The engine speaks 7."}
    theirs.say(type="refused", id=None, error=error)
    with pytest.raises(ProtocolMismatch, match="speaks 7"):
        await theirs.client.models()


async def test_a_refused_request_ends_with_the_engine_s_words(engine: Engine) -> None:
    asking = asyncio.create_task(engine.client.status())
    number = (await engine.until("status"))["id"]
    engine.say(type="refused", id=number, error={"code": "invalid_request", "message": "No."})
    with pytest.raises(EngineError, match="No"):
        await asking


async def test_what_is_asked_before_the_hello_waits_for_it() -> None:
    engine = Engine()
    asking = asyncio.create_task(engine.client.status())
    await asyncio.sleep(0)
    assert [message["type"] for message in engine.heard] == ["hello"]
    engine.say(**HELLO)
    number = (await engine.until("status"))["id"]
    engine.say(type="status", id=number, state={"type": "empty"})
    assert await asking == {"type": "empty"}


async def test_a_death_right_behind_the_hello_fails_what_waited_for_it() -> None:
    engine = Engine()
    asking = asyncio.create_task(engine.client.status())
    reading = asyncio.create_task(read(engine))
    await asyncio.sleep(0)
    engine.say(**HELLO)
    engine.client.end({"code": "worker_died", "message": "It died."})
    for waiting in (asking, reading):
        with pytest.raises(EngineLost, match="It died"):
            await asyncio.wait_for(waiting, 10)


async def test_a_connection_that_is_closed_says_so() -> None:
    engine = Engine()
    engine.client.end()
    engine.client.end()
    with pytest.raises(Aborted, match=r"connect\(\)"):
        await engine.client.ready


async def test_a_stream_is_collected_into_one_answer(engine: Engine) -> None:
    told: list[str] = []
    collecting = asyncio.create_task(collected(engine.client.stream(BODY), told.append))
    number = (await engine.until("complete"))["id"]
    engine.batch(number, 0, *answer("Hel", "lo"))
    whole: Any = await collecting
    assert whole["choices"][0]["message"]["content"] == "Hello"
    assert told == ["Hel", "lo"]


async def test_a_failure_is_collected_with_the_text_that_came_before_it(engine: Engine) -> None:
    collecting = asyncio.create_task(collected(engine.client.stream(BODY)))
    number = (await engine.until("complete"))["id"]
    engine.batch(number, 0, *answer("Hel")[:2])
    engine.client.end({"code": "worker_died", "message": "It died."})
    assert await collecting == {"error": {"code": "worker_died", "message": "It died."}, "partial": "Hel"}
