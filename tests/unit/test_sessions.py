"""Whole sessions: the native kernel, its module loader, our modules, a scripted engine."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from webllm_provider import HttpTransport, RequestRefused
from webllm_provider._wire import ErrorCode
from webllm_provider.session import INSTRUCTION, create_session
from webllm_provider.session.create import ModulesMissing
from webllm_provider.testing import Script, ScriptedTransport, Wait, answer, failure, read_transcript

TRANSCRIPTS = Path(__file__).resolve().parents[2] / "protocol" / "transcripts"
NOTE = '<tool_call>{"name": "notes", "arguments": {"action": "add", "text": "zalmor kipt"}}</tool_call>'


async def test_a_question_is_answered_and_the_text_is_seen_before_the_end(
    open_session: Any, heard: Any
) -> None:
    session, transport = await open_session(answer("I am", " the", " guide."))
    assert await session.execute("Who are you?") == "I am the guide."
    assert heard.text() == "I am the guide."
    deltas = [place for place, name in enumerate(heard.names) if name == "llm:stream_block_delta"]
    assert len(deltas) == 3
    assert max(deltas) < heard.names.index("llm:response") < heard.names.index("prompt:complete")
    assert transport.bodies[0]["messages"][0]["content"].startswith(INSTRUCTION)


async def test_the_events_of_a_turn_come_in_the_order_of_the_official_loops(
    open_session: Any, heard: Any
) -> None:
    session, _ = await open_session(answer("Hi"))
    await session.execute("Hello")
    assert heard.names == [
        *("session:start", "execution:start", "prompt:submit", "provider:request", "llm:request"),
        *("llm:stream_block_start", "llm:stream_block_delta", "llm:stream_block_end", "llm:response"),
        *("provider:response", "content_block:start", "content_block:end"),
        *("execution:end", "orchestrator:complete", "prompt:complete"),
    ]


async def test_a_tool_call_goes_to_the_tool_and_its_result_to_the_model(
    open_session: Any, heard: Any, store: Any
) -> None:
    session, transport = await open_session(answer(NOTE[:20], NOTE[20:]), answer("Noted."))
    assert await session.execute("note that zalmor kipt") == "Noted."
    assert json.loads(await store.get("notes"))["notes"] == [{"id": 1, "text": "zalmor kipt"}]
    assert transport.bodies[1]["messages"][-2:] == [
        {"role": "assistant", "content": NOTE},
        {
            "role": "user",
            "content": '<tool_result name="notes">\nNote 1 saved: zalmor kipt\n</tool_result>',
        },
    ]
    assert heard.text() == "Noted."
    assert heard.of("tool:post")[0]["result"]["output"] == "Note 1 saved: zalmor kipt"


async def test_messages_are_stored_as_the_official_loops_store_them(open_session: Any) -> None:
    session, _ = await open_session(answer(NOTE), answer("Noted."))
    await session.execute("note that zalmor kipt")
    stored = await session.coordinator.get("context").get_messages()
    assert [message["role"] for message in stored] == ["user", "assistant", "tool", "assistant"]
    call = stored[1]["tool_calls"][0]
    assert (call["tool"], call["arguments"]["text"]) == ("notes", "zalmor kipt")
    assert stored[1]["content"][0]["type"] == "tool_call"
    assert stored[2]["tool_call_id"] == call["id"]
    assert stored[3]["metadata"]["webllm:raw_text"] == "Noted."


async def test_the_conversation_grows_by_what_is_new_so_that_a_cache_of_it_stays_valid(
    open_session: Any,
) -> None:
    session, transport = await open_session(answer(NOTE), answer("Noted."), answer("Yes."))
    await session.execute("note that zalmor kipt")
    await session.execute("Really?")
    sent = [body["messages"] for body in transport.bodies]
    for earlier, later in itertools.pairwise(sent):
        assert later[: len(earlier)] == earlier


async def test_stop_in_the_middle_keeps_what_was_written_and_the_next_question_works(
    open_session: Any, heard: Any
) -> None:
    session, transport = await open_session([*answer("I", " am")[:3], Wait()], answer("After."))
    task = asyncio.ensure_future(session.execute("Tell me a lot"))
    await heard.until(lambda: heard.text() == "I am")
    await session.coordinator.request_cancel(True)
    assert await task == "I am"
    assert transport.cancelled == [0]
    assert heard.of("execution:end")[0]["status"] == "cancelled"
    assert "cancel:completed" in heard.names
    session.coordinator.cancellation.reset()
    assert await session.execute("And now?") == "After."
    assert transport.bodies[1]["messages"][-2:] == [
        {"role": "assistant", "content": "I am"},
        {"role": "user", "content": "And now?"},
    ]


async def test_a_graceful_stop_ends_the_answer_too(open_session: Any, heard: Any) -> None:
    session, transport = await open_session([*answer("I", " am")[:3], Wait()])
    task = asyncio.ensure_future(session.execute("Tell me a lot"))
    await heard.until(lambda: bool(heard.text()))
    await session.coordinator.request_cancel(False)
    await task
    assert transport.cancelled == [0]


@pytest.mark.parametrize("code", get_args(ErrorCode))
async def test_every_failure_of_the_engine_reaches_the_application_with_its_code(
    open_session: Any, heard: Any, code: ErrorCode
) -> None:
    fails: Script = [failure(code, "It failed.", "Do this.")]
    session, _ = await open_session(fails, answer("Hi"), provider_config={"max_retries": 0})
    with pytest.raises(RuntimeError, match=r"It failed\. Do this\."):
        await session.execute("Hello")
    (told,) = heard.of("provider:error")
    assert (told["error"]["code"], told["error"]["hint"]) == (code, "Do this.")
    assert heard.of("execution:end")[0]["status"] == "error"
    assert await session.execute("Again") == "Hi"


async def test_what_was_written_before_a_failure_stays_in_the_conversation(open_session: Any) -> None:
    session, transport = await open_session(
        [*answer("I", " am")[:3], failure("worker_died")], answer("The guide.")
    )
    with pytest.raises(RuntimeError, match="EngineLost"):
        await session.execute("Who are you?")
    assert await session.execute("Go on") == "The guide."
    assert [message["content"] for message in transport.bodies[1]["messages"][1:]] == [
        "Who are you?",
        "I am",
        "Go on",
    ]


async def test_a_stored_conversation_goes_on(open_session: Any, heard: Any) -> None:
    stored = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
    session, transport = await open_session(answer("Yes."), messages=stored, session_id="kept")
    await session.execute("Still there?")
    assert [message["content"] for message in transport.bodies[0]["messages"][1:]] == [
        "Hi",
        "Hello.",
        "Still there?",
    ]
    assert "session:resume" in heard.names


async def test_a_module_that_cannot_be_loaded_is_an_error_and_not_a_session_without_it() -> None:
    with pytest.raises(ModulesMissing, match="tool-nowhere"):
        await create_session(transport=ScriptedTransport(), tools=["tool-nowhere"])


async def test_a_session_that_is_cancelled_while_it_is_made_gives_up_what_it_had_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[HttpTransport] = []
    half_made = asyncio.Event()

    async def close(self: HttpTransport) -> None:
        closed.append(self)

    async def wait(name: str, payload: dict[str, Any]) -> None:
        half_made.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(HttpTransport, "close", close)
    server = {"mode": "server_side", "base_url": "https://server.example/v1"}
    making = asyncio.ensure_future(
        create_session(provider_config=server, on_event=wait, tools=["tool-nowhere"])
    )
    await half_made.wait()
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert len(closed) == 1


async def test_an_empty_answer_is_an_empty_text(open_session: Any) -> None:
    session, _ = await open_session(answer(), answer("Hi"))
    assert await session.execute("Say nothing") == ""
    assert await session.execute("Say something") == "Hi"


async def test_stop_is_heard_while_a_model_is_loading(open_session: Any, heard: Any) -> None:
    session, transport = await open_session(answer("Hi"))
    transport.loading = 1_000_000
    task = asyncio.ensure_future(session.execute("Hello"))
    await heard.until(lambda: "provider:request" in heard.names)
    await session.coordinator.request_cancel(True)
    assert await task == ""
    assert transport.bodies == []


async def test_a_transport_that_was_given_is_not_closed_with_the_session(open_session: Any) -> None:
    session, transport = await open_session(answer("Hi"))
    await session.cleanup()
    assert transport.closed == 0


async def test_a_malformed_call_is_a_failed_turn_that_says_what_to_do(open_session: Any, heard: Any) -> None:
    malformed = answer('<tool_call>{"name": "notes", oops}</tool_call>')
    # The first is handed back to the model.
    session, _ = await open_session(malformed, malformed, answer("Hi"))
    with pytest.raises(RuntimeError, match="InvalidToolCallError"):
        await session.execute("note it")
    (told,) = heard.of("provider:error")
    assert (told["error"]["code"], told["error"]["type"]) == ("engine_failed", "InvalidToolCallError")
    assert "larger model" in told["error"]["hint"]


async def test_two_sessions_at_once_do_not_hear_each_other(store: Any) -> None:
    heard: dict[str, list[str]] = {"a": [], "b": []}

    async def run(name: str) -> str:
        def listen(event: str, payload: dict[str, Any]) -> None:
            if event == "llm:stream_block_delta":
                heard[name].append(payload["text"])

        transport = ScriptedTransport([answer(*[f"{name}{n} " for n in range(20)])])
        session = await create_session(transport=transport, store=store, on_event=listen)
        answered = await session.execute("Hi")
        await session.cleanup()
        return str(answered)

    first, second = await asyncio.gather(run("a"), run("b"))
    assert ("".join(heard["a"]), "".join(heard["b"])) == (first, second)


async def test_a_recorded_exchange_replays_through_a_session(open_session: Any, store: Any) -> None:
    session, _ = await open_session(*read_transcript(TRANSCRIPTS / "tool_call.jsonl"))
    assert await session.execute("note that the kettle is blue") == "Done: note 1 is saved."
    assert "the kettle is blue" in await store.get("notes")


async def test_a_recorded_device_loss_is_a_failed_turn(open_session: Any, heard: Any) -> None:
    session, _ = await open_session(*read_transcript(TRANSCRIPTS / "device_lost.jsonl"))
    with pytest.raises(RuntimeError, match="EngineLost"):
        await session.execute("What is this?")
    assert heard.of("llm:stream_aborted")[0]["error"]["type"] == "EngineLost"


async def test_a_question_that_was_stopped_before_its_answer_is_not_sent_with_the_next_one(
    open_session: Any, heard: Any
) -> None:
    session, transport = await open_session([answer()[0], Wait()], answer("After."))
    task = asyncio.ensure_future(session.execute("Tell me a lot"))
    await heard.until(lambda: "llm:request" in heard.names)
    await session.coordinator.request_cancel(True)
    assert await task == ""
    session.coordinator.cancellation.reset()
    assert await session.execute("And now?") == "After."
    assert [message["content"] for message in transport.bodies[1]["messages"][1:]] == ["And now?"]
    stored = await session.coordinator.get("context").get_messages()
    assert [message["content"] for message in stored][:2] == ["Tell me a lot", "And now?"]


async def test_a_question_that_failed_before_its_answer_is_asked_once_when_it_is_asked_again(
    open_session: Any,
) -> None:
    session, transport = await open_session([failure("device_lost")], answer("The guide."))
    with pytest.raises(RuntimeError, match="EngineLost"):
        await session.execute("Who are you?")
    assert await session.execute("Who are you?") == "The guide."
    assert [message["content"] for message in transport.bodies[1]["messages"][1:]] == ["Who are you?"]


async def test_a_turn_that_broke_off_behind_a_tool_has_an_end_before_the_next_question(
    open_session: Any, heard: Any
) -> None:
    session, transport = await open_session(answer(NOTE), [answer()[0], Wait()], answer("After."))
    task = asyncio.ensure_future(session.execute("note that zalmor kipt"))
    await heard.until(lambda: heard.names.count("llm:request") == 2)
    await session.coordinator.request_cancel(True)
    await task
    session.coordinator.cancellation.reset()
    await session.execute("And now?")
    assert [message["role"] for message in transport.bodies[2]["messages"]] == [
        *("system", "user", "assistant", "user", "assistant", "user"),
    ]
    assert "interrupted" in transport.bodies[2]["messages"][4]["content"]


@pytest.mark.parametrize(
    ("message", "place"), [({"role": "nobody", "content": "x"}, "role"), ({"content": "x"}, "role")]
)
async def test_a_stored_conversation_that_cannot_be_sent_is_refused_at_once(
    message: dict[str, Any], place: str
) -> None:
    stored = [{"role": "user", "content": "Hi"}, message]
    with pytest.raises(RequestRefused, match=f"Message 1 of the stored conversation .* {place}"):
        await create_session(transport=ScriptedTransport(), messages=stored)
