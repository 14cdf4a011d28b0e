"""The scripted transport is a real one: it replays, waits, fails, hears a cancellation, remembers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from webllm_provider.testing import ScriptedTransport, Wait, answer, loaded_model, read_transcript

TRANSCRIPTS = Path(__file__).resolve().parents[2] / "protocol" / "transcripts"
BODY: Any = {"messages": [{"role": "user", "content": "Hi"}]}


async def test_it_replays_its_scripts_in_order_and_remembers_what_it_was_sent() -> None:
    transport = ScriptedTransport([answer("one"), answer("two")])
    texts = []
    for _ in range(2):
        async for event in transport.stream(BODY):
            if event["type"] == "delta":
                texts.append(event["text"])
    assert texts == ["one", "two"]
    assert transport.bodies == [BODY, BODY]
    assert transport.cancelled == []


async def test_asked_for_more_than_it_has_it_fails_with_a_sentence() -> None:
    (event,) = [event async for event in ScriptedTransport().stream(BODY)]
    assert event["type"] == "failure"
    assert "no answer for completion 0" in event["error"]["message"]


async def test_closing_a_stream_early_is_a_cancellation() -> None:
    transport = ScriptedTransport([answer("one"), answer("two")])
    async with aclosing(transport.stream(BODY)) as events:
        async for _ in events:
            break
    assert transport.cancelled == [0]


async def test_a_wait_without_an_end_ends_by_cancellation() -> None:
    transport = ScriptedTransport([[Wait(0), *answer("x")[:1], Wait()]])

    async def run() -> None:
        async for _ in transport.stream(BODY):
            pass

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run(), 0.05)
    assert transport.cancelled == [0]


async def test_a_script_can_raise() -> None:
    with pytest.raises(OSError, match="pipe"):
        async for _ in ScriptedTransport([[OSError("pipe")]]).stream(BODY):
            pass


async def test_it_says_what_is_loaded_and_loads() -> None:
    transport = ScriptedTransport(model=None)
    assert (await transport.status())["type"] == "empty"
    events = [event["type"] async for event in transport.load("m")]
    assert events == ["progress", "loaded"]
    assert await transport.status() == {"type": "ready", "model": loaded_model("m"), "queued": 0}
    assert transport.loads == ["m"]
    await transport.close()
    assert transport.closed == 1


def test_a_transcript_gives_the_events_of_each_load_and_completion() -> None:
    load, text = read_transcript(TRANSCRIPTS / "text.jsonl")
    assert load[-1]["type"] == "loaded"
    written = "".join(event["text"] for event in text if event["type"] == "delta")
    assert written == "I am the guide of this application."
