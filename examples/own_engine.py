"""An engine of your own behind the bridge: here a few lines of Python; JavaScript functions do as well."""

import json

from webllm_provider import create_session, set_llm_bridge

WHO = {"kind": "server", "version": "1", "device": "none", "adapter": None}
FIGURES = {
    "time_to_first_token_ms": None,
    "duration_ms": 0,
    "prefill_tokens_per_s": None,
    "decode_tokens_per_s": None,
    "prefilled_tokens": None,
}


async def stream(request_json):
    """The request is a chat-completions body; the events are those of the protocol."""
    asked = json.loads(request_json)["messages"][-1]["content"]
    words = f"You said: {asked}".split(" ")
    yield {"type": "started", "model": "echo-1", "engine": WHO}
    for number, word in enumerate(words):
        yield {"type": "delta", "text": word if number == 0 else f" {word}"}
    usage = {"prompt_tokens": 0, "completion_tokens": len(words), "total_tokens": len(words)}
    yield {"type": "finished", "reason": "stop", "usage": usage, "figures": FIGURES}


set_llm_bridge(stream=stream)
session = await create_session(tools=())
try:
    print(await session.execute("good morning"))
finally:
    await session.cleanup()
    set_llm_bridge()
