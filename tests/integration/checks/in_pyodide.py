"""What the provider does in Pyodide against a real server; `test_pyodide.py` runs each of these there."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from webllm_provider import (
    HttpTransport,
    KeyRefused,
    ServerUnreachable,
    StreamBroken,
    WebLLMProvider,
    create_session,
)
from webllm_provider.session import MemoryStore

QUESTION = "What is this application?"
NUMBERS: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Count."}],
    "max_output_tokens": 1900,
    "response_format": {"type": "json_schema", "json_schema": {"type": "array", "minItems": 600}},
}
AT_ONCE = {"max_retries": 0}


def ask(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


async def check_an_answer_streams(url: str, key: str) -> str:
    provider = WebLLMProvider(HttpTransport(url, api_key=key))
    pieces: list[str] = []
    response = await provider.complete_streaming(ask(QUESTION), lambda chunk: pieces.append(chunk["content"]))
    assert len(pieces) > 3
    assert "".join(pieces) == response.text
    return str(response.text)


async def check_a_session_by_config_alone_calls_a_tool(url: str, key: str) -> str:
    config = {"mode": "server_side", "base_url": url, "api_key": key}
    session = await create_session(store=MemoryStore(), provider_config=config)
    await session.execute("Note that the tea is in the blue tin")
    answer = await session.execute("What do my notes say?")
    await session.cleanup()
    return str(answer)


async def check_stops_leave_the_next_answer_right(url: str, key: str) -> str:
    provider = WebLLMProvider(HttpTransport(url, api_key=key))
    # Before the head of the answer has come, and in the middle of its body.
    for in_the_middle in (False, True, True, False, True):
        await stopped(provider, in_the_middle=in_the_middle)
    return str((await provider.complete(ask(QUESTION))).text)


async def stopped(provider: WebLLMProvider, *, in_the_middle: bool) -> None:
    begun = asyncio.Event()
    task = asyncio.create_task(provider.complete_streaming(NUMBERS, lambda chunk: begun.set()))
    await (begun.wait() if in_the_middle else asyncio.sleep(0))
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
    raise AssertionError("the task was not cancelled")


async def check_what_goes_wrong_is_typed(url: str, key: str) -> str:
    said = ""
    for base, secret, wanted in (
        (url, "sk-wrong", KeyRefused),
        ("http://127.0.0.1:9", key, ServerUnreachable),
    ):
        try:
            await WebLLMProvider(HttpTransport(base, api_key=secret), AT_ONCE).complete(ask(QUESTION))
        except wanted as error:
            said += f"{error.code} {error}\n"
    return said


async def check_a_connection_that_breaks_keeps_the_text(url: str) -> str:
    """`url` is a server that sends a piece of an answer and hangs up."""
    try:
        await WebLLMProvider(HttpTransport(url), AT_ONCE).complete(ask(QUESTION))
    except StreamBroken as error:
        return error.partial
    raise AssertionError("StreamBroken was not raised")


async def check_hybrid_takes_the_server_where_the_page_has_no_model(url: str, key: str) -> str:
    from webllm_provider import set_llm_bridge

    async def empty() -> str:
        return json.dumps({"type": "empty"})

    async def refuse(request: str) -> str:
        error = {"code": "model_not_loaded", "message": "No model is loaded."}
        return json.dumps({"error": error})

    import js

    # The runner's scripted bridge steps aside.
    js.globalThis.js_llm_stream = None
    set_llm_bridge(refuse, status=empty)
    config = {"mode": "hybrid", "base_url": url, "api_key": key}
    session = await create_session(store=MemoryStore(), provider_config=config)
    answer = await session.execute(QUESTION)
    await session.cleanup()
    return str(answer)
