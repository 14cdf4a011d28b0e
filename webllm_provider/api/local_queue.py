"""The queue of one process: fair among clients, limited, nothing lost, nothing answered twice."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from .._wire import WireError
from .channel import Channel
from .queueing import (
    CLOSED,
    ORPHANED,
    TRIES,
    EngineFacts,
    Event,
    Job,
    Worker,
    failed,
    too_many,
    too_many_of_one,
)


@dataclass(eq=False)
class LocalTicket:
    """A job, from its submission to its end."""

    job: Job
    queue: LocalQueue
    events: Channel[Event] = field(default_factory=Channel)
    losses: int = 0
    gone: bool = False
    _stop: Callable[[], object] | None = None

    async def put(self, event: Event) -> None:
        if not self.gone:
            await self.events.put(event)

    async def end(self) -> None:
        self.events.close()

    def fail(self, event: Event) -> None:
        self.events.fail(event)

    async def give_back(self, error: WireError) -> None:
        self.losses += 1
        self._stop = None
        if self.gone or self.losses >= TRIES:
            await self.put(failed(error))
            await self.end()
        else:
            self.queue.again(self)

    def when_gone(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        if self.gone:
            stop()

    def leave(self) -> None:
        """The reader goes."""
        self.gone = True
        self.events.close()
        if self._stop is not None:
            self._stop()


class LocalQueue:
    """Jobs wait in one line a client; the clients take turns.

    Args:
        limit: jobs that may wait.
        client_limit: jobs of one client that may wait or run.
        orphan_timeout: seconds that a job waits when no engine has its model.
    """

    def __init__(self, *, limit: int = 256, client_limit: int = 32, orphan_timeout: float = 30.0) -> None:
        self._limit = limit
        self._client_limit = client_limit
        self._orphan_timeout = orphan_timeout
        self._waiting: OrderedDict[str, deque[LocalTicket]] = OrderedDict()
        self._count: dict[str, int] = {}
        self._idle: dict[Worker, asyncio.Future[LocalTicket]] = {}
        self._workers: set[Worker] = set()
        self._watches: dict[LocalTicket, asyncio.TimerHandle] = {}

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return sum(len(line) for line in self._waiting.values())

    def watch(self, tell: Callable[[], object]) -> None:
        """There is no other process."""

    async def elsewhere(self) -> Sequence[EngineFacts]:
        """There is no other process."""
        return ()

    async def submit(self, job: Job) -> AsyncGenerator[Event, None]:
        ticket = self._enter(job)
        try:
            while (event := await ticket.events.get()) is not None:
                yield event
        finally:
            self._leave(ticket)

    async def take(self, worker: Worker) -> LocalTicket:
        taken: asyncio.Future[LocalTicket] = asyncio.get_running_loop().create_future()
        self._idle[worker] = taken
        self._match()
        try:
            return await taken
        except asyncio.CancelledError:
            if taken.done() and not taken.cancelled():
                # It was given a job in the very turn in which it went.
                self.again(taken.result())
            raise
        finally:
            self._idle.pop(worker, None)

    def join(self, worker: Worker) -> None:
        """A worker has come: its jobs wait for it also while it is busy."""
        self._workers.add(worker)
        self.changed()

    def part(self, worker: Worker) -> None:
        """A worker has gone."""
        self._workers.discard(worker)
        self.changed()

    def changed(self) -> None:
        self._match()
        for line in self._waiting.values():
            for ticket in line:
                self._watch(ticket)

    def again(self, ticket: LocalTicket) -> None:
        """Put a job back before all others of its client."""
        if ticket.gone:
            return
        self._waiting.setdefault(ticket.job.client, deque()).appendleft(ticket)
        self._waiting.move_to_end(ticket.job.client, last=False)
        self._wait(ticket)

    async def close(self) -> None:
        for line in list(self._waiting.values()):
            for ticket in list(line):
                await ticket.put(failed(CLOSED))
                await ticket.end()
        self._waiting.clear()
        for watch in self._watches.values():
            watch.cancel()

    def _enter(self, job: Job) -> LocalTicket:
        mine = self._count.get(job.client, 0)
        if mine >= self._client_limit:
            raise too_many_of_one(mine, self._client_limit)
        if self.waiting >= self._limit:
            raise too_many(self._limit)
        ticket = LocalTicket(job, self)
        self._count[job.client] = mine + 1
        self._waiting.setdefault(job.client, deque()).append(ticket)
        self._wait(ticket)
        return ticket

    def _leave(self, ticket: LocalTicket) -> None:
        client = ticket.job.client
        self._count[client] -= 1
        if not self._count[client]:
            del self._count[client]
        self._unwatch(ticket)
        line = self._waiting.get(client)
        if line is not None and ticket in line:
            line.remove(ticket)
            if not line:
                del self._waiting[client]
        ticket.leave()

    def _wait(self, ticket: LocalTicket) -> None:
        """A job has joined its line: somebody may be free, or nobody able."""
        self._match()
        if ticket in self._waiting.get(ticket.job.client, ()):
            self._watch(ticket)

    def _match(self) -> None:
        for worker, taken in list(self._idle.items()):
            if not taken.done() and (ticket := self._next_for(worker)) is not None:
                taken.set_result(ticket)

    def _next_for(self, worker: Worker) -> LocalTicket | None:
        for client, line in self._waiting.items():
            ticket = next((one for one in line if worker.can(one.job)), None)
            if ticket is None:
                continue
            line.remove(ticket)
            self._unwatch(ticket)
            # The others come first now.
            self._waiting.move_to_end(client)
            if not line:
                del self._waiting[client]
            return ticket
        return None

    def _watch(self, ticket: LocalTicket) -> None:
        """A job that nobody can do waits for a while, not for ever."""
        if any(worker.might(ticket.job) for worker in self._workers):
            self._unwatch(ticket)
        elif ticket not in self._watches:
            loop = asyncio.get_running_loop()
            self._watches[ticket] = loop.call_later(self._orphan_timeout, self._orphaned, ticket)

    def _unwatch(self, ticket: LocalTicket) -> None:
        if (watch := self._watches.pop(ticket, None)) is not None:
            watch.cancel()

    def _orphaned(self, ticket: LocalTicket) -> None:
        self._watches.pop(ticket, None)
        line = self._waiting.get(ticket.job.client)
        if line is None or ticket not in line:
            return
        line.remove(ticket)
        if not line:
            del self._waiting[ticket.job.client]
        ticket.events.fail(failed(ORPHANED))
