"""Load a model into the engine, from Python."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial
from typing import Unpack, cast

from ._browser import BridgeTransport
from ._running import Running, Watcher, conclusion
from ._transport import DeviceChoice, LoadOptions, Transport
from ._wire import LoadedModel, StreamEvent

Loading = Running[LoadedModel]
"""A load that can be awaited, for its model, or iterated, for its events."""


async def load_model(
    model: str,
    *,
    device: DeviceChoice = "auto",
    transport: Transport | None = None,
    on_progress: Watcher | None = None,
    **options: Unpack[LoadOptions],
) -> LoadedModel:
    """Load a model and return what it can do; cancelling the task cancels the load.

    Args:
        model: an id of the catalogue.
        device: "auto" takes WebGPU where it works, else the CPU.
        transport: another way to an engine than the page's bridge.
        on_progress: hears the stages of the load, with `fraction` from 0 to 1.
        **options: see `LoadOptions`.

    Raises:
        EngineError: the model could not be loaded; see `errors.py`.
    """
    way = transport or BridgeTransport()
    return await loaded(way.load(model, device, **options), model, on_progress)


async def loaded(
    load: AsyncGenerator[StreamEvent, None], model: str, on_progress: Watcher | None = None
) -> LoadedModel:
    """Read the events of a load to their end; what it ends with is returned or raised."""
    event = await conclusion(load, "loaded", f"The load of {model}", on_progress, model=model)
    return cast(LoadedModel, event["model"])


def loading(
    load: AsyncGenerator[StreamEvent, None], model: str, on_progress: Watcher | None = None
) -> Loading:
    """A load to await or to iterate."""
    return Running(load, partial(loaded, model=model, on_progress=on_progress))
