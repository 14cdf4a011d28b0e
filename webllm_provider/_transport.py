"""The seam between the provider and whatever computes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Literal, Protocol, TypedDict, Unpack

from ._wire import CompletionBody, EngineState, ModelOverrides, ModelRecord, QueryResult, StreamEvent

DeviceChoice = Literal["auto", "webgpu", "cpu"]

Command = Mapping[str, Any]
"""An `Opening` or a `Query` of the wire without its id and epoch, which the transport adds."""

CREDIT = 8
"""Batches that an engine may send ahead of what was read."""


class LoadOptions(TypedDict, total=False):
    """How a model is to be loaded.

    Attributes:
        behind: keep answering with the model that is there until this one is ready.
        overrides: values that are taken in place of the model's own configuration.
        metered_ok: the user agrees to download over a connection that costs.
    """

    behind: bool
    overrides: ModelOverrides
    metered_ok: bool


class Transport(Protocol):
    """One way to an engine. `testing.ScriptedTransport` is a complete one without an engine.

    Failures of the engine are events, not exceptions: the last event of a stream is `finished` (or
    `loaded`, `fetched` ...), or `failure`. An exception means that the transport itself is not usable.
    What is no stream raises the error that the engine gives as its answer.
    """

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """Run one completion: started, deltas, finished.

        An async generator. Closing it, or cancelling the task that waits on it, cancels this one
        completion in the engine before anything else happens.
        """

    def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Load a model: progress, loaded. Cancelled like a completion."""

    def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        """Run what the engine room does in a stream: a download, a batch, its events. Cancelled alike."""

    async def query(self, command: Command) -> QueryResult:
        """Ask the engine room."""

    async def models(self) -> list[ModelRecord]:
        """The catalogue."""

    async def status(self) -> EngineState:
        """What the engine has and does now."""

    async def unload(self) -> EngineState:
        """Give the loaded model's memory back."""

    async def close(self) -> None:
        """Give up what the transport holds. Safe to repeat."""
