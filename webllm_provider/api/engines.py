"""The engines behind the API: one beside it, or a pool of them. The application asks no more than this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .._transport import Transport
from .._wire import EngineState, LoadedModel, ModelRecord
from .names import meant
from .problems import no_engine, unknown_model

ANY = frozenset({"", "default", "auto", "webllm"})
"""Names that mean whichever model is loaded."""
NOTHING_LOADED = "A tab offers its engine, and has no model loaded."


class Engines(Protocol):
    """What can answer."""

    def transport(self, client: str, model: str | None = None) -> Transport:
        """The way to an engine, for one request.

        Args:
            client: who asks: each gets a fair turn.
            model: the id of the model that has to answer; None takes any.
        """

    async def states(self) -> Sequence[EngineState]:
        """What each engine has and does now; the ones that could answer first come first."""

    async def records(self) -> Sequence[ModelRecord]:
        """The catalogue: what the engines have, or could load."""

    async def waiting(self) -> int:
        """How many requests wait for their turn."""

    def awaited(self) -> bool:
        """Whether an engine may be about to come: one was there a moment ago, or this host has just begun."""

    async def close(self) -> None:
        """Give up the engines."""


class SingleEngine:
    """One engine, which queues by itself: the page's own, or a server's."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def transport(self, client: str, model: str | None = None) -> Transport:
        return self._transport

    async def states(self) -> Sequence[EngineState]:
        return [await self._transport.status()]

    async def records(self) -> Sequence[ModelRecord]:
        return await self._transport.models()

    async def waiting(self) -> int:
        return sum(state["queued"] for state in await self.states() if state["type"] == "ready")

    def awaited(self) -> bool:
        return False

    async def close(self) -> None:
        await self._transport.close()


def loaded_models(states: Sequence[EngineState]) -> list[LoadedModel]:
    """The models that could answer now, each once."""
    found = {state["model"]["id"]: state["model"] for state in states if state["type"] == "ready"}
    return list(found.values())


async def resolved(engines: Engines, wanted: str | None, default: str | None) -> str | None:
    """The id of the model that a request means; None where it takes any, and one is there or may come.

    Raises:
        Problem: 404 where nobody knows it, 503 where no engine has it.
    """
    name = (wanted or "").strip()
    if name.lower() in ANY:
        name = default or ""
    states = await engines.states()
    loaded = [model["id"] for model in loaded_models(states)]
    if name in loaded:
        return name
    # Where a model is being loaded the request waits for it in the queue.
    loading = [state["model"] for state in states if state["type"] == "loading"]
    if not name:
        if not loaded and not loading and not engines.awaited():
            raise no_engine(NOTHING_LOADED) if states else no_engine()
        return loaded[0] if loaded else None
    known = list(dict.fromkeys([*loaded, *(record["id"] for record in await engines.records())]))
    builds = meant(name, known)
    for one in (*loaded, *loading):
        if one in builds:
            return one
    if builds:
        raise no_engine(f"No engine has {builds[0]} loaded now.")
    if states or known:
        raise unknown_model(name)
    if not engines.awaited():
        raise no_engine()
    return name
