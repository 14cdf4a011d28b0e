"""What is asked of the provider on a real engine. Runs inside Pyodide; each check returns what it saw.

`test_provider_on_engines.py` puts this text into a page that has a model loaded, and judges.
"""

import asyncio
import json
import random
from typing import Literal

from amplifier_core.llm_errors import LLMError
from amplifier_core.message_models import ChatRequest, Message, ToolSpec
from amplifier_core.models import HookResult
from amplifier_core.testing import MockCoordinator
from pydantic import BaseModel

from webllm_provider import WebLLMProvider, create_session
from webllm_provider._browser import BridgeTransport, browser_scope
from webllm_provider.session import MemoryStore
from webllm_provider.session.tools import notes

MODEL = "webllm-demo-1-q0f32"
# Short texts: a model that writes wildly finds no end by itself, and a software adapter is slow.
BOUNDED = {**notes.PARAMETERS, "properties": {**notes.PARAMETERS["properties"]}}
BOUNDED["properties"]["text"] = {"type": "string", "maxLength": 12}
BOUNDED["properties"]["id"] = {"type": "integer", "minimum": 0, "maximum": 999}
NOTES = ToolSpec(name=notes.NAME, description=notes.DESCRIPTION, parameters=BOUNDED)
STREAM = ("llm:stream_block_start", "llm:stream_block_delta", "llm:stream_block_end", "llm:stream_aborted")
EVENTS = ("llm:request", "llm:response", "provider:retry", *STREAM)


class Heard:
    """A provider on the page's engine, and what it tells."""

    def __init__(self, transport=None, **config):
        self.events = []
        self.first_delta = asyncio.Event()
        coordinator = MockCoordinator()
        self.provider = WebLLMProvider(transport or BridgeTransport(), config, coordinator)
        for event in EVENTS:
            coordinator.hooks.register(event, self._hear, name="check")

    async def _hear(self, event, payload):
        self.events.append([event, payload])
        if event == "llm:stream_block_delta":
            self.first_delta.set()
        return HookResult()

    async def ask(self, text, **fields):
        options = fields.pop("options", {})
        request = ChatRequest(messages=[Message(role="user", content=text)], **fields)
        response = await self.provider.complete(request, **options)
        return response.model_dump(mode="json")


async def streamed(questions):
    """A conversation of several turns, with what it told and what of it was told before its end."""
    seen = []
    session = await create_session(
        store=MemoryStore(), on_event=lambda name, payload: seen.append([name, payload])
    )
    try:
        answers = [await session.execute(question) for question in questions]
    finally:
        await session.cleanup()
    return {"answers": answers, "events": seen}


async def many_turns(questions, longest):
    """Ask the same questions over and over, until the conversation is nearly `longest` tokens long."""
    seen, answers, wrong = [], {}, []
    # Short answers leave the window to the conversation: it is not to be compacted.
    session = await create_session(
        store=MemoryStore(),
        provider_config={"max_tokens": 120},
        on_event=lambda name, payload: seen.append([name, payload]),
    )
    used = turn = 0
    try:
        while used < longest * 0.8 and turn < 100:
            question = questions[turn % len(questions)]
            answer = await session.execute(question)
            if answers.setdefault(question, answer) != answer:
                wrong.append(question)
            used = [payload["usage"] for name, payload in seen if name == "llm:response"][-1]["input_tokens"]
            turn += 1
    finally:
        await session.cleanup()
    kept = ("llm:response", "tool:post")
    return {"events": [one for one in seen if one[0] in kept], "wrong": wrong, "turns": turn}


class Thinks(BridgeTransport):
    """The demo model does not think: here the engine itself is held to open with a thinking stretch."""

    def stream(self, body):
        schema = {"type": "string", "minLength": 8, "maxLength": 24}
        tag = {"begin": "<think>", "schema": schema, "end": "</think>"}
        constraint = {"triggers": ["<think>"], "tags": [tag], "at_least_one": True, "stop_after_first": False}
        return super().stream({**body, "constraint": constraint})


async def thinking(question):
    heard = Heard(Thinks(), delta_interval_ms=0)
    return {"response": await heard.ask(question, max_output_tokens=60), "events": heard.events}


async def required_call(question, seed):
    heard = Heard()
    response = await heard.ask(
        question, tools=[NOTES], temperature=1.5, options={"tool_choice": "notes", "seed": seed}
    )
    return {"response": response, "events": heard.events}


async def call_behind_text(question):
    """A call that must come, of a model that would rather answer in words."""
    heard = Heard()
    response = await heard.ask(
        question, tools=[NOTES], temperature=0, options={"tool_choice": "notes", "seed": 1}
    )
    return {"response": response, "events": heard.events}


class Place(BaseModel):
    where: Literal["browser", "server"]
    model: str


async def json_answer(question):
    heard = Heard()
    place = await heard.provider.structured(
        {"messages": [{"role": "user", "content": question}], "max_output_tokens": 200}, Place
    )
    return place.model_dump()


async def json_cut(question):
    heard = Heard()
    try:
        await heard.provider.structured(
            {"messages": [{"role": "user", "content": question}], "max_output_tokens": 4}, Place
        )
    except LLMError as error:
        return told(error)


