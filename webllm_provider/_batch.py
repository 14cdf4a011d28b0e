"""Reading batches and continued texts: events become results."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from ._running import Events, unended
from ._wire import (
    BatchFinished,
    BatchItemDone,
    EngineIdentity,
    Figures,
    FinishReason,
    StreamEvent,
    TokenUsage,
)
from .errors import to_llm_error


@dataclass(frozen=True)
class TextCompletion:
    """A text that a model went on with.

    Attributes:
        text: what follows the prompt.
        reason: why it ends: "stop", "length", or "abort" where somebody stopped it.
        usage: tokens, counted by the engine.
        figures: times and rates, measured by the engine.
        model: who wrote it, by its id.
        engine: and on what.
    """

    text: str
    reason: FinishReason
    usage: TokenUsage
    figures: Figures
    model: str
    engine: EngineIdentity


class BatchRun(AsyncGenerator[BatchItemDone, None]):
    """A batch that runs. Iterated, it gives each item as it is done; awaited, all in the prompts' order.

    Attributes:
        job: its name; the same name with the same prompts goes on with it.
        finished: how it ended, once it has.
    """

    def __init__(self, job: str, events: Events) -> None:
        self.job = job
        self.finished: BatchFinished | None = None
        self._items = self._read(events)

    def __await__(self) -> Generator[Any, Any, list[BatchItemDone]]:
        return self._all().__await__()

    async def __anext__(self) -> BatchItemDone:
        return await anext(self._items)

    async def asend(self, value: None) -> BatchItemDone:
        return await self._items.asend(value)

    async def athrow(self, *details: Any) -> BatchItemDone:
        return await self._items.athrow(*details)

    async def aclose(self) -> None:
        """Pause the job; what is done is kept."""
        await self._items.aclose()

    async def _all(self) -> list[BatchItemDone]:
        async with aclosing(self._items) as items:
            return sorted([item async for item in items], key=lambda item: item["index"])

    async def _read(self, running: Events) -> AsyncGenerator[BatchItemDone, None]:
        async with aclosing(running) as events:
            async for event in events:
                if event["type"] == "batch_item":
                    yield event
                elif event["type"] == "batch_finished":
                    self.finished = event
                    return
                elif event["type"] == "failure":
                    raise to_llm_error(event["error"])
        raise unended(f"The batch {self.job}")


async def written(running: AsyncGenerator[StreamEvent, None]) -> TextCompletion:
    """Read a text completion to its end.

    Raises:
        EngineError: it failed; what had been written is in `partial`.
    """
    text, started = "", None
    async with aclosing(running) as events:
        async for event in events:
            if event["type"] in ("started", "recovered"):
                started = event
            elif event["type"] == "delta":
                text += event["text"]
            elif event["type"] == "failure":
                raise to_llm_error(event["error"], partial=text)
            elif event["type"] == "finished" and started is not None:
                return TextCompletion(
                    text,
                    event["reason"],
                    event["usage"],
                    event["figures"],
                    started["model"],
                    started["engine"],
                )
    raise unended("The text")


def new_job() -> str:
    """A name that no other job has."""
    return f"batch-{uuid.uuid4()}"
