"""What the benchmark's page runs in Pyodide: one conversation per answer, through the worker's own sessions.

Runs with `post(json)`, which reaches the page, among its globals.
"""

import asyncio
import cProfile
import io
import json
import pstats
import time
from functools import partial

from webllm_provider.session.create import create_session
from webllm_provider.session.worker import WorkerSessions

DELTA = "llm:stream_block_delta"
READY_EVERY = 0.05


async def load(options):
    """Load a model; resolves when it answers."""
    from webllm_provider import load_model

    given = json.loads(options)
    await load_model(given["model"], device=given["device"])
    return "null"


async def answer(options):
    """Answer one question in a fresh conversation, as the page's sessions do.

    The events go to the page as they come. Returns what Python itself saw: seconds from the first delta to the
    last, characters, deltas, and where asked for a profile.
    """
    given = json.loads(options)
    seen = []

    def emit(text):
        post(text)  # noqa: F821
        message = json.loads(text)
        if message.get("name") == DELTA:
            seen.append((time.perf_counter(), len(message["payload"]["text"])))

    make = partial(create_session, tools=(), provider_config=given["config"])
    sessions = WorkerSessions(emit, make)
    profile = cProfile.Profile() if given.get("profile") else None
    if profile is not None:
        profile.enable()
    try:
        await sessions.ask("turn", given["conversation"], given["question"])
    finally:
        if profile is not None:
            profile.disable()
        await sessions.close()
    moments = [at for at, _ in seen]
    return json.dumps(
        {
            "seconds": moments[-1] - moments[0] if moments else 0,
            "characters": sum(length for _, length in seen),
            "deltas": len(seen),
            "profile": _table(profile),
        }
    )


def _table(profile):
    if profile is None:
        return None
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(35)
    return text.getvalue()


async def busy(options):
    """How late a timer comes while an answer is written: what else runs in this Python waits so long."""
    given = json.loads(options)
    late = []
    end = time.perf_counter() + given["seconds"]
    while time.perf_counter() < end:
        asked = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(time.perf_counter() - asked)
    return json.dumps(max(late))
