"""An engine for anybody's Pyodide page: `connect()` starts the worker that this package carries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from types import TracebackType
from typing import Any, Self

from ._browser.publication import Publication, publish, withdraw
from ._browser.scope import browser_scope
from ._browser.worker import EngineWorker
from ._client import CLOSED, EngineClient
from ._load import Watcher, loaded
from ._sources import EngineSources, default_sources, package_file, worker_sources
from ._transport import DeviceChoice
from ._wire import CompletionBody, EngineState, LoadedModel, ModelRecord, StreamEvent, WireError
from .errors import ModelNotFound, engine_error, to_llm_error

WORKER_FILE = "engine-worker.js"
DEMO_MODELS = "webllm-demo-"
STARTING: WireError = {
    "code": "model_not_loaded",
    "message": "The engine's worker is being started.",
    "hint": "Wait for engine.load().",
}


async def connect(
    model: str | None = None,
    *,
    device: DeviceChoice = "auto",
    on_progress: Watcher | None = None,
    sources: EngineSources | None = None,
) -> Engine:
    """Start an engine beside this page's Python and load a model into it.

    The page needs no script of its own. Afterwards the bridge's functions stand on `globalThis`:
    `create_session()`, and `provider-webllm` in a mount plan, answer through this engine. A second engine
    stands before the first until it is closed; each also works by itself, as a transport.

    Args:
        model: an id of the catalogue; None starts the engine without a model.
        device: "auto" takes WebGPU where it works, else the CPU.
        on_progress: hears the stages of the load, with `fraction` from 0 to 1.
        sources: where the engines' own files are. By default beside the site that the package was
            installed from, and where that has none, the pinned versions on a public CDN.

    Returns:
        The engine; `close()`, or the end of `async with`, ends its worker.

    Raises:
        BridgeMissing: this Python does not run in a browser; the sentence names what works there.
        EngineUnavailable: the page does not let a worker start, or the package was not built.
        EngineError: the model could not be loaded; see `errors.py`. Nothing is left running then, nor when
            the task is cancelled.
    """
    browser_scope()
    engine = Engine(await default_sources() if sources is None else sources)
    try:
        await engine.start()
        if model is not None:
            await engine.load(model, device, on_progress=on_progress)
        engine.publication = publish(engine)
    except BaseException:
        await engine.close()
        raise
    return engine


class Engine:
    """An engine in a worker of its own, made by `connect()`: a `Transport`, and an async context manager.

    When its worker dies, what runs fails with `worker_died`, and so does what is asked then, until
    `await engine.load()` has started another.

    Attributes:
        sources: where the engines' files come from.
    """

    def __init__(self, sources: EngineSources) -> None:
        self.sources = sources
        self.publication: Publication | None = None
        self._worker: EngineWorker | None = None
        self._starting = asyncio.Lock()
        self._closed = False
        self._wanted: tuple[str, DeviceChoice] | None = None

    @property
    def alive(self) -> bool:
        """Whether its worker runs."""
        return self._worker is not None and self._worker.alive

    @property
    def model(self) -> LoadedModel | None:
        """What is loaded now, or None."""
        client = self._client()
        return client.state["model"] if client is not None and client.state["type"] == "ready" else None

    async def start(self) -> None:
        """Start the worker if it does not run.

        Raises:
            EngineUnavailable: the page does not let a worker start.
            Aborted: the engine was closed.
        """
        # One at a time: of two that find it dead only the first starts another.
        async with self._starting:
            if self._closed:
                raise to_llm_error(CLOSED)
            if self.alive:
                return
            worker = self._worker = EngineWorker(package_file(WORKER_FILE), worker_sources(self.sources))
            await worker.start()

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """Events of one completion, as `Transport` says."""
        client = self._client()
        return _failing(self._absence()) if client is None else client.stream(body)

    def load(
        self,
        model: str | None = None,
        device: DeviceChoice | None = None,
        *,
        on_progress: Watcher | None = None,
    ) -> Loading:
        """Load a model, into a new worker where the old one has died.

        Awaited, it gives the loaded model or raises; iterated, it gives the events, as `Transport` says.

        Args:
            model: an id of the catalogue; None loads the last one again.
            device: None takes the one of the last load, "auto" at first.
            on_progress: hears the stages, where the load is awaited.

        Raises:
            ModelNotLoaded: there was no last one.
        """
        last_model, last_device = self._wanted or (None, "auto")
        wanted = model or last_model
        if wanted is None:
            raise engine_error("model_not_loaded", "No model was named.", hint="await engine.load(MODEL_ID)")
        self._wanted = (wanted, device or last_device)
        return Loading(self._load(*self._wanted), wanted, on_progress)

    async def models(self) -> list[ModelRecord]:
        """The catalogue."""
        return await self._living().models()

    async def status(self) -> EngineState:
        """What the engine has and does now."""
        return await self._living().status()

    async def close(self) -> None:
        """End the worker and take the bridge's functions away. Safe to repeat."""
        self._closed = True
        if self.publication is not None:
            withdraw(self.publication)
            self.publication = None
        if self._worker is not None:
            self._worker.end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _load(self, model: str, device: DeviceChoice) -> AsyncGenerator[StreamEvent, None]:
        if self.sources.demo is None and model.startswith(DEMO_MODELS):
            raise engine_error(
                "model_not_found",
                f"{model} is the demo model, which lies only beside a site of this project.",
                hint="Say where: sources=EngineSources(demo='https://your.site/models/demo/').",
                model=model,
                kind=ModelNotFound,
            )
        await self.start()
        events = self._living().load(model, device)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    def _client(self) -> EngineClient | None:
        return None if self._worker is None else self._worker.client

    def _living(self) -> EngineClient:
        client = self._client()
        if client is None:
            raise to_llm_error(self._absence())
        return client

    def _absence(self) -> WireError:
        """Why there is nobody to ask: it was closed, or its next worker is not there yet."""
        return CLOSED if self._closed else STARTING


class Loading(AsyncGenerator[StreamEvent, None]):
    """A load that can be awaited, for its model, or iterated, for its events."""

    def __init__(
        self, events: AsyncGenerator[StreamEvent, None], model: str, on_progress: Watcher | None
    ) -> None:
        self._events = events
        self._model = model
        self._on_progress = on_progress

    def __await__(self) -> Generator[Any, Any, LoadedModel]:
        return loaded(self._events, self._model, self._on_progress).__await__()

    async def __anext__(self) -> StreamEvent:
        return await anext(self._events)

    async def asend(self, value: None) -> StreamEvent:
        return await self._events.asend(value)

    async def athrow(self, *details: Any) -> StreamEvent:
        return await self._events.athrow(*details)

    async def aclose(self) -> None:
        await self._events.aclose()


async def _failing(error: WireError) -> AsyncGenerator[StreamEvent, None]:
    yield {"type": "failure", "error": error}
