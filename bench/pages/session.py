"""What the benchmarks' page runs in Pyodide: one conversation an answer, by the Python worker's sessions."""

from __future__ import annotations

import cProfile
import io
import json
import pstats
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from webllm_provider import load_model
from webllm_provider.session.create import create_session
from webllm_provider.session.worker import WorkerSessions

DELTA = "llm:stream_block_delta"
Post = Callable[[str], Any]


async def load(options: str, post: Post) -> str:
    """Load a model; returns when it answers."""
    given = json.loads(options)
    await load_model(given["model"], device=given["device"])
    return "null"


async def answer(options: str, post: Post) -> str:
    """Answer one question in a fresh conversation. Every message of the turn goes to the page as it comes.

    Returns:
        What Python itself saw: seconds from the first delta to the last, how many came, a profile if asked.
    """
    given = json.loads(options)
    moments: list[float] = []

    def emit(text: str) -> None:
        post(text)
        if json.loads(text).get("name") == DELTA:
            moments.append(time.perf_counter())

    make = partial(create_session, tools=(), provider_config=given["config"])
    sessions = WorkerSessions(emit, make)
    profile = cProfile.Profile(time.perf_counter) if given["profile"] else None
    if profile is not None:
        profile.enable()
    try:
        await sessions.ask("turn", given["conversation"], given["question"])
    finally:
        if profile is not None:
            profile.disable()
        await sessions.close()
    seconds = moments[-1] - moments[0] if moments else 0.0
    return json.dumps({"seconds": seconds, "deltas": len(moments), "profile": profile and _table(profile)})


def _table(profile: cProfile.Profile) -> str:
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("cumtime").print_stats(60)
    return text.getvalue()
