"""/webllm/api: what is asked of models, and what was; adapters over the core, without logic of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from amplifier_core.message_models import ChatRequest, Message
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .answering import Answering, client_of
from .bodies import read_body
from .endpoints import parameters, problem_for
from .openai_request import answered_by, model_of, texts_of
from .problems import Problem
from .service import moment, read_history
from .settings import Mode
from .streaming import while_connected
from .webllm_models import (
    BatchRequest,
    HistoryQuery,
    InferRequest,
    ModelConfigRequest,
    Options,
)

DEFAULT = "default"
SAMPLING = ("temperature", "max_tokens", "top_p", "top_k")


MOST_CONFIGURED = 500
"""Models that may have settings of their own."""


class WebLLM:
    """The endpoints' handlers."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._configured: dict[str, dict[str, Any]] = {}

    def configured(self) -> int:
        """How many models have settings of their own."""
        return len(self._configured)

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
        history = await read_history(self._answering)
        sums = {**asdict(history.totals), "average_inference_time": history.totals.average_inference_time}
        count = len(history.entries)
        return JSONResponse({"timestamp": moment(), "metrics": sums, "inference_history_count": count})

    async def history(self, request: Request) -> Response:
        """The last inferences, newest first."""
        asked: HistoryQuery = parameters(request, HistoryQuery)
        entries = list(reversed((await read_history(self._answering)).entries))[: asked.limit]
        told = [{**entry, "timestamp": moment(entry["timestamp"])} for entry in entries]
        return JSONResponse({"history": told, "count": len(told)})

    async def clear(self, request: Request) -> Response:
        """Forget the history and its sums, not the models."""
        history = await read_history(self._answering)
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
