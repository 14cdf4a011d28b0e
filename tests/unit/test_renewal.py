"""An engine whose workers die: what was cut goes on in the next one, once, and never for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider import EngineCommands, EngineLost
from webllm_provider._client import CLOSED, EngineClient
from webllm_provider._renewal import RENEWALS, RenewedTransport
from webllm_provider._replay import can_be_continued, replay_of
from webllm_provider._wire import PROTOCOL, StreamEvent, WireError
from webllm_provider.testing import answer, loaded_model

DIED: WireError = {"code": "worker_died", "message": "The engine's worker has died."}
BODY: Any = {"messages": [{"role": "user", "content": "Hi"}]}
MODEL = "scripted-1"


class Life:
    """One scripted worker: it answers word by word, and dies where its script says so.

    Args:
        words: what it answers; None where the worker dies.
        continues: whether its model can go on with a text.
        loads: whether its loads succeed; None where they kill it.
    """

    def __init__(
        self, words: Sequence[str | None], *, continues: bool = True, loads: bool | None = True
    ) -> None:
        self.words = list(words)
        self.continues = continues
        self.loads = loads
        self.client: EngineClient | None = None
        self.heard: list[dict[str, Any]] = []
        self.observed = asyncio.Event()

    @property
    def alive(self) -> bool:
        return self.client is not None and self.client.ending is None

    async def start(self) -> EngineClient:
        client = self.client = EngineClient(self._hear)
        self._say({"type": "hello", "protocol": PROTOCOL, "lock": "l", "state": {"type": "empty"}})
        return client

    def end(self, error: WireError = CLOSED) -> None:
        if self.client is not None:
            self.client.end(error)

    def kinds(self) -> list[str]:
        return [message["type"] for message in self.heard if message["type"] not in ("hello", "credit")]

    def _say(self, message: Any) -> None:
        assert self.client is not None
        told: Any = {"epoch": "e", **message}
        self.client.receive(told)

    def _hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        # Later, as a port brings it.
        asyncio.get_running_loop().call_soon(self._act, message)

    def _act(self, message: dict[str, Any]) -> None:
        number, kind = message.get("id"), message["type"]
        if kind == "load":
            self._load(message)
        elif kind == "complete":
            self._answer(message)
        elif kind == "batch":
            self._run(message)
        elif kind == "status":
            assert self.client is not None
            self._say({"type": "status", "id": number, "state": self.client.state})
        elif kind == "observe":
            self.observed.set()
        elif kind == "stored":
            self.end(DIED)

    def _load(self, message: dict[str, Any]) -> None:
        if self.loads is None:
            self.end(DIED)
            return
        last: Any = {"type": "failure", "error": {"code": "out_of_memory", "message": "No room."}}
        if self.loads:
            model = loaded_model(message["model"])
            model["capabilities"]["continues"] = self.continues
            last = {"type": "loaded", "model": model, "load_ms": 1.0}
            self._say({"type": "status", "id": None, "state": {"type": "ready", "model": model, "queued": 0}})
        self._say({"type": "batch", "id": message["id"], "sequence": 0, "events": [last]})

    def _answer(self, message: dict[str, Any]) -> None:
        written = message["body"].get("continue_text", "")
        rest = [word for word in self.words if word is None or word not in written.split()]
        events = answer(*[word + " " for word in rest if word is not None])
        if None in rest:
            events = events[: 1 + rest.index(None)]
        for sequence, event in enumerate(events):
            self._say({"type": "batch", "id": message["id"], "sequence": sequence, "events": [event]})
        if None in rest:
            self.end(DIED)

    def _run(self, message: dict[str, Any]) -> None:
        for sequence, (index, word) in enumerate(enumerate(self.words)):
            if word is None:
                self.end(DIED)
                return
            done = {"type": "batch_item", "index": index, "text": word, "reason": "stop"}
            event = {**done, "usage": None, "figures": None, "error": None}
            self._say({"type": "batch", "id": message["id"], "sequence": sequence, "events": [event]})
        ended = {"type": "batch_finished", "job": "j", "succeeded": 2, "failed": 0, "duration_ms": 1.0}
        self._say({"type": "batch", "id": message["id"], "sequence": len(self.words), "events": [ended]})


class Engine:
    """A renewed transport over these lives, with a model loaded in the first."""

    def __init__(self, *lives: Life) -> None:
        self.lives = lives
        coming = iter(lives)
        self.transport = RenewedTransport(lambda: next(coming))

    async def loaded(self) -> RenewedTransport:
        await EngineCommands(self.transport).load(MODEL, "cpu", overrides={"temperature": 0.5})
        return self.transport


async def collected(stream: AsyncGenerator[StreamEvent, None]) -> list[StreamEvent]:
    return [event async for event in stream]


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event["text"] for event in events if event["type"] == "delta")


async def test_an_answer_of_which_nothing_had_come_is_asked_for_again_unseen() -> None:
    engine = Engine(Life([None]), Life(["all", "well"]))
    events = await collected((await engine.loaded()).stream(BODY))
    assert [event["type"] for event in events] == ["started", "recovered", "delta", "delta", "finished"]
    assert text_of(events) == "all well "
    assert engine.lives[1].kinds() == ["load", "complete"]
    (load,) = (message for message in engine.lives[1].heard if message["type"] == "load")
    assert (load["device"], load["overrides"]) == ("cpu", {"temperature": 0.5})


async def test_an_answer_that_had_begun_goes_on_behind_what_was_shown() -> None:
    words = ["one", "two", "three"]
    engine = Engine(Life(["one", "two", None]), Life(words))
    events = await collected((await engine.loaded()).stream(BODY))
    assert text_of(events) == "one two three "
    assert [event["type"] for event in events].count("recovered") == 1
    (again,) = (message for message in engine.lives[1].heard if message["type"] == "complete")
    assert again["body"]["continue_text"] == "one two "


@pytest.mark.parametrize("body", [{}, {"response_format": {"type": "json_object"}}])
async def test_an_answer_that_cannot_be_continued_ends_typed_with_its_text(body: Any) -> None:
    engine = Engine(Life(["one", None]), Life(["one", "two"], continues="response_format" in body))
    whole: Any = {**BODY, **body}
    events = await collected((await engine.loaded()).stream(whole))
    assert [event["type"] for event in events] == ["started", "delta", "failure"]
    last = events[-1]
    assert last["type"] == "failure"
    assert last["error"]["code"] == "worker_died"
    assert "ask again" in last["error"]["hint"]
    assert text_of(await collected(engine.transport.stream(BODY))) == "one two "


async def test_a_request_that_kills_every_worker_fails_after_a_few() -> None:
    engine = Engine(*[Life([None]) for _ in range(RENEWALS + 2)])
    events = await collected((await engine.loaded()).stream(BODY))
    assert events[-1]["type"] == "failure"
    assert [len(life.heard) > 0 for life in engine.lives] == [*[True] * (RENEWALS + 1), False]


async def test_a_model_that_kills_every_worker_fails_after_a_few() -> None:
    engine = Engine(*[Life([], loads=None) for _ in range(RENEWALS + 2)])
    with pytest.raises(EngineLost):
        await engine.loaded()
    assert not engine.lives[-1].heard


async def test_a_model_that_does_not_come_back_is_the_error_of_who_waits_for_it() -> None:
    engine = Engine(Life([None]), Life([], loads=False))
    events = await collected((await engine.loaded()).stream(BODY))
    last = events[-1]
    assert last["type"] == "failure"
    assert last["error"]["code"] == "out_of_memory"


async def test_a_question_that_the_death_cut_is_asked_again_and_never_for_ever() -> None:
    engine = Engine(Life(["x"]), Life(["x"]), Life(["x"]), Life(["x"]))
    transport = await engine.loaded()
    with pytest.raises(EngineLost):
        await transport.query({"type": "stored"})
    assert [life.kinds()[-1:] for life in engine.lives] == [["stored"]] * 3 + [[]]
    assert (await transport.status())["type"] in ("empty", "ready")
    assert text_of(await collected(transport.stream(BODY))) == "x "


async def test_a_batch_goes_on_and_tells_no_item_twice() -> None:
    engine = Engine(Life(["a", None]), Life(["a", "b"]))
    items = await EngineCommands(await engine.loaded()).batch(["p", "q"], job="j")
    assert [(one["index"], one["text"]) for one in items] == [(0, "a"), (1, "b")]


async def test_who_listens_goes_on_with_the_next_worker_and_starts_none() -> None:
    engine = Engine(Life([None]), Life(["x"]))
    transport = await engine.loaded()
    async with aclosing(transport.open({"type": "observe", "credit": 8})) as events:
        listening = asyncio.ensure_future(anext(events))
        await engine.lives[0].observed.wait()
        engine.lives[0].end(DIED)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not engine.lives[1].heard
        assert text_of(await collected(transport.stream(BODY))) == "x "
        await engine.lives[1].observed.wait()
        listening.cancel()
        await asyncio.wait([listening])


async def test_closing_ends_what_runs_and_starts_no_other_worker() -> None:
    engine = Engine(Life(["x"]), Life(["x"]))
    transport = await engine.loaded()
    listening = asyncio.ensure_future(collected(transport.open({"type": "observe", "credit": 8})))
    await engine.lives[0].observed.wait()
    await transport.close()
    (event,) = await listening
    assert event["type"] == "failure"
    assert event["error"]["code"] == "aborted"
    assert not engine.lives[1].heard


TRIGGER: Any = {"triggers": ["<call>"], "tags": [], "at_least_one": False, "stop_after_first": False}


@pytest.mark.parametrize(
    ("more", "said", "can"),
    [
        ({}, "well", True),
        ({"response_format": {"type": "text"}}, "well", True),
        ({"response_format": {"type": "json_object"}}, "{", False),
        ({"constraint": TRIGGER}, "a < b, well", True),
        ({"constraint": TRIGGER}, "well <ca", False),
        ({"constraint": TRIGGER}, "well <call>{} and", False),
        ({"constraint": {**TRIGGER, "at_least_one": True}}, "well", False),
    ],
)
def test_only_text_that_nothing_holds_can_be_continued(more: Any, said: str, can: bool) -> None:
    whole: Any = {**BODY, **more}
    assert can_be_continued(whole, said) is can


@given(st.lists(st.integers(0, 5), max_size=RENEWALS), st.booleans())
def test_wherever_workers_die_an_answer_ends_once_and_no_word_is_lost_or_doubled(
    deaths: list[int], continues: bool
) -> None:
    words = ["a", "b", "c", "d", "e"]

    async def run() -> None:
        lives = [Life([*words[:at], None, *words[at:]], continues=continues) for at in deaths]
        engine = Engine(*lives, Life(list(words), continues=continues))
        events = await collected((await engine.loaded()).stream(BODY))
        ends = [event for event in events if event["type"] in ("finished", "failure")]
        assert events[-1:] == ends
        assert "a b c d e ".startswith(text_of(events))
        assert ends[0]["type"] == "failure" or text_of(events) == "a b c d e "
        assert continues is False or ends[0]["type"] == "finished"

    asyncio.run(run())


async def test_a_continuation_may_only_be_as_long_as_what_is_left() -> None:
    replay = replay_of({"type": "complete", "body": {**BODY, "max_tokens": 10}, "credit": 8})
    for event in answer("one ", "two ", "three")[:-1]:
        list(replay.take(event))
    list(replay.take({"type": "delta", "text": " and more", "tokens": 2}))
    replay.cut(DIED)
    model = loaded_model(MODEL)
    model["capabilities"]["continues"] = True
    state: Any = {"type": "ready", "model": model}
    resumed = replay.resume(state)
    assert resumed is not None
    assert resumed["body"]["max_tokens"] == 5
    (end,) = replay.take(answer("four")[-1])
    assert end["type"] == "finished"
    assert end["usage"]["completion_tokens"] == 5
