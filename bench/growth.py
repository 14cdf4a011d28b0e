"""Growth: what one more turn costs in a conversation that is a hundred times as long, on CPython.

A session with its loop, context, hooks and provider takes a question; a scripted engine answers with a word.
The engine has to be sent the whole conversation, so the time grows with the history, and may not grow faster.
"""

from __future__ import annotations

import asyncio
import dataclasses
import platform
import time
from importlib.metadata import version

from bench.conditions import taken_now
from bench.figure import Figure, paired
from bench.results import Result
from webllm_provider.session.create import create_session
from webllm_provider.session.store import MemoryStore
from webllm_provider.testing import ScriptedTransport, answer, loaded_model

FEW = 10
LENGTHS = (100, 1_000)
TEXT = "It says one word after another, quickly, without end. " * 3
WINDOW = 1_000_000
"""Tokens: nothing falls out of the context."""
TURNS = 5


def _history(messages: int) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[place % 2], "content": f"{place} {TEXT}"} for place in range(messages)]


async def _turn_ms(messages: int) -> float:
    """Milliseconds of one turn behind so many messages; the fastest of a few."""
    model = loaded_model(context_window=WINDOW)
    transport = ScriptedTransport(respond=lambda _: answer("Yes."), model=model)
    session = await create_session(
        transport=transport, messages=_history(messages), store=MemoryStore(), tools=()
    )
    try:
        taken = []
        for _ in range(TURNS):
            began = time.perf_counter()
            await session.execute("And then?")
            taken.append((time.perf_counter() - began) * 1000)
        sent = transport.bodies[-1]["messages"]
        if len(sent) <= messages:
            raise RuntimeError(
                f"Only {len(sent)} of {messages} messages were sent: not what is to be measured."
            )
        return min(taken)
    finally:
        await session.cleanup()


def run(pairs: int) -> Result:
    """Measure a turn behind 100 and 1,000 messages beside one behind 10."""
    asyncio.run(_turn_ms(FEW))  # the first one imports
    figures = [_figure(length, pairs) for length in LENGTHS]
    versions = {"CPython": platform.python_version(), "amplifier-core": version("amplifier-core")}
    return Result("growth", figures, dataclasses.replace(taken_now(None), versions=versions))


def _figure(length: int, pairs: int) -> Figure:
    return paired(
        f"A turn behind {length:,} messages of history",
        "ms",
        "lower",
        [(asyncio.run(_turn_ms(length)), asyncio.run(_turn_ms(FEW))) for _ in range(pairs)],
        beside=f"behind {FEW}",
        goal=f"at most {length // FEW} x: no faster than the history",
    )
