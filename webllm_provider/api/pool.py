"""The engines of browser tabs, connected over sockets: who is there, what each has, and who works on what."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Unpack, cast

from .._client import EngineClient
from .._transport import CREDIT, Command, DeviceChoice, LoadOptions
from .._wire import (
    CompletionBody,
    EngineState,
    ModelRecord,
    QueryResult,
    StreamEvent,
    WireError,
)
from ..errors import EngineError, engine_error, to_llm_error
from .local_queue import LocalQueue
from .queueing import EngineFacts, Job, Worker, WorkQueue
from .settings import Settings
from .working import QUERIES, work

logger = logging.getLogger(__name__)

ANSWERED_WITHIN_S = 20.0
OWN_WILL: WireError = {
    "code": "unsupported",
    "message": "A tab decides by itself which model it loads.",
    "hint": "Load the model in the tab that offers its engine.",
}


@dataclass(eq=False)
class PooledEngine:
    """One tab's engine."""

    client: EngineClient
    records: Sequence[ModelRecord] = ()
    busy: bool = False

    def facts(self) -> EngineFacts:
        """What the API tells of it."""
        return EngineFacts(self.client.state, self.records, self.busy)

    def models(self) -> list[str]:
        """What it has loaded."""
        state = self.client.state
        return [state["model"]["id"]] if state["type"] == "ready" and self.client.ending is None else []

    def coming(self) -> list[str]:
        """What it is loading."""
        state = self.client.state
        return [state["model"]] if state["type"] == "loading" and self.client.ending is None else []


class EnginePool:
    """`Engines` of tabs.

    Args:
        settings: limits.
        queue: what distributes the requests; of this process by default.
    """

    def __init__(self, settings: Settings | None = None, queue: WorkQueue | None = None) -> None:
        self.settings = Settings() if settings is None else settings
        self.queue: WorkQueue = queue or LocalQueue(
            limit=self.settings.queue_limit,
            client_limit=self.settings.client_limit,
            orphan_timeout=self.settings.orphan_timeout,
        )
        self.engines: list[PooledEngine] = []
        self._seen = time.monotonic()
        """When an engine was last there. The beginning counts: engines come back by themselves."""
        self._watchers: set[Callable[[], object]] = set()
        self.queue.watch(self._tell)

    def transport(self, client: str, model: str | None = None) -> PooledTransport:
        return PooledTransport(self, client, model)

    async def states(self) -> Sequence[EngineState]:
        every = [*(engine.facts() for engine in self.engines), *await self.queue.elsewhere()]
        return [facts.state for facts in sorted(every, key=lambda facts: facts.busy)]

    async def records(self) -> Sequence[ModelRecord]:
        every = [*(engine.records for engine in self.engines)]
        every += [facts.records for facts in await self.queue.elsewhere()]
        found = {record["id"]: record for records in every for record in records}
        return list(found.values())

    async def waiting(self) -> int:
        return self.queue.waiting

    def awaited(self) -> bool:
        return time.monotonic() - self._seen < self.settings.orphan_timeout

    async def close(self) -> None:
        await self.queue.close()
        for engine in list(self.engines):
            engine.client.end({"code": "aborted", "message": "The server is ending."})
            self.told()

    def told(self) -> None:
        """An engine has said something: its state may be another."""
        self.queue.changed()
        self._tell()

    def _tell(self) -> None:
        for tell in list(self._watchers):
            tell()

    def watch(self, tell: Callable[[], object]) -> Callable[[], None]:
        """Call this when an engine's state may have changed; gives what ends it."""
        self._watchers.add(tell)
        return lambda: self._watchers.discard(tell)

    async def serve(self, client: EngineClient) -> None:
        """Let an engine work until its connection ends.

        Raises:
            EngineError: there are too many, or it did not say hello.
        """
        await client.ready
        engine = PooledEngine(client)
        worker = Worker(engine.models, engine.coming, engine.facts)
        with suppress(EngineError, TimeoutError):
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                engine.records = await client.models()
        # Asked where it joins: many may have come in the meantime.
        if len(self.engines) >= self.settings.engine_limit:
            raise engine_error("busy", f"{self.settings.engine_limit} engines are connected already.")
        self.engines.append(engine)
        try:
            self.queue.join(worker)
            self.told()
            while client.ending is None:
                ticket = await self.queue.take(worker)
                engine.busy = True
                try:
                    await work(client, ticket)
                finally:
                    engine.busy = False
        finally:
            self.engines.remove(engine)
            self._seen = time.monotonic()
            self.queue.part(worker)
            self.told()


class PooledTransport:
    """A `Transport` over the pool, for one client and one model."""

    def __init__(self, pool: EnginePool, client: str, model: str | None) -> None:
        self._pool = pool
        self._client = client
        self._model = model

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        return self.open({"type": "complete", "body": body, "credit": CREDIT})

    async def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        body = command.get("body", {})
        job = Job(self._client, self._model or body.get("model"), dict(command))
        async with aclosing(self._pool.queue.submit(job)) as events:
            async for event in events:
                yield cast(StreamEvent, event)

    async def query(self, command: Command) -> QueryResult:
        if command["type"] not in QUERIES:
            raise engine_error("unsupported", f"A tab's engine is not asked for {command['type']} from here.")
        job = Job(self._client, self._model or command.get("model"), dict(command))
        async with aclosing(self._pool.queue.submit(job)) as events:
            async for event in events:
                if event["type"] == "result":
                    return cast(QueryResult, event["result"])
                if event["type"] == "failure":
                    raise to_llm_error(cast(WireError, event["error"]), model=self._model)
        raise engine_error("internal", "The engine gave no answer.")

    async def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        yield {"type": "failure", "error": OWN_WILL}

    async def unload(self) -> EngineState:
        raise to_llm_error(OWN_WILL)

    async def models(self) -> list[ModelRecord]:
        return list(await self._pool.records())

    async def status(self) -> EngineState:
        states = await self._pool.states()
        ready = [one for one in states if one["type"] == "ready"]
        named = [one for one in ready if self._model is None or one["model"]["id"] == self._model]
        if named:
            return {**named[0], "queued": self._pool.queue.waiting}
        loading = [one for one in states if one["type"] == "loading"]
        return loading[0] if loading else {"type": "empty"}

    async def close(self) -> None:
        """The pool is others' too."""
