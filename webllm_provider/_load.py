"""Load a model into the engine, from Python."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from ._browser import BridgeTransport
from ._transport import DeviceChoice, Transport
from ._wire import LoadedModel, Progress, StreamEvent
from .errors import StreamBroken, engine_error, to_llm_error

Watcher = Callable[[Progress], Awaitable[None] | None]


async def load_model(
    model: str,
    *,
    device: DeviceChoice = "auto",
    transport: Transport | None = None,
    on_progress: Watcher | None = None,
) -> LoadedModel:
    """Load a model and return what it can do; cancelling the task cancels the load.

    Args:
        model: an id of the catalogue.
        device: "auto" takes WebGPU where it works, else the CPU.
        transport: another way to an engine than the page's bridge.
        on_progress: hears the stages of the load, with `fraction` from 0 to 1.

    Raises:
        EngineError: the model could not be loaded; see `errors.py`.
    """
    way = transport or BridgeTransport()
    return await loaded(way.load(model, device), model, on_progress)


async def loaded(
    load: AsyncGenerator[StreamEvent, None], model: str, on_progress: Watcher | None = None
) -> LoadedModel:
    """Read the events of a load to their end; what it ends with is returned or raised."""
    async with aclosing(load) as events:
        async for event in events:
            if event["type"] == "progress" and on_progress is not None:
                told = on_progress(event)
                if inspect.isawaitable(told):
                    await told
            elif event["type"] == "loaded":
                return event["model"]
            elif event["type"] == "failure":
                raise to_llm_error(event["error"], model=model)
    sentence = f"The load of {model} ended without a result."
    raise engine_error("engine_failed", sentence, model=model, kind=StreamBroken)
