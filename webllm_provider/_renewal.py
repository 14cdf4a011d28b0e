"""One engine whose workers die and are replaced: what their death cut goes on in the next one.

Most that can happen to an engine never comes this far: its worker ends and renews what computes by
itself. This is for the death of that worker: a crash, or a browser that takes its memory away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol, TypeVar, Unpack

from ._client import CLOSED, EngineClient
from ._load import loaded
from ._replay import Replay, replay_of
from ._transport import CREDIT, Command, DeviceChoice, LoadOptions
from ._wire import (
    CompletionBody,
    EngineState,
    LoadedModel,
    ModelRecord,
    QueryResult,
    StreamEvent,
    WireError,
)
from .errors import EngineError, EngineLost, to_llm_error, to_wire_error

T = TypeVar("T")

RENEWALS = 2
"""Workers that may die under one request before it fails; a request may be what kills them."""
STARTING: WireError = {
    "code": "model_not_loaded",
    "message": "The engine's worker is being started.",
    "hint": "Wait for engine.load().",
}


class Worker(Protocol):
    """One life of an engine: `_browser.worker.EngineWorker` in a page."""

    client: EngineClient | None

    @property
    def alive(self) -> bool:
        """Whether it runs and its client is connected."""

    async def start(self) -> EngineClient:
        """Start it; its client has heard the hello."""

    def end(self, error: WireError = CLOSED) -> None:
        """End it, whatever it does."""


class RenewedTransport:
    """`Transport` to an engine that is started anew when its worker dies, at the next thing asked of it.

    Then the model that was there is loaded again, and what was cut goes on: an answer of which nothing
    had come is asked for again; one that had begun is continued where the engine can (`recovered`, then
    the rest), else it fails with `worker_died`. Bounded by `RENEWALS` for each request.

    Args:
        make: a worker that has not started.
    """

    def __init__(self, make: Callable[[], Worker]) -> None:
        self._make = make
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._closed = False
        self._loads: dict[str, tuple[DeviceChoice, LoadOptions]] = {}
        """How each model was asked for."""
        self._reload: asyncio.Task[LoadedModel] | None = None
        self._born = asyncio.Event()

    @property
    def client(self) -> EngineClient | None:
        """The connection to the worker of now, or to the one that died last."""
        return None if self._worker is None else self._worker.client

    @property
    def alive(self) -> bool:
        """Whether its worker runs."""
        return self._worker is not None and self._worker.alive

    async def start(self) -> EngineClient:
        """Start the worker if it does not run, and load again what the one before it had.

        Raises:
            EngineUnavailable: the page does not let a worker start.
            Aborted: the engine was closed.
        """
        # One at a time: of two that find it dead only the first starts another.
        async with self._starting:
            if self._closed:
                raise to_llm_error(CLOSED)
            if self._worker is not None and self._worker.alive and self._worker.client is not None:
                return self._worker.client
            had = self._lost_model()
            self._worker = self._make()
            client = await self._worker.start()
            if had is not None:
                self._load_again(client, had)
                # The load is on its way before whatever is asked next.
                await asyncio.sleep(0)
            self._born.set()
            self._born = asyncio.Event()
            return client

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        return self._carry(replay_of({"type": "complete", "body": body, "credit": CREDIT}))

    async def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Load a model, into a new worker where the old one has died."""
        await self.start()
        self._loads[model] = (device, options)
        command = {"type": "load", "model": model, "device": device, **options}
        async with aclosing(self._carry(replay_of(command))) as events:
            async for event in events:
                yield event

    def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        return self._carry(replay_of(command))

    async def query(self, command: Command) -> QueryResult:
        return await self._ask(lambda client: client.query(command), ready=command["type"] == "embed")

    async def models(self) -> list[ModelRecord]:
        return await self._ask(lambda client: client.models())

    async def status(self) -> EngineState:
        state = await self._ask(lambda client: client.status())
        if state["type"] == "empty" and self._reload is not None:
            # Asked for, but not begun.
            return {"type": "loading", "model": self._reload.get_name(), "fraction": 0.0}
        return state

    async def unload(self) -> EngineState:
        return await self._ask(lambda client: client.unload(), ready=True)

    async def close(self) -> None:
        self._closed = True
        self._born.set()
        if self._worker is not None:
            self._worker.end()

    async def _carry(self, replay: Replay) -> AsyncGenerator[StreamEvent, None]:
        """The events of a command, through as many lives as it may take."""
        deaths = 0
        while deaths <= RENEWALS or replay.waits:
            try:
                client = await self._living(ready=replay.needs_model)
            except EngineError as error:
                if not _died(error):
                    yield {"type": "failure", "error": to_wire_error(error)}
                    return
                replay.cut(to_wire_error(error))
                deaths += 1
                continue
            if (command := replay.resume(client.state)) is None:
                break
            async with aclosing(client.open(command)) as events:
                async for event in events:
                    if event["type"] == "failure" and client.ending is not None and not self._closed:
                        replay.cut(event["error"])
                        break
                    for told in replay.take(event):
                        yield told
                else:
                    return
            deaths += 1
            while replay.waits and not self.alive and not self._closed:
                # Who only listens waits for an engine that others need.
                await self._born.wait()
        yield {"type": "failure", "error": replay.error}

    async def _ask(self, ask: Callable[[EngineClient], Awaitable[T]], *, ready: bool = False) -> T:
        for _ in range(RENEWALS):
            try:
                return await ask(await self._living(ready=ready))
            except EngineLost as error:
                if not _died(error) or self._closed:
                    raise
        return await ask(await self._living(ready=ready))

    async def _living(self, *, ready: bool) -> EngineClient:
        """The client of a worker that lives; with its model loaded again, where that is needed."""
        if self._worker is None:
            raise to_llm_error(CLOSED if self._closed else STARTING)
        client = await self.start()
        if ready and self._reload is not None:
            await asyncio.shield(self._reload)
        return client

    def _lost_model(self) -> str | None:
        """What a worker that died had loaded."""
        if (client := self.client) is None or client.ending is None:
            return None
        return client.state["model"] if client.state["type"] == "lost" else None

    def _load_again(self, client: EngineClient, model: str) -> None:
        device, options = self._loads.get(model, ("auto", {}))
        settings: LoadOptions = {**options, "behind": False}
        events = client.load(model, device, **settings)
        reload = self._reload = asyncio.create_task(loaded(events, model), name=model)

        def over(done: asyncio.Task[LoadedModel]) -> None:
            # Who waits for it hears of its failure; the next one hears what the engine says.
            if self._reload is done:
                self._reload = None
            if not done.cancelled():
                done.exception()

        reload.add_done_callback(over)


def _died(error: EngineError) -> bool:
    return error.code == "worker_died"
