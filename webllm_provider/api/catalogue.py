"""GET /v1/models: the models that can answer now."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .engines import Engines, loaded_models
from .names import meant
from .problems import unknown_model


class Models:
    """The endpoints' handlers."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._since = int(time.time())

    async def all(self, request: Request) -> Response:
        """The models of all engines."""
        models = loaded_models(await self._engines.states())
        return JSONResponse({"object": "list", "data": [self._card(model["id"]) for model in models]})

    async def one(self, request: Request) -> Response:
        """One of them."""
        name = request.path_params["model"]
        ids = [model["id"] for model in loaded_models(await self._engines.states())]
        found = meant(name, ids)
        if not found:
            raise unknown_model(name)
        return JSONResponse(self._card(found[0]))

    def _card(self, model: str) -> dict[str, Any]:
        return {"id": model, "object": "model", "created": self._since, "owned_by": "webllm"}
