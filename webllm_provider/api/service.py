"""/webllm/api: what there is: the service, the engines, the catalogue."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .._wire import ModelRecord
from .answering import Answering
from .endpoints import parameters
from .engines import loaded_models
from .history import History
from .names import meant
from .problems import unknown_model
from .webllm_models import ModelQuery, ModelsQuery

GIGABYTE = 1e9


def moment(seconds: float | None = None) -> str:
    """A time as ISO 8601, in UTC; now by default."""
    return datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC).isoformat()


async def read_history(answering: Answering) -> History:
    """The history, with what other hosts have added to it."""
    await answering.history.refresh()
    return answering.history


class Service:
    """The endpoints' handlers.

    Args:
        configured: how many models have settings of their own.
    """

    def __init__(self, answering: Answering, configured: Callable[[], int]) -> None:
        self._answering = answering
        self._configured = configured

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

    async def status(self, request: Request) -> Response:
        """The service as a whole."""
        states = await self._answering.engines.states()
        loaded = loaded_models(states)
        totals = (await read_history(self._answering)).totals
        return JSONResponse(
            {
                "status": "ready" if loaded else "waiting",
                "service": "webllm",
                "timestamp": moment(),
                "models_configured": self._configured(),
                "models_loaded": len(loaded),
                "engines_ready": sum(state["type"] == "ready" for state in states),
                "requests_waiting": await self._answering.engines.waiting(),
                "total_inferences": totals.total_inferences,
                "average_inference_time_ms": totals.average_inference_time,
            }
        )

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
