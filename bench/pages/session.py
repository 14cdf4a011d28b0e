"""What the benchmarks' page runs in Pyodide: one conversation an answer, by the Python worker's sessions."""

from __future__ import annotations

import cProfile
import io
import itertools
import json
import pstats
import time
from collections.abc import Callable
from typing import Any

from webllm_provider import load_model
from webllm_provider.session.create import create_session
from webllm_provider.session.store import MemoryStore
from webllm_provider.session.worker import WorkerSessions

DELTA = "llm:stream_block_delta"
SHOWN = 60
"""Functions in each table of a profile."""
Post = Callable[[str], Any]


class Conversation:
    """A session that is there before its first question."""

    def __init__(self) -> None:
        self.session: Any = None
        self._listener: Callable[[str, dict[str, Any]], None] | None = None

    async def make(self, config: dict[str, Any]) -> float:
        """Make the session; gives the milliseconds that it took."""
        began = time.perf_counter()
        self.session = await create_session(tools=(), provider_config=config, on_event=self._hear)
        return (time.perf_counter() - began) * 1000

    async def hand_over(self, on_event: Callable[[str, dict[str, Any]], None], **options: Any) -> Any:
        """The session, as `WorkerSessions` asks for one."""
        self._listener = on_event
        return self.session

    def _hear(self, name: str, payload: dict[str, Any]) -> None:
        if self._listener is not None:
            self._listener(name, payload)


conversations: list[Conversation] = []


async def load(options: str, post: Post) -> str:
    """Load a model; returns when it answers."""
    given = json.loads(options)
    await load_model(given["model"], device=given["device"])
    return "null"


async def prepare(options: str, post: Post) -> str:
    """Make a fresh conversation; gives the milliseconds that it took."""
    conversations.append(Conversation())
    return json.dumps(await conversations[-1].make(json.loads(options)["config"]))


async def answer(options: str, post: Post) -> str:
    """Answer one question in the prepared conversation. Its messages go to the page as they come.

    Returns:
        What Python itself saw: seconds from the first delta to the last, how many came, a profile if asked.
    """
    given = json.loads(options)
    moments: list[float] = []

    def emit(text: str) -> None:
        post(text)
        if f'"name": "{DELTA}"' in text:
            moments.append(time.perf_counter())

    sessions = WorkerSessions(emit, conversations.pop().hand_over)
    profile = cProfile.Profile(time.perf_counter) if given["profile"] else None
    if profile is not None:
        profile.enable()
    try:
        await sessions.ask("turn", "bench", given["question"])
    finally:
        if profile is not None:
            profile.disable()
    await sessions.close()
    seconds = moments[-1] - moments[0] if moments else 0.0
    return json.dumps({"seconds": seconds, "deltas": len(moments), "profile": profile and table(profile)})


async def talk(options: str, post: Post) -> str:
    """Ask the same questions over and over, until the conversation is nearly `longest` tokens long.

    Returns:
        Of each answer of the model: tokens of its prompt, of itself, of the prompt that were computed, and
        how it ended.
    """
    given = json.loads(options)
    turns: list[dict[str, Any]] = []

    def hear(name: str, payload: dict[str, Any]) -> None:
        if name != "llm:response":
            return
        usage = payload["usage"]
        turns.append(
            {
                "prompt": usage["input_tokens"],
                "answer": usage["output_tokens"],
                "computed": payload["figures"]["prefilled_tokens"],
                "ended": payload["finish_reason"],
            }
        )

    # Short answers leave the window to the conversation: it is not to be compacted.
    config = {"max_tokens": 120}
    session = await create_session(store=MemoryStore(), provider_config=config, on_event=hear)
    try:
        for question in itertools.cycle(given["questions"]):
            await session.execute(question)
            if turns[-1]["prompt"] >= given["longest"]:
                return json.dumps(turns)
    finally:
        await session.cleanup()
    raise AssertionError("A cycle has no end.")


def table(profile: cProfile.Profile) -> str:
    """What was spent where: by each function's own time, and by its time with all that it calls."""
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text)
    for order in ("tottime", "cumtime"):
        stats.sort_stats(order).print_stats(SHOWN)
    return text.getvalue()
