"""The engine room from Python: the engine of `connect()`, and `webllm_provider.engine` over its bridge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import COLLECT_WORKERS, OriginGuard
from tests.e2e.elsewhere import DEMO, PythonPage, python_page
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT

START = f"""
import asyncio, json
from contextlib import aclosing
from webllm_provider import connect, engine as bridge
own = await connect(model={DEMO!r}, device="cpu")
async def caught(awaitable):
    try:
        return await awaitable
    except Exception as error:
        return [type(error).__name__, getattr(error, "code", None), str(error)]
"""


class Room:
    """A page with an engine of `connect()`; `own` is that engine, `bridge` the same one over `globalThis`."""

    def __init__(self, page: PythonPage) -> None:
        self.page = page

    def ask(self, code: str) -> Any:
        """What an expression gives, by way of JSON."""
        *lines, last = code.strip().splitlines()
        return json.loads(self.page.run("\n".join([*lines, f"json.dumps({last})"])))


@pytest.fixture(scope="module")
def room(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Room]:
    with cpu_browser.new_context(service_workers="block") as context:
        context.add_init_script(COLLECT_WORKERS)
        origin_guard.watch(context)
        page = python_page(context, site)
        page.install()
        page.run(START)
        yield Room(page)
        page.run("await own.close()")
        page.wait_for_engines(0)


WAYS = pytest.mark.parametrize("way", ["own", "bridge"])


@WAYS
def test_it_says_what_it_has_what_would_fit_and_what_is_stored(room: Room, way: str) -> None:
    assert room.ask(f"await {way}.ping()") < 30
    assert room.ask(f"(await {way}.status())['model']['id']") == DEMO
    records = {record["id"]: record for record in room.ask(f"await {way}.models()")}
    assert records[DEMO]["embedded"]
    verdict = room.ask(f"await {way}.assess({DEMO!r}, 'cpu')")
    assert (verdict["fits"], verdict["device"], verdict["reason"]) == (True, "cpu", None)
    choices = room.ask(f"await {way}.recommend('low_end', budget_mb=4000)")
    assert all(choice["fits"] and choice["model"] in records for choice in choices)
    stored = room.ask(f"await {way}.stored()")
    assert all(one["model"] in records and one["bytes"] >= 0 for one in stored["models"])
    kind, code, said = room.ask(f"await caught({way}.assess('no-such-model'))")
    assert (kind, code) == ("ModelNotFound", "model_not_found")
    assert "no-such-model" in said


@WAYS
def test_its_events_tell_of_an_answer_without_a_word_of_it(room: Room, way: str) -> None:
    events = room.ask(
        f"""
events = []
async def listen():
    async with aclosing({way}.events()) as stream:
        async for event in stream:
            events.append(event)
            names = [one["name"] for one in events]
            # It may have begun to listen in the middle of an answer.
            if event["name"] == "request_finished" and "request_started" in names:
                return
listening = asyncio.ensure_future(listen())
async def ask():
    body = {{"messages": [{{"role": "user", "content": {WHAT!r}}}], "temperature": 0}}
    return "".join([event["text"] async for event in own.stream(body) if event["type"] == "delta"])
while not listening.done():
    answer = await ask()
    await asyncio.sleep(0.05)
await listening
[answer, events]
"""
    )
    answer, told = events
    assert answer == ANSWERS[WHAT]
    names = [event["name"] for event in told]
    assert names[-1] == "request_finished"
    assert "request_started" in names
    assert all(event["at"] > 0 for event in told)
    assert answer[:20] not in json.dumps(told)
    assert WHAT not in json.dumps(told)


@WAYS
def test_a_batch_is_answered_kept_gone_on_with_and_forgotten(room: Room, way: str) -> None:
    # Two are computed at once: there is more to do than that while it is cancelled.
    prompts = [WHAT, "What can you do?", *[WHAT] * 14]
    begun = room.ask(
        f"""
run = {way}.batch({prompts!r}, job="job-{way}", temperature=0)
async with aclosing(run):
    begun = await anext(run)
