"""The engine room from Python: what is asked is what the schema says, and what comes back is typed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from webllm_provider import (
    BatchRun,
    DownloadFailed,
    EngineCommands,
    EngineError,
    HttpTransport,
    RequestRefused,
    StreamBroken,
)
from webllm_provider._wire import Fetched, QueryResult, StreamEvent
from webllm_provider.testing import MODEL_ID, ScriptedTransport, Wait, answer, failure

PROTOCOL = Path(__file__).resolve().parents[2] / "protocol"
SCHEMA: dict[str, Any] = json.loads((PROTOCOL / "wire.schema.json").read_text())
RESULTS: list[QueryResult] = [
    json.loads((PROTOCOL / "examples" / part["$ref"].removeprefix("#/$defs/") / "example.json").read_text())
    for part in SCHEMA["$defs"]["QueryResult"]["oneOf"]
]
REPLY: dict[str, QueryResult] = {result["type"]: result for result in RESULTS}
PROGRESS: StreamEvent = {
    "type": "progress",
    "stage": "download",
    "fraction": 0.5,
    "loaded_bytes": 5,
    "total_bytes": 10,
    "text": "half",
}
FETCHED: Fetched = {"type": "fetched", "model": "m", "bytes": 10}

Ask = Callable[[EngineCommands], Awaitable[Any]]
QUERIES: dict[str, tuple[str, Ask]] = {
    "ping": ("pong", lambda engine: engine.ping()),
    "assess": ("verdict", lambda engine: engine.assess("m", "cpu", overrides={"context_window_size": 512})),
    "recommend": ("recommendation", lambda engine: engine.recommend("code", budget_mb=2000)),
    "add_model": (
        "model_added",
        lambda engine: engine.add_model({"id": "m", "gguf_url": "https://a.test/m"}),
    ),
    "remove_model": ("done", lambda engine: engine.remove_model("m")),
    "stored": ("stored_models", lambda engine: engine.stored()),
    "delete_stored": ("done", lambda engine: engine.delete_stored(None)),
    "diagnose": ("diagnostics", lambda engine: engine.diagnose()),
    "embed": ("embeddings", lambda engine: engine.embed(["a", "b"], model="m")),
    "set_ladder": ("ladder_status", lambda engine: engine.set_ladder(["s", "l"], pinned="s")),
    "ladder": ("ladder_status", lambda engine: engine.ladder()),
    "batches": ("batch_jobs", lambda engine: engine.batches()),
    "forget_batch": ("done", lambda engine: engine.forget_batch("j")),
    "reset": ("done", lambda engine: engine.reset()),
}


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def on_the_wire(command: dict[str, Any]) -> dict[str, Any]:
    return {**command, "id": "1", "epoch": "e"}


def engine_with(**script: Any) -> tuple[EngineCommands, ScriptedTransport]:
    transport = ScriptedTransport(**script)
    return EngineCommands(transport), transport


async def first(events: Any) -> Any:
    async with aclosing(events) as open_events:
        return await anext(open_events)


def test_every_query_of_the_wire_has_a_method() -> None:
    queries = [part["$ref"].removeprefix("#/$defs/") for part in SCHEMA["$defs"]["Query"]["oneOf"]]
    assert {SCHEMA["$defs"][name]["properties"]["type"]["const"] for name in queries} == set(QUERIES)


@pytest.mark.parametrize("kind", QUERIES)
async def test_a_query_is_one_of_the_schema_s_and_its_result_comes_back(kind: str) -> None:
    expects, ask = QUERIES[kind]
    engine, transport = engine_with(replies={kind: REPLY[expects]})
    result = await ask(engine)
    (command,) = transport.commands
    assert command["type"] == kind
    validator("ClientMessage").validate(on_the_wire(command))
    if result is not None and kind != "ping":
        assert result in (REPLY[expects], *cast(dict[str, Any], REPLY[expects]).values())


@pytest.mark.parametrize("kind", QUERIES)
async def test_an_answer_to_another_question_is_an_error(kind: str) -> None:
    expects, ask = QUERIES[kind]
    other = next(result for name, result in REPLY.items() if name != expects)
    engine, _ = engine_with(replies={kind: other})
    with pytest.raises(StreamBroken, match=other["type"]):
        await ask(engine)


@pytest.mark.parametrize("kind", QUERIES)
async def test_what_the_engine_refuses_is_a_typed_error(kind: str) -> None:
    refusal = {"code": "download_failed", "message": "There is no network.", "hint": "Connect."}
    engine, _ = engine_with(replies={kind: refusal})
    with pytest.raises(DownloadFailed, match=r"no network. Connect"):
        await QUERIES[kind][1](engine)


async def test_a_load_takes_its_options_along_and_gives_the_model() -> None:
    engine, transport = engine_with(model=None)
    stages: list[str] = []
    model = await engine.load(
        "m", "cpu", behind=True, metered_ok=True, on_progress=lambda step: stages.append(step["stage"])
    )
    assert model["id"] == "m"
    assert (transport.loads, transport.load_options) == (["m"], [{"behind": True, "metered_ok": True}])
    assert stages == ["prepare"]
    assert (await engine.status())["type"] == "ready"
    assert (await engine.unload())["type"] == "empty"
    assert await engine.models() == []


@pytest.mark.parametrize(
    ("kind", "last", "run"),
    [
        ("fetch", FETCHED, lambda engine: engine.fetch("m", "cpu", metered_ok=True)),
        ("import", FETCHED, lambda engine: engine.import_model("blob:x")),
        (
            "export",
            {"type": "exported", "model": "m", "name": "m.zip", "bytes": 3, "url": "blob:y"},
            lambda engine: engine.export_model("m"),
        ),
    ],
)
async def test_a_transfer_is_awaited_or_iterated_and_fails_typed(
    kind: str, last: StreamEvent, run: Callable[[EngineCommands], Any]
) -> None:
    engine, transport = engine_with(openings={kind: [PROGRESS, last]})
    assert await run(engine) == last
    assert [event async for event in run(engine)] == [PROGRESS, last]
    validator("ClientMessage").validate(on_the_wire(transport.commands[0]))
    broken, _ = engine_with(openings={kind: [PROGRESS, failure("quota_exceeded", "No room.")]})
    with pytest.raises(EngineError, match=r"No room\."):
        await run(broken)
    unended, _ = engine_with(openings={kind: [PROGRESS]})
    with pytest.raises(StreamBroken):
        await run(unended)


async def test_cancelling_a_download_pauses_it_in_the_engine() -> None:
    engine, transport = engine_with(openings={"fetch": [PROGRESS, Wait()]})
    seen = asyncio.Event()

    async def watch(step: Any) -> None:
        seen.set()

    async def fetch() -> Fetched:
        return await engine.fetch("m", on_progress=watch)

    task = asyncio.create_task(fetch())
    await seen.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.cancelled == ["fetch"]


def item(index: int, text: str = "t") -> StreamEvent:
    return {
        "type": "batch_item",
        "index": index,
        "text": text,
        "reason": "stop",
        "usage": None,
        "figures": None,
        "error": None,
    }


ENDED: StreamEvent = {"type": "batch_finished", "job": "j", "succeeded": 2, "failed": 0, "duration_ms": 1.0}


async def test_a_batch_gives_items_as_they_come_or_all_in_the_order_of_the_prompts() -> None:
    engine, transport = engine_with(openings={"batch": [item(1), item(0), ENDED]})
    shared = [{"role": "system", "content": "Be brief."}]
    run = engine.batch(["a", "b"], job="j", shared=shared, max_tokens=4)
    assert isinstance(run, BatchRun)
    assert [done["index"] async for done in run] == [1, 0]
    assert run.finished == ENDED
    validator("ClientMessage").validate(on_the_wire(transport.commands[0]))
    assert transport.commands[0]["body"] == {
        "job": "j",
        "prompts": ["a", "b"],
        "shared": shared,
        "body": {"max_tokens": 4},
    }
    assert [done["index"] for done in await engine.batch(["a", "b"])] == [0, 1]
    first_job, second_job = engine.batch(["a"]).job, engine.batch(["a"]).job
    assert first_job != second_job


async def test_leaving_a_batch_pauses_it_and_a_failed_one_raises() -> None:
    engine, transport = engine_with(openings={"batch": [item(0), Wait()]})
    assert (await first(engine.batch(["a", "b"])))["index"] == 0
    assert transport.cancelled == ["batch"]
    broken, _ = engine_with(openings={"batch": [item(0), failure("device_lost", "The GPU is gone.")]})
    with pytest.raises(EngineError, match="GPU is gone"):
        await broken.batch(["a", "b"])
    unended, _ = engine_with(openings={"batch": [item(0)]})
    with pytest.raises(StreamBroken):
        await unended.batch(["a", "b"])


async def test_the_events_of_the_room_come_until_somebody_leaves() -> None:
    event = json.loads((PROTOCOL / "examples" / "Observed" / "example.json").read_text())
    engine, transport = engine_with(openings={"observe": [event, event, Wait()]})
    assert await first(engine.events()) == event["event"]
    validator("ClientMessage").validate(on_the_wire(transport.commands[0]))
    assert transport.cancelled == ["observe"]
    broken, _ = engine_with(openings={"observe": [event, failure("worker_died", "It has died.")]})
    with pytest.raises(EngineError, match="It has died"):
        _ = [one async for one in broken.events()]


async def test_a_text_is_gone_on_with_and_what_was_written_before_an_error_is_kept() -> None:
    engine, transport = engine_with(openings={"complete_text": answer("there ", "was")})
    completion = await engine.complete_text("Once upon a time", max_tokens=4)
    assert (completion.text, completion.reason, completion.model) == ("there was", "stop", MODEL_ID)
    assert completion.usage["completion_tokens"] == 2
    validator("ClientMessage").validate(on_the_wire(transport.commands[0]))
    cut = [*answer("there ")[:2], failure("device_lost", "The GPU is gone.")]
    broken, _ = engine_with(openings={"complete_text": cut})
    with pytest.raises(EngineError) as raised:
        await broken.complete_text("Once")
    assert raised.value.partial == "there "
    unended, _ = engine_with(openings={"complete_text": cut[:1]})
    with pytest.raises(StreamBroken):
        await unended.complete_text("Once")


async def test_a_server_refuses_what_only_an_engine_in_a_browser_does() -> None:
    transport = HttpTransport("http://server.test/v1")
    engine = EngineCommands(transport)
    for refused in (engine.stored(), engine.unload(), engine.fetch("m"), first(engine.events())):
        with pytest.raises(RequestRefused, match="server's own tools"):
            await refused
    with pytest.raises(RequestRefused, match="overrides"):
        await engine.load("m", overrides={"temperature": 0.5})
    await transport.close()


TEXTS = st.text(max_size=20)


@given(
    st.lists(TEXTS, min_size=1, max_size=5),
    st.none() | st.text(min_size=1, max_size=9),
    st.lists(TEXTS, max_size=2),
    st.fixed_dictionaries({}, optional={"temperature": st.floats(0, 2), "max_tokens": st.integers(1, 9)}),
)
def test_any_batch_crosses_the_wire_as_the_schema_says(
    prompts: list[str], job: str | None, shared: list[str], sampling: dict[str, Any]
) -> None:
    async def run() -> None:
        engine, transport = engine_with(openings={"batch": [ENDED]})
        messages = [{"role": "system", "content": text} for text in shared]
        assert await engine.batch(prompts, job=job, shared=messages, **sampling) == []
        validator("ClientMessage").validate(on_the_wire(transport.commands[0]))
        assert transport.commands[0]["body"]["prompts"] == prompts

    asyncio.run(run())


@given(st.permutations(range(6)))
def test_whatever_order_items_come_in_none_is_lost_or_told_twice(order: list[int]) -> None:
    async def run() -> None:
        script = [item(index, str(index)) for index in order]
        engine, _ = engine_with(openings={"batch": [*script, ENDED]})
        items = await engine.batch(["p"] * 6)
        assert [(done["index"], done["text"]) for done in items] == [(n, str(n)) for n in range(6)]

    asyncio.run(run())