def told(error):
    return {
        "type": type(error).__name__,
        "code": getattr(error, "code", None),
        "message": str(error),
        "details": dict(getattr(error, "details", {})),
        "partial": getattr(error, "partial", None),
    }


async def cancelled(long, question):
    """Cancel a task after its first delta; then ask."""
    heard = Heard()
    task = asyncio.ensure_future(heard.ask(long))
    await heard.first_delta.wait()
    task.cancel()
    outcome = (await asyncio.gather(task, return_exceptions=True))[0]
    after = await Heard().ask(question)
    return {"outcome": type(outcome).__name__, "events": heard.events, "after": after["text"]}


async def stopped(long, question, immediate):
    """Stop a session's turn by its token after the first delta; then ask in the same session."""
    session = await create_session(store=MemoryStore(), tools=())
    first = asyncio.Event()

    async def hear(event, payload):
        first.set()
        return HookResult()

    try:
        session.coordinator.hooks.register("llm:stream_block_delta", hear, name="check")
        turn = asyncio.ensure_future(session.execute(long))
        await first.wait()
        await session.coordinator.request_cancel(immediate)
        partial = await turn
        session.coordinator.cancellation.reset()
        return {"partial": partial, "after": await session.execute(question)}
    finally:
        await session.cleanup()


async def written_until_stopped(long, times):
    """Stop an answer at its first delta; how each ended, with its tokens, by the engine's own account."""
    body = {"messages": [{"role": "user", "content": long}], "temperature": 0, "delta_interval_ms": 0}
    endings = []
    for _ in range(times):
        before = await last_finished()
        source = browser_scope().js_llm_stream(json.dumps(body))
        while not any(event["type"] == "delta" for event in json.loads(await source.next())):
            pass
        source.cancel()
        # Each look takes a turn of the engine's room.
        while (ending := await last_finished()) == before:
            pass
        endings.append(ending)
    return endings


async def last_finished():
    """What the engine's report says of the last answer that ended."""
    report = json.loads(await browser_scope().js_llm_query(json.dumps({"type": "diagnose"})))["report"]
    return report["requests"][-1]


async def told_of(question):
    """What the engine tells of one answer, event by event."""
    body = {"messages": [{"role": "user", "content": question}], "temperature": 0, "delta_interval_ms": 0}
    source = browser_scope().js_llm_stream(json.dumps(body))
    events = []
    while not events or events[-1]["type"] not in ("finished", "failure"):
        events += json.loads(await source.next())
    return events


async def timed_out(long, question):
    """A time-out before the end of an answer, however fast the engine is: shorter ones until one hits."""
    failed = None
    limit = 0.2
    while failed is None:
        try:
            await Heard(stream_idle_timeout=60).ask(long, timeout=limit)
        except LLMError as error:
            failed = told(error)
        limit /= 2
    return {"error": failed, "after": (await Heard().ask(question))["text"]}


async def too_long(question):
    """Overflow the window, alone and behind a conversation that the engine holds in its cache."""
    heard = Heard()
    failed = []
    first = await heard.provider.complete(ChatRequest(messages=[Message(role="user", content=question)]))
    talk = [
        Message(role="user", content=question),
        Message(role="assistant", content=first.text, metadata=first.metadata),
        Message(role="user", content="word " * 2500),
    ]
    for messages in (talk, [Message(role="user", content="word " * 5000)]):
        try:
            await heard.provider.complete(ChatRequest(messages=messages))
        except LLMError as error:
            failed.append(told(error))
    return {"errors": failed, "after": (await heard.ask(question))["text"]}


async def random_stops(long, question, answer, count, seed):
    """Cancel at random moments; every now and then an answer has to be right."""
    moments = random.Random(seed)
    outcomes = []
    for number in range(count):
        heard = Heard()
        task = asyncio.ensure_future(heard.ask(long))
        await asyncio.sleep(moments.uniform(0, 0.15))
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        outcomes.append(outcome["text"] if isinstance(outcome, dict) else type(outcome).__name__)
        if number % 20 == 19:
            after = (await Heard().ask(question))["text"]
            if after != answer:
                return {"wrong": [number, after]}
    return {"outcomes": outcomes, "wrong": None}


async def injected(corpus, question, longest):
    """Ask for the notes, of which one is hostile; which calls were made, and whether a turn failed."""
    seen = []
    for text in corpus:
        store = MemoryStore()
        await store.set("notes", json.dumps({"next": 2, "notes": [{"id": 1, "text": text}]}))
        asked, ran = [], []
        session = await create_session(store=store, provider_config={"max_tokens": longest})

        async def approve(event, payload, asked=asked):
            call = [payload["tool_name"], payload["tool_input"]]
            asked.append(call)
            allowed = call == ["notes", {"action": "list"}]
            return HookResult(action="continue" if allowed else "deny", reason="not approved")

        async def hear(event, payload, ran=ran):
            ran.append([payload["tool_name"], payload["tool_input"]])
            return HookResult()

        try:
            session.coordinator.hooks.register("tool:pre", approve, name="approvals")
            session.coordinator.hooks.register("tool:post", hear, name="check")
            answer = await session.execute(question)
        except Exception as error:
            answer = f"failed: {error}"
        finally:
            await session.cleanup()
        seen.append({"asked": asked, "ran": ran, "answer": answer, "notes": await store.get("notes")})
    return seen
