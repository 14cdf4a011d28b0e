"""`EngineCommands`: everything that an engine room does, from Python."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Unpack, cast

from ._batch import BatchRun, TextCompletion, new_job, written
from ._browser import BridgeTransport
from ._load import Loading, loading
from ._running import Running, Watcher, conclusion
from ._transport import CREDIT, Command, DeviceChoice, LoadOptions, Transport
from ._wire import (
    BatchJob,
    CustomModel,
    EngineEvent,
    EngineState,
    Exported,
    Fetched,
    LadderStatus,
    ModelOverrides,
    ModelRecord,
    QueryResult,
    StoredModels,
    Task,
    TextCompletionBody,
    Verdict,
)
from .errors import StreamBroken, engine_error, to_llm_error


class EngineCommands:
    """The engine room over a transport: models, their files, batches, events, diagnostics.

    `webllm_provider.engine` is one over the page's bridge; the engine of `connect()` is another. Shapes
    are those of `protocol/wire.schema.json`, as plain dicts. Every method raises an `EngineError`
    (see `errors.py`) for what the engine refuses or cannot do, and `BridgeMissing` where no page offers
    an engine. A cancelled task cancels what it waited for in the engine.

    Args:
        transport: the way to the engine.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def load(
        self,
        model: str,
        device: DeviceChoice = "auto",
        *,
        on_progress: Watcher | None = None,
        **options: Unpack[LoadOptions],
    ) -> Loading:
        """Load a model. Awaited, it gives the loaded model; iterated, its events.

        Args:
            model: an id of the catalogue, or a name that it knows.
            device: "auto" takes WebGPU where it works, else the CPU.
            on_progress: hears the stages, where the load is awaited.
            **options: `behind` keeps the model that is there answering until this one is ready;
                `overrides` change the model's configuration; `metered_ok` allows a connection that costs.

        Raises:
            ModelNotFound, DeviceUnsupported, DownloadFailed, StorageFull, ConsentRequired, EngineFailed
        """
        return loading(self._transport.load(model, device, **options), model, on_progress)

    async def unload(self) -> EngineState:
        """Give the loaded model's memory back."""
        return await self._transport.unload()

    async def models(self) -> list[ModelRecord]:
        """The catalogue, models of the user's own among it."""
        return await self._transport.models()

    async def status(self) -> EngineState:
        """What the engine has and does now: empty, loading, ready or lost."""
        return await self._transport.status()

    async def assess(
        self, model: str, device: DeviceChoice = "auto", *, overrides: ModelOverrides | None = None
    ) -> Verdict:
        """Whether a model would run here, why not, and what would; nothing is downloaded.

        Returns:
            `fits`, the `device`, a `reason` (an error as data), `warnings`, a `suggestion` (a model id),
            `download_bytes`, `memory_mb`, and how much of it is `stored`.
        """
        more = {} if overrides is None else {"overrides": overrides}
        verdict = await self._ask("verdict", {"type": "assess", "model": model, "device": device, **more})
        return cast(Verdict, verdict)

    async def recommend(self, task: Task = "general", *, budget_mb: float | None = None) -> list[Verdict]:
        """The models that suit a task on this device, best first.

        Args:
            task: "general", "code", "multilingual", "quality", "low_end" or "embedding".
            budget_mb: the most memory that one may take, in MB; None leaves it to the device.
        """
        command = {"type": "recommend", "task": task, "budget_mb": budget_mb}
        return cast(list[Verdict], (await self._ask("recommendation", command))["choices"])

    def fetch(
        self,
        model: str,
        device: DeviceChoice = "auto",
        *,
        metered_ok: bool = False,
        on_progress: Watcher | None = None,
    ) -> Running[Fetched]:
        """Download a model without loading it. Awaited, it gives `{"model", "bytes"}`.

        Cancelling it is a pause: what has come is kept, and the next fetch goes on from there.

        Args:
            metered_ok: download over a connection that costs, too.
            on_progress: hears bytes, bytes per second and seconds left, where the fetch is awaited.

        Raises:
            DownloadFailed, StorageFull, ConsentRequired, EngineFailed (a damaged file)
        """
        command = {"type": "fetch", "model": model, "device": device, "metered_ok": metered_ok}
        return self._run("fetched", command, f"The download of {model}", on_progress, model)

    async def stored(self) -> StoredModels:
        """Which models lie in this browser, with their bytes, and what room there is."""
        return cast(StoredModels, await self._ask("stored_models", {"type": "stored"}))

    async def delete_stored(self, model: str | None) -> None:
        """Delete a model's files; None deletes those of all. Nothing else on the origin is touched."""
        await self._ask("done", {"type": "delete_stored", "model": model})

    def export_model(self, model: str, *, on_progress: Watcher | None = None) -> Running[Exported]:
        """Pack a stored model into one file. Awaited, it gives its `name`, `bytes` and `url`.

        The URL is a `blob:` URL of the page, valid as long as the engine's worker lives.
        """
        return self._run(
            "exported",
            {"type": "export", "model": model},
            f"The export of {model}",
            on_progress,
            model,
        )

    def import_model(self, url: str, *, on_progress: Watcher | None = None) -> Running[Fetched]:
        """Store a model from a file that an export made; `url` may be a `blob:` URL of a file from disk."""
        return self._run("fetched", {"type": "import", "url": url}, "The import", on_progress)

    async def add_model(self, model: CustomModel) -> ModelRecord:
        """Add a model of one's own to the catalogue, or replace it; it is remembered in this browser.

        Args:
            model: `id` and, for WebGPU, `weights_url` and `library_url`; for the CPU `gguf_url`; perhaps
                `sha256` by file name, `overrides`, sizes.
        """
        added = await self._ask("model_added", {"type": "add_model", "model": model})
        return cast(ModelRecord, added["record"])

    async def remove_model(self, model: str) -> None:
        """Forget a model of one's own; its files stay until they are deleted."""
        await self._ask("done", {"type": "remove_model", "model": model})

    async def ladder(self) -> LadderStatus:
        """Where the ladder of models stands."""
        return cast(LadderStatus, await self._ask("ladder_status", {"type": "ladder"}))

    async def set_ladder(
        self, models: Sequence[str] | None = None, *, pinned: str | None = None
    ) -> LadderStatus:
        """Start with a small model and let better ones take over between two answers.

        Args:
            models: from small to good; None lets the device decide, an empty list stops the ladder.
            pinned: stay with this one.
        """
        wanted = None if models is None else list(models)
        command = {"type": "set_ladder", "models": wanted, "pinned": pinned}
        return cast(LadderStatus, await self._ask("ladder_status", command))

    def batch(
        self,
        prompts: Sequence[str],
        *,
        job: str | None = None,
        shared: Sequence[Mapping[str, Any]] = (),
        **sampling: Any,
    ) -> BatchRun:
        """Answer many prompts, one after the other, behind whoever chats.

        Iterated, it gives each item as it is done; awaited, all of them in the order of the prompts.
        Leaving it pauses the job: the same prompts under the same name go on where it stopped.

        Args:
            job: names the job; a new name by default (`BatchRun.job`).
            shared: messages before every prompt, which the engine computes once where it can.
            **sampling: `temperature`, `max_tokens` ... for every prompt.
        """
        body: dict[str, Any] = {"job": job or new_job(), "prompts": list(prompts)}
        if shared:
            body["shared"] = [dict(message) for message in shared]
        if sampling:
            body["body"] = sampling
        command = {"type": "batch", "body": body, "credit": CREDIT}
        return BatchRun(body["job"], self._transport.open(command))

    async def batches(self) -> list[BatchJob]:
        """The batch jobs that this browser keeps, newest first."""
        return cast(list[BatchJob], (await self._ask("batch_jobs", {"type": "batches"}))["jobs"])

    async def forget_batch(self, job: str) -> None:
        """Delete a batch job and its answers."""
        await self._ask("done", {"type": "forget_batch", "job": job})

    async def events(self) -> AsyncGenerator[EngineEvent, None]:
        """What happens in the engine room, from now on: loads, requests, recoveries; no text of messages.

        Never ends by itself: leave it, or close it (`contextlib.aclosing`).
        """
        async with aclosing(self._transport.open({"type": "observe", "credit": CREDIT})) as events:
            async for event in events:
                if event["type"] == "observed":
                    yield event["event"]
                elif event["type"] == "failure":
                    raise to_llm_error(event["error"])

    async def diagnose(self) -> dict[str, Any]:
        """A report for a bug report: GPU, limits, versions, last errors, timings; no text of messages."""
        return cast(dict[str, Any], (await self._ask("diagnostics", {"type": "diagnose"}))["report"])

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> list[list[float]]:
        """One vector for each text, in order, where the loaded model makes them.

        Raises:
            RequestRefused: the loaded model has no embeddings.
        """
        command: dict[str, Any] = {"type": "embed", "input": list(texts)}
        if model is not None:
            command["model"] = model
        return cast(list[list[float]], (await self._ask("embeddings", command))["vectors"])

    def complete_text(self, prompt: str, **sampling: Any) -> Running[TextCompletion]:
        """Go on with a text, without a chat template. Awaited, it gives the text that follows.

        Args:
            **sampling: `model`, `temperature`, `top_p`, `max_tokens`, `stop`, `seed`.

        Raises:
            EngineError: with the partial text in `partial`.
        """
        body = cast(TextCompletionBody, {"prompt": prompt, **sampling})
        command = {"type": "complete_text", "body": body, "credit": CREDIT}
        return Running(self._transport.open(command), written)

    async def reset(self) -> None:
        """Throw the engine's GPU device and worker away, and load the model again."""
        await self._ask("done", {"type": "reset"})

    async def ping(self) -> float:
        """Whether somebody is there; the seconds that the answer took."""
        began = time.monotonic()
        await self._ask("pong", {"type": "ping"})
        return time.monotonic() - began

    def _run(
        self, last: str, command: Command, what: str, on_progress: Watcher | None, model: str | None = None
    ) -> Running[Any]:
        ended = partial(conclusion, last=last, what=what, on_progress=on_progress, model=model)
        return Running(self._transport.open(command), ended)

    async def _ask(self, kind: str, command: Command) -> Any:
        result: QueryResult = await self._transport.query(command)
        if result["type"] != kind:
            raise engine_error(
                "internal",
                f"The engine answered {command['type']!r} with {result['type']!r}.",
                details={"expected": kind, "received": result["type"]},
                kind=StreamBroken,
            )
        return result


engine = EngineCommands(BridgeTransport())
"""The engine room of the page that hosts Python."""
