"""Batches on the CPU engine: a beginning that is computed once, pauses, chats in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import OriginGuard
from tests.e2e.room import DEMO, EngineRoom, Event, opened_room

# About 170 tokens that every prompt has in front of it.
SHARED = [
    {"role": "system", "content": "You answer questions on an application in one short sentence. " * 12}
]


def prompts(count: int) -> list[str]:
    return [f"What is this application? ({number})" for number in range(count)]


def job(name: str, count: int, **body: object) -> Event:
    fields = {"temperature": 0, "max_tokens": 12, **body}
    return {
        "type": "batch",
        "credit": 8,
        "body": {"job": name, "shared": SHARED, "prompts": prompts(count), "body": fields},
    }


def items(events: list[Event]) -> list[Event]:
    return [event for event in events if event["type"] == "batch_item"]


@pytest.fixture(scope="module")
def room(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[EngineRoom]:
    with opened_room(cpu_browser, site, origin_guard) as opened:
        opened.load()
        yield opened


def most_at_once(news: list[Event]) -> int:
    """How many requests ran at the same time."""
    running = most = 0
    for event in news:
        running += 1 if event["name"] == "request_started" else -1
        most = max(most, running)
    return most


def test_the_shared_beginning_is_computed_once_by_each_engine_that_works(room: EngineRoom) -> None:
    room.observe()
    events = room.stream(job("shared", 12))
    assert events[-1] == {
        "type": "batch_finished",
        "job": "shared",
        "succeeded": 12,
        "failed": 0,
        "duration_ms": events[-1]["duration_ms"],
    }
    first, *others = items(events)
    assert [item["index"] for item in items(events)] == list(range(12))
    assert first["figures"]["prefilled_tokens"] > 100
    engines = min(2, room.page.evaluate("navigator.hardwareConcurrency"))
    assert most_at_once(room.news("request_started", "request_finished")) == engines
    whole = [item for item in others if item["figures"]["prefilled_tokens"] > 100]
    assert len(whole) < engines
    for item in others:
        if item in whole:
            continue
        # The number of the prompt and what closes the message: the rest is the one before it.
        assert item["figures"]["prefilled_tokens"] < 20
        assert item["usage"]["prompt_tokens"] >= first["usage"]["prompt_tokens"]
        assert item["text"]


def test_a_batch_does_not_throw_away_what_was_computed_of_a_chat(room: EngineRoom) -> None:
    chat = [
        {"role": "system", "content": "A conversation with a long beginning of its own. " * 10},
        {"role": "user", "content": "What is this application?"},
    ]
    ask = "async body => (await readAll(client.complete(body))).at(-1)"
    body = {"messages": chat, "max_tokens": 8, "temperature": 0}
    before = room.page.evaluate(ask, body)
    room.stream(job("beside a chat", 2))
    after = room.page.evaluate(ask, body)
    assert before["figures"]["prefilled_tokens"] > 50
    assert after["figures"]["prefilled_tokens"] < 10


def test_a_chat_in_between_waits_for_the_items_that_run_and_no_more(room: EngineRoom) -> None:
    room.observe()
    told = room.page.evaluate(
        """async command => {
          const batch = client.stream(command);
          let items = 0;
          let chatting = null;
          for (let events = await batch.next(); events !== null; events = await batch.next()) {
            items += events.filter(({ type }) => type === "batch_item").length;
            const messages = [{ role: "user", content: "What is this application?" }];
            if (items >= 3) chatting ??= readAll(client.complete({ messages, max_tokens: 8 }));
          }
          return { items, last: (await chatting).at(-1).type };
        }""",
        job("with a chat", 12, max_tokens=40),
    )
    assert told == {"items": 12, "last": "finished"}
    news = [
        (event["name"], event["details"]["priority"])
        for event in room.news("request_queued", "request_started", "request_finished")
    ]
    queued, started = news.index(("request_queued", "chat")), news.index(("request_started", "chat"))
    assert news[queued:started].count(("request_finished", "batch")) <= 2
    assert ("request_started", "batch") not in news[queued:started]
    assert ("request_finished", "batch") in news[started:], "The batch had more to do."


def test_a_reload_in_the_middle_repeats_nothing(
    cpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with opened_room(cpu_browser, site, origin_guard) as room:
        room.load()
        kept = room.page.evaluate(
            """async command => {
              const stream = client.stream(command);
              const items = [];
              while (items.length < 4)
                items.push(...(await stream.next()).filter(({ type }) => type === "batch_item"));
              return items;
            }""",
            job("reloaded", 30),
        )
        room.page.reload()
        room.page.evaluate("client.ready.then(() => null)")
        [known] = room.query({"type": "batches"})["jobs"]
        assert (known["job"], known["prompts"], known["model"]) == ("reloaded", 30, DEMO)
        assert len(kept) <= known["done"] < 30
        room.observe()
        room.load()
        again = items(room.stream(job("reloaded", 30)))
        assert [item["index"] for item in again] == list(range(30))
        assert again[: len(kept)] == kept
        assert len(room.news("batch_item")) == 30 - known["done"]


def test_a_hundred_prompts_run_and_can_be_forgotten(room: EngineRoom) -> None:
    events = room.stream(job("hundred", 100, max_tokens=4))
    assert events[-1]["succeeded"] == 100
    assert "hundred" in [job["job"] for job in room.query({"type": "batches"})["jobs"]]
    assert room.query({"type": "forget_batch", "job": "hundred"}) == {"type": "done"}
    assert "hundred" not in [job["job"] for job in room.query({"type": "batches"})["jobs"]]
