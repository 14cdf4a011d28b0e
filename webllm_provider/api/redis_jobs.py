"""The reader's half of a job in the shared queue: what has been heard of it, and what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .._wire import WireError
from .channel import Channel
from .queueing import TRIES, Event, Job, failed

LOST: WireError = {
    "code": "worker_died",
    "message": "The server of the engine has gone.",
    "hint": "Ask again: another engine answers, or this one when it is back.",
}


@dataclass(eq=False)
class ReadJob:
    """One job that a reader of this process waits for.

    Attributes:
        attempt: the one that is heard; older ones are not.
        worker: who has taken it; None while it waits.
        entered: Redis knows it.
        shown: something of the answer has been handed on: nobody may answer it again.
        idle_since: when it was last seen that nobody could do it.
    """

    job: Job
    events: Channel[Event] = field(default_factory=Channel)
    attempt: int = 1
    worker: str | None = None
    shown: bool = False
    entered: bool = False
    over: bool = False
    idle_since: float | None = None
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it no longer stands in line: the next job of its client may."""

    def hear(self, kind: str, said: Mapping[str, Any]) -> bool:
        """Take what a worker says. True: the job was given back, and needs another attempt."""
        match kind:
            case "taken":
                self.worker = str(said["worker"])
                self.taken.set()
            case "event":
                self.shown = True
                if not self.over:
                    self.events.add(dict(said))
            case "last":
                self.finish(dict(said))
            case "back":
                return self.lost(cast(WireError, dict(said)))
            case "end":
                self.finish(None)
        return False

    def lost(self, error: WireError) -> bool:
        """Its engine has gone. True: another may try; otherwise the reader has its error now."""
        if self.shown or self.attempt >= TRIES:
            self.finish(failed(error))
            return False
        return True

    def again(self) -> None:
        """Begin another attempt."""
        self.attempt += 1
        self.worker = None

    def finish(self, last: Event | None) -> None:
        """There are no more events."""
        if self.over:
            return
        self.over = True
        self.taken.set()
        if last is not None:
            self.events.fail(last)
        self.events.close()
