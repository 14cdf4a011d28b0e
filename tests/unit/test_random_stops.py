"""Whatever is asked, stopped and forgotten in whatever order, turns end once and conversations stay sound."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from webllm_provider.session import MemoryStore, create_session
from webllm_provider.session.worker import WorkerSessions
from webllm_provider.testing import Script, ScriptedTransport, Wait, answer, failure

CALL = '<tool_call>{"name": "notes", "arguments": {"action": "add", "text": "x"}}</tool_call>'
SCRIPTS: tuple[Script, ...] = (
    answer("A ", "whole ", "answer."),
    answer(),
    answer(CALL[:10], CALL[10:]),
    answer(CALL, CALL),
    answer("Words, then ", CALL, reason="length"),
    answer('<tool_call>{"name": oops}</tool_call>'),
    [failure("download_failed")],
    [failure("context_exceeded")],
    [*answer("Half")[:2], failure("worker_died")],
    [answer()[0], Wait()],
    [*answer("ab", "cd")[:3], Wait()],
)
RETRIES = {"max_retries": 1, "min_retry_delay": 0.001}


def endless(chance: random.Random) -> Iterator[Script]:
    while True:
        yield chance.choice(SCRIPTS)


async def ask_and_stop(chance: random.Random, sessions: WorkerSessions, turns: int) -> None:
    """Ask in two conversations at random moments, stop and forget some of it, and wait for every end."""
    tasks: list[asyncio.Future[None]] = []
    for turn in range(turns):
        conversation = chance.choice("ab")
        tasks.append(asyncio.ensure_future(sessions.ask(str(turn), conversation, f"Question {turn}")))
        await asyncio.sleep(chance.choice((0, 0, 0.002, 0.02)))
        if chance.random() < 0.6:
            sessions.stop(str(chance.randint(max(0, turn - 4), turn)))
        if chance.random() < 0.05:
            tasks.append(asyncio.ensure_future(sessions.forget(conversation)))
    while any(not task.done() for task in tasks):
        for turn in range(turns):
            sessions.stop(str(turn))
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    await sessions.close()


def open_blocks(events: list[dict[str, Any]]) -> dict[tuple[str, int], int]:
    """The stream's blocks that neither ended nor were aborted, with the number of their deltas."""
    found: dict[tuple[str, int], int] = {}
    for event in events:
        payload = event["payload"]
        place = (payload.get("request_id", ""), payload.get("block_index", -1))
        match event["name"]:
            case "llm:stream_block_start":
                found[place] = 0
            case "llm:stream_block_delta":
                assert payload["sequence"] == found[place]
                assert payload["text"]
                found[place] += 1
            case "llm:stream_block_end":
                del found[place]
            case "llm:stream_aborted":
                found = {key: count for key, count in found.items() if key[0] != place[0]}
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_every_turn_ends_once_and_every_request_is_in_order(seed: int) -> None:
    chance = random.Random(seed)
    transport = ScriptedTransport(endless(chance))
    told: list[dict[str, Any]] = []
    make = partial(create_session, transport=transport, store=MemoryStore(), provider_config=dict(RETRIES))
    await ask_and_stop(chance, WorkerSessions(lambda text: told.append(json.loads(text)), make), 24)

    ends = Counter(message["id"] for message in told if message["type"] != "turn_event")
    assert ends == {str(turn): 1 for turn in range(24)}
    for turn in ends:
        events = [message for message in told if message["id"] == turn]
        assert events[-1]["type"] != "turn_event"
        assert open_blocks(events[:-1]) == {}
    for body in transport.bodies:
        roles = [message["role"] for message in body["messages"][1:]]
        assert roles[0] == roles[-1] == "user"
        assert all(before != after for before, after in itertools.pairwise(roles))
    assert asyncio.all_tasks() == {asyncio.current_task()}
