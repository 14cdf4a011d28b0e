"""An engine for anybody's Pyodide page: `connect()` starts the worker that this package carries."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self, Unpack

from ._browser.publication import Publication, publish, withdraw
from ._browser.scope import browser_scope
from ._browser.worker import EngineWorker
from ._commands import EngineCommands
from ._load import Loading
from ._renewal import RenewedTransport
from ._running import Watcher
from ._sources import EngineSources, default_sources, package_file, worker_sources
from ._transport import Command, DeviceChoice, LoadOptions
from ._wire import CompletionBody, LoadedModel, QueryResult, StreamEvent
from .errors import ModelNotFound, engine_error

WORKER_FILE = "engine-worker.js"
DEMO_MODELS = "webllm-demo-"


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


class Engine(EngineCommands):
    """An engine in a worker of its own, made by `connect()`: all its commands, a `Transport`, and an async
    context manager.

    When its worker dies, the next request starts another and loads the model again, and what ran goes on
    in it: see `_renewal.py`.

    Attributes:
        sources: where the engines' files come from.
    """

    def __init__(self, sources: EngineSources) -> None:
        self.sources = sources
        self.publication: Publication | None = None
        self._room = RenewedTransport(
            lambda: EngineWorker(package_file(WORKER_FILE), worker_sources(self.sources))
        )
        self._wanted: tuple[str, DeviceChoice] | None = None
        super().__init__(self._room)

    @property
    def alive(self) -> bool:
        """Whether its worker runs."""
        return self._room.alive

    @property
    def model(self) -> LoadedModel | None:
        """What is loaded now, or None."""
        client = self._room.client
        return client.state["model"] if client is not None and client.state["type"] == "ready" else None

    async def start(self) -> None:
        """Start the worker if it does not run.

        Raises:
            EngineUnavailable: the page does not let a worker start.
            Aborted: the engine was closed.
        """
        await self._room.start()

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """Events of one completion, as `Transport` says."""
        return self._room.stream(body)

    def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        """Events of an opening of the wire, as `Transport` says."""
        return self._room.open(command)

    async def query(self, command: Command) -> QueryResult:
        """The result of a query of the wire, as `Transport` says."""
        return await self._room.query(command)

    def load(
        self,
        model: str | None = None,
        device: DeviceChoice | None = None,
        *,
        on_progress: Watcher | None = None,
        **options: Unpack[LoadOptions],
    ) -> Loading:
        """Load a model, as `EngineCommands.load` says.

        Args:
            model: an id of the catalogue; None loads the last one again.
            device: None takes the one of the last load, "auto" at first.

        Raises:
            ModelNotLoaded: there was no last one.
        """
        last_model, last_device = self._wanted or (None, "auto")
        wanted = model or last_model
        if wanted is None:
            raise engine_error("model_not_loaded", "No model was named.", hint="await engine.load(MODEL_ID)")
        if self.sources.demo is None and wanted.startswith(DEMO_MODELS):
            raise engine_error(
                "model_not_found",
                f"{wanted} is the demo model, which lies only beside a site of this project.",
                hint="Say where: sources=EngineSources(demo='https://your.site/models/demo/').",
                model=wanted,
                kind=ModelNotFound,
            )
        self._wanted = (wanted, device or last_device)
        return super().load(*self._wanted, on_progress=on_progress, **options)

    async def close(self) -> None:
        """End the worker and take the bridge's functions away. Safe to repeat."""
        if self.publication is not None:
            withdraw(self.publication)
            self.publication = None
        await self._room.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
