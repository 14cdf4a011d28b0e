"""The queue between requests and engines, as both sides see it (pure). `local_queue.py` is one, in a process;
`redis_queue.py` is one that several processes share.

    submit(job) ---> waits for its turn ---> take(worker) by an engine that has the model
        <--- events, one by one, as fast as the reader takes them <--- Ticket.put(event)

A job ends once: with its last event, or because its reader has gone. An engine that is lost before its
first word gives the job back; behind it the reader gets the error.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .._wire import EngineState, ModelRecord, StreamEvent, WireError
from ..errors import EngineError, to_llm_error

Event = dict[str, Any]
"""A `StreamEvent`, or `{"type": "result", "result": QueryResult}` as the only event of a query."""

TRIES = 3
"""Engines that may lose one job."""

CLOSED: WireError = {"code": "aborted", "message": "The server is ending."}
ORPHANED: WireError = {
    "code": "model_not_loaded",
    "message": "No engine came for this request in time.",
    "hint": "Open the page, load a model, and offer it to this server.",
}


@dataclass(frozen=True)
class Job:
    """One command for an engine.

    Attributes:
        client: who asks.
        model: who may answer; None takes any.
        command: of the wire, without id and epoch.
    """

    client: str
    model: str | None
    command: dict[str, Any]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True)
class EngineFacts:
    """What the API tells of an engine, wherever it is connected."""

    state: EngineState
    records: Sequence[ModelRecord]
    busy: bool


@dataclass(eq=False)
class Worker:
    """An engine that takes jobs, one at a time.

    Attributes:
        models: the ids of the models that it has loaded now.
        coming: those that it is loading.
        facts: what other processes are told of it; None where it is nobody else's business.
    """

    models: Callable[[], Collection[str]]
    coming: Callable[[], Collection[str]] = tuple
    facts: Callable[[], EngineFacts | None] = lambda: None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def can(self, job: Job) -> bool:
        """Whether it has the model of a job."""
        return bool(self.models()) if job.model is None else job.model in self.models()

    def might(self, job: Job) -> bool:
        """Whether it can, or will be able to."""
        return self.can(job) or (bool(self.coming()) if job.model is None else job.model in self.coming())


class Ticket(Protocol):
    """A job in the hands of a worker."""

    job: Job

    async def put(self, event: Event) -> None:
        """Hand an event to the reader; waits while the reader is slow."""

    async def end(self) -> None:
        """There are no more events."""

    def fail(self, event: Event) -> None:
        """Hand over a last event, without waiting for the reader, and end."""

    async def give_back(self, error: WireError) -> None:
        """Let another engine try; after some tries the reader gets the error."""

    def when_gone(self, stop: Callable[[], object]) -> None:
        """Call this when the reader has gone."""


class WorkQueue(Protocol):
    """What stands between requests and engines."""

    @property
    def waiting(self) -> int:
        """How many jobs of this process wait."""

    def watch(self, tell: Callable[[], object]) -> None:
        """Call this when the engines of other processes have changed."""

    async def elsewhere(self) -> Sequence[EngineFacts]:
        """The engines that are connected to other processes."""

    def submit(self, job: Job) -> AsyncGenerator[Event, None]:
        """The events of a job; closing the generator ends it in the engine.

        Raises:
            EngineError: too many jobs wait.
        """

    async def take(self, worker: Worker) -> Ticket:
        """Wait for the next job that this worker can do."""

    def join(self, worker: Worker) -> None:
        """A worker has come."""

    def part(self, worker: Worker) -> None:
        """A worker has gone."""

    def changed(self) -> None:
        """Some worker has another model now."""

    async def close(self) -> None:
        """End what waits."""


def failed(error: WireError) -> Event:
    """The event of a job that failed."""
    event: StreamEvent = {"type": "failure", "error": error}
    return dict(event)


def too_many_of_one(under_way: int, limit: int) -> EngineError:
    """One client asks for more than its share."""
    return to_llm_error(
        {
            "code": "rate_limited",
            "message": f"This client has {under_way} requests under way already.",
            "hint": "Wait for some of them.",
            "details": {"retry_after": 1.0, "limit": limit},
        }
    )


def too_many(limit: int) -> EngineError:
    """All clients together ask for more than can wait."""
    return to_llm_error(
        {
            "code": "busy",
            "message": f"{limit} requests wait for an engine already.",
            "hint": "Ask again later.",
            "details": {"retry_after": 1.0, "limit": limit},
        }
    )
