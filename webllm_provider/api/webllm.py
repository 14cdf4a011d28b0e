"""/webllm/api: adapters over the core, without logic of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from amplifier_core.message_models import ChatRequest, Message
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .._wire import ModelRecord
from .answering import Answering, client_of
from .bodies import read_body
from .endpoints import parameters, problem_for
from .engines import loaded_models
from .history import History
from .names import meant
from .openai_request import answered_by, model_of, texts_of
from .problems import Problem, unknown_model
from .settings import Mode
from .streaming import while_connected
from .webllm_models import (
    BatchRequest,
    HistoryQuery,
    InferRequest,
    ModelConfigRequest,
    ModelQuery,
    ModelsQuery,
    Options,
)

GIGABYTE = 1e9
DEFAULT = "default"
SAMPLING = ("temperature", "max_tokens", "top_p", "top_k")


def moment(seconds: float | None = None) -> str:
    """A time as ISO 8601, in UTC; now by default."""
    return datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC).isoformat()


MOST_CONFIGURED = 500
"""Models that may have settings of their own."""


class WebLLM:
    """The endpoints' handlers."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._configured: dict[str, dict[str, Any]] = {}

    async def health(self, request: Request) -> Response:
        """Whether anybody can answer."""
        loaded = await self._loaded()
        status = "healthy" if loaded else "degraded"
        told = {"status": status, "service": "webllm", "timestamp": moment(), "models_loaded": len(loaded)}
        return JSONResponse(told)

    async def models(self, request: Request) -> Response:
        """The catalogue."""
        asked: ModelsQuery = parameters(request, ModelsQuery)
        loaded = await self._loaded()
        listed = [self._listed(record, loaded) for record in await self._records()]
        if asked.recommended is not None:
            listed = [one for one in listed if one["recommended"] is asked.recommended]
        default = self._answering.settings.default_model or next(iter(loaded), None)
        return JSONResponse({"models": listed, "default_model": default, "count": len(listed)})

    async def info(self, request: Request) -> Response:
        """One model, named in the path or in the query."""
        name = request.path_params.get("model_id")
        if name is None:
            name = parameters(request, ModelQuery).model_id
        records = {record["id"]: record for record in await self._records()}
        found = meant(name, list(records))
        if not found:
            raise unknown_model(name)
        record = records[found[0]]
        return JSONResponse(
            {
                **self._listed(record, await self._loaded()),
                "name": record["name"],
                "context_window": record["context_window"],
                "quantization": record["quantization"],
                "required_features": record["required_features"],
                "devices": record["devices"],
            }
        )

    async def infer(self, request: Request) -> Response:
        """Answer one prompt."""
        body = await read_body(request, InferRequest, self._answering.settings.body_limit)
        mode, model, options = await self._asked(body)
        work = self._infer(client_of(request), model, body.prompt, options, mode)
        return JSONResponse(await while_connected(request.receive, work))

    async def batch(self, request: Request) -> Response:
        """Answer many prompts; one that fails fails only itself."""
        body = await read_body(request, BatchRequest, self._answering.settings.body_limit)
        mode, model, options = await self._asked(body)
        began = time.monotonic()
        turns = asyncio.Semaphore(self._answering.settings.batch_size)

        async def one(index: int, prompt: str) -> dict[str, Any]:
            async with turns:
                try:
                    answer = await self._infer(client_of(request), model, prompt, options, mode)
                except Exception as error:
                    problem = problem_for(error, request.url.path)
                    told = {"error": problem.body(openai=False)["error"], "code": problem.code}
                    return {"index": index, "success": False, "failure": told}
            return {"index": index, "success": True, "answer": answer}

        work = asyncio.gather(*(one(index, prompt) for index, prompt in enumerate(body.prompts)))
        results = await while_connected(request.receive, work)
        answers = [result["answer"] for result in results if result["success"]]
        return JSONResponse(
            {
                "results": results,
                "total_prompts": len(results),
                "successful": len(answers),
                "total_time_ms": round((time.monotonic() - began) * 1000, 3),
                "total_tokens": sum(answer["tokens_generated"] for answer in answers),
            }
        )

    async def configure(self, request: Request) -> Response:
        """Set what a model does where a request does not say."""
        body = await read_body(request, ModelConfigRequest, self._answering.settings.body_limit)
        given = body.model_dump(exclude_none=True, exclude={"model_type"})
        if body.model_type not in self._configured and len(self._configured) >= MOST_CONFIGURED:
            raise Problem(
                400,
                "VALIDATION_ERROR",
                f"{MOST_CONFIGURED} models have settings of their own already.",
                field="model_type",
            )
        kept = self._configured.setdefault(body.model_type, {})
        kept.update(given)
        notes = []
        if "repeat_penalty" in kept:
            notes.append(
                "repeat_penalty: an engine takes it only when it loads a model; it is kept, not applied."
            )
        return JSONResponse({"status": "ok", "model_type": body.model_type, "config": kept, "notes": notes})

    async def metrics(self, request: Request) -> Response:
        """Sums over all inferences."""
        history = await self._history()
        sums = {**asdict(history.totals), "average_inference_time": history.totals.average_inference_time}
        count = len(history.entries)
        return JSONResponse({"timestamp": moment(), "metrics": sums, "inference_history_count": count})

    async def history(self, request: Request) -> Response:
        """The last inferences, newest first."""
        asked: HistoryQuery = parameters(request, HistoryQuery)
        entries = list(reversed((await self._history()).entries))[: asked.limit]
        told = [{**entry, "timestamp": moment(entry["timestamp"])} for entry in entries]
        return JSONResponse({"history": told, "count": len(told)})

    async def status(self, request: Request) -> Response:
        """The service as a whole."""
        states = await self._answering.engines.states()
        loaded = loaded_models(states)
        totals = (await self._history()).totals
        return JSONResponse(
            {
                "status": "ready" if loaded else "waiting",
                "service": "webllm",
                "timestamp": moment(),
                "models_configured": len(self._configured),
                "models_loaded": len(loaded),
                "engines_ready": sum(state["type"] == "ready" for state in states),
                "requests_waiting": await self._answering.engines.waiting(),
                "total_inferences": totals.total_inferences,
                "average_inference_time_ms": totals.average_inference_time,
            }
        )

    async def clear(self, request: Request) -> Response:
        """Forget the history and its sums, not the models."""
        history = await self._history()
        cleared = len(history.entries)
        history.clear()
        # What is said to be forgotten is so for other hosts, too.
        await history.refresh()
        return JSONResponse({"status": "ok", "cleared": cleared})

    async def _infer(
        self, client: str, model: str | None, prompt: str, options: Mapping[str, Any], mode: Mode
    ) -> dict[str, Any]:
        asked = ChatRequest(messages=[Message(role="user", content=prompt)], metadata={"stream": False})
        record, response = await self._answering.recorded(client, model, asked, options, mode)
        return {
            "request_id": record.request_id,
            "text": texts_of(response)[0],
            "tokens_generated": response.usage.output_tokens if response.usage else 0,
            "inference_time_ms": record.elapsed_ms,
            "mode": answered_by(response, mode),
            "model_id": model_of(response),
            "timestamp": moment(record.timestamp),
        }

    async def _asked(self, body: Options) -> tuple[Mode, str | None, dict[str, Any]]:
        """Who answers, which model, and with which sampling."""
        mode: Mode = body.mode or self._answering.settings.fallback_mode
        self._answering.check_mode(mode)
        model = await self._answering.model(body.model_id, mode)
        configured = {**self._configured.get(DEFAULT, {}), **self._configured.get(model or "", {})}
        given = {**configured, **body.model_dump(exclude_none=True)}
        return mode, model, {name: given[name] for name in SAMPLING if name in given}

    async def _history(self) -> History:
        history = self._answering.history
        await history.refresh()
        return history

    async def _loaded(self) -> list[str]:
        return [model["id"] for model in loaded_models(await self._answering.engines.states())]

    async def _records(self) -> list[ModelRecord]:
        return list(await self._answering.engines.records())

    def _listed(self, record: ModelRecord, loaded: list[str]) -> dict[str, Any]:
        memory = record["memory_mb"]
        needed = None if memory is None else memory * 1e6 / GIGABYTE
        budget = self._answering.settings.gpu_memory
        fits = record["low_resource"] if budget is None or needed is None else needed <= budget
        size = record["download_bytes"]
        return {
            "model_id": record["id"],
            "size_gb": None if size is None else round(size / GIGABYTE, 3),
            "vram_required_gb": None if needed is None else round(needed, 3),
            "recommended": fits,
            "loaded": record["id"] in loaded,
        }