begun
"""
    )
    assert (begun["index"], begun["text"]) == (0, ANSWERS[WHAT])
    (job,) = [one for one in room.ask(f"await {way}.batches()") if one["job"] == f"job-{way}"]
    assert (job["prompts"], job["finished"]) == (16, False)
    rest = room.ask(f"await {way}.batch({prompts!r}, job='job-{way}', temperature=0)")
    texts = {item["index"]: item["text"] for item in rest}
    assert texts[2] == ANSWERS[WHAT]
    assert set(texts) >= set(range(1, 16))
    assert all(item["error"] is None for item in rest)
    (job,) = [one for one in room.ask(f"await {way}.batches()") if one["job"] == f"job-{way}"]
    assert (job["done"], job["failed"], job["finished"]) == (16, 0, True)
    room.page.run(f"await {way}.forget_batch('job-{way}')")
    assert f"job-{way}" not in [one["job"] for one in room.ask(f"await {way}.batches()")]


@WAYS
def test_a_report_names_the_engine_and_no_word_of_a_message(room: Room, way: str) -> None:
    secret = "a word that nobody else says"
    report = room.ask(
        f"""
body = {{"messages": [{{"role": "user", "content": {secret!r}}}], "max_tokens": 4}}
_ = [event async for event in own.stream(body)]
await {way}.diagnose()
"""
    )
    text = json.dumps(report)
    assert DEMO in text
    assert "wllama" in text
    assert secret not in text


@WAYS
def test_a_text_is_gone_on_with(room: Room, way: str) -> None:
    text, reason, tokens = room.ask(
        f"""
completion = await {way}.complete_text("The model runs in the", max_tokens=6, temperature=0)
[completion.text, completion.reason, completion.usage["completion_tokens"]]
"""
    )
    assert text.strip()
    assert (reason, tokens) == ("length", 6)


@WAYS
def test_texts_become_vectors_or_the_model_says_that_it_makes_none(room: Room, way: str) -> None:
    able = room.ask(f"(await {way}.status())['model']['capabilities'].get('embeddings', False)")
    told = room.ask(f"await caught({way}.embed(['one', 'two', 'one']))")
    if able:
        assert told[0] == told[2] != told[1]
        assert len({len(vector) for vector in told}) == 1
    else:
        assert told[1] == "unsupported"


@WAYS
def test_a_model_is_loaded_with_other_settings_fetched_and_given_back(room: Room, way: str) -> None:
    window = room.ask(
        f"(await {way}.load({DEMO!r}, 'cpu', overrides={{'context_window_size': 1024}}))['context_window']"
    )
    assert window == 1024
    assert room.ask(f"(await {way}.unload())['type']") == "empty"
    assert room.ask(f"(await {way}.fetch({DEMO!r}, 'cpu'))['model']") == DEMO
    assert room.ask(f"(await {way}.load({DEMO!r}, 'cpu'))['context_window']") == 2048
    room.page.run(f"await {way}.reset()")
    assert room.ask(f"(await {way}.status())['type']") in ("loading", "ready")


@WAYS
def test_a_model_of_one_s_own_is_added_and_forgotten(room: Room, way: str) -> None:
    model = {"id": "mine", "name": "Mine", "gguf_url": "https://models.test/mine.gguf", "download_bytes": 10}
    record = room.ask(f"await {way}.add_model({model!r})")
    assert (record["id"], record.get("custom")) == ("mine", True)
    assert "mine" in room.ask(f"[one['id'] for one in await {way}.models()]")
    room.page.run(f"await {way}.remove_model('mine')")
    assert "mine" not in room.ask(f"[one['id'] for one in await {way}.models()]")


@WAYS
def test_the_ladder_is_set_read_and_stopped(room: Room, way: str) -> None:
    stopped = room.ask(f"await {way}.set_ladder([])")
    assert stopped == room.ask(f"await {way}.ladder()")
    assert not stopped["running"]


def test_what_runs_ends_when_its_task_is_cancelled(room: Room) -> None:
    outcome, after = room.ask(
        f"""
run = own.batch([{EVERYTHING!r}] * 20, job="endless")
task = asyncio.ensure_future(run._all())
await asyncio.sleep(0.2)
task.cancel()
await asyncio.wait([task])
body = {{"messages": [{{"role": "user", "content": {WHAT!r}}}], "temperature": 0}}
after = "".join([event["text"] async for event in own.stream(body) if event["type"] == "delta"])
await own.forget_batch("endless")
["cancelled" if task.cancelled() else "done", after]
"""
    )
    assert outcome == "cancelled"
    assert after == ANSWERS[WHAT]
