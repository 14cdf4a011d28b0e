"""The seam between the provider and whatever computes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Literal, Protocol

from ._wire import CompletionBody, EngineState, ModelRecord, StreamEvent

DeviceChoice = Literal["auto", "webgpu", "cpu"]


class Transport(Protocol):
    """One way to an engine. `testing.ScriptedTransport` is a complete one without an engine.

    Failures of the engine are events, not exceptions: the last event of a stream is `finished` (or
    `loaded`), or `failure`. An exception means that the transport itself is not usable.
    """

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """Run one completion: started, deltas, finished.

        An async generator. Closing it, or cancelling the task that waits on it, cancels this one
        completion in the engine before anything else happens.
        """

    def load(self, model: str, device: DeviceChoice = "auto") -> AsyncGenerator[StreamEvent, None]:
        """Load a model: progress, loaded. Cancelled like a completion."""

    async def models(self) -> list[ModelRecord]:
        """The catalogue."""

    async def status(self) -> EngineState:
        """What the engine has and does now."""

    async def close(self) -> None:
        """Give up what the transport holds. Safe to repeat."""
