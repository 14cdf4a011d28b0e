"""POST /v1/completions and /v1/embeddings: what needs no conversation."""

from __future__ import annotations

import base64
import json
import struct
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .._completion import UNENDED
from .._transport import CREDIT, Transport
from .._wire import Finished, StreamEvent
from ..errors import to_llm_error
from .answering import Answering, client_of
from .bodies import read_body
from .chat import event_stream
from .openai_models import CompletionRequest, EmbeddingRequest
from .streaming import while_connected

SAMPLING = ("temperature", "top_p", "max_tokens", "stop", "seed")


class Texts:
    """The endpoints' handlers."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def complete(self, request: Request) -> Response:
        """Continue one text, or several, one after another."""
        answering = self._answering
        body = await read_body(request, CompletionRequest, answering.settings.body_limit)
        model = await answering.model(body.model)
        run = _Run(answering, client_of(request), model, body)
        if body.stream:
            return event_stream(run.events(), answering.settings, request.url.path)
        return JSONResponse(await while_connected(request.receive, run.whole()))

    async def embed(self, request: Request) -> Response:
        """Vectors of texts."""
        answering = self._answering
        body = await read_body(request, EmbeddingRequest, answering.settings.body_limit)
        model = await answering.model(body.model)
        texts = [body.input] if isinstance(body.input, str) else body.input
        command: dict[str, Any] = {"type": "embed", "input": texts}
        if model is not None:
            command["model"] = model
        record = answering.begin(model, "client_side")
        try:
            transport = answering.engines.transport(client_of(request), model)
            result = await while_connected(request.receive, transport.query(command))
            if result["type"] != "embeddings":
                raise to_llm_error({"code": "engine_failed", "message": "The engine made no vectors."})
        except BaseException as error:
            record.failed(error)
            raise
        record.ended(result["model"], 0)
        packed = body.encoding_format == "base64"
        tokens = result["prompt_tokens"]
        return JSONResponse(
            {
                "object": "list",
                "model": result["model"],
                "data": [
                    {
                        "object": "embedding",
                        "index": index,
                        "embedding": _packed(vector) if packed else vector,
                    }
                    for index, vector in enumerate(result["vectors"])
                ],
                "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            }
        )


class _Run:
    """One request for a text to go on."""

    def __init__(self, answering: Answering, client: str, model: str | None, body: CompletionRequest) -> None:
        self._answering = answering
        self._client = client
        self._model = model
        self._body = body
        self._id = f"cmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._used = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}

    async def whole(self) -> dict[str, Any]:
        choices = []
        for index, prompt in enumerate(self._prompts()):
            text, reason = "", "stop"
            async with aclosing(self._continued(prompt)) as events:
                async for event in events:
                    if event["type"] == "delta":
                        text += event["text"]
                    elif event["type"] == "finished":
                        reason = event["reason"]
            choices.append({"index": index, "text": text, "finish_reason": reason, "logprobs": None})
        return {**self._shell(), "choices": choices, "usage": self._used}

    async def events(self) -> AsyncIterator[str]:
        for index, prompt in enumerate(self._prompts()):
            async with aclosing(self._continued(prompt)) as events:
                async for event in events:
                    if event["type"] == "delta":
                        yield self._chunk(index, event["text"], None)
                    elif event["type"] == "finished":
                        yield self._chunk(index, "", event["reason"])
        if self._body.stream_options is not None and self._body.stream_options.include_usage:
            yield json.dumps({**self._shell(), "choices": [], "usage": self._used})
        yield "[DONE]"

    def _prompts(self) -> list[str]:
        return [self._body.prompt] if isinstance(self._body.prompt, str) else self._body.prompt

    async def _continued(self, prompt: str) -> AsyncGenerator[StreamEvent, None]:
        """The events of one text that goes on; its failure is raised."""
        sampling = {name: value for name in SAMPLING if (value := getattr(self._body, name)) is not None}
        inner: dict[str, Any] = {"prompt": prompt, **sampling}
        if self._model is not None:
            inner["model"] = self._model
        record = self._answering.begin(self._model, "client_side")
        text = ""
        try:
            transport: Transport = self._answering.engines.transport(self._client, self._model)
            command = {"type": "complete_text", "body": inner, "credit": CREDIT}
            ended = False
            async with aclosing(transport.open(command)) as events:
                async for event in events:
                    if event["type"] == "failure":
                        raise to_llm_error(event["error"], model=self._model, partial=text)
                    if event["type"] == "started":
                        self._model = event["model"]
                    elif event["type"] == "delta":
                        text += event["text"]
                    elif event["type"] == "finished":
                        ended = True
                        self._count(event)
                    yield event
            if not ended:
                raise to_llm_error(UNENDED, model=self._model, partial=text)
        except BaseException as error:
            record.failed(error)
            raise
        record.ended(self._model or "unknown", self._used["completion_tokens"])

    def _count(self, event: Finished) -> None:
        for name, value in event["usage"].items():
            self._used[name] += value if isinstance(value, int) else 0

    def _shell(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": "text_completion",
            "created": self._created,
            "model": self._model or "unknown",
        }

    def _chunk(self, index: int, text: str, reason: str | None) -> str:
        choice = {"index": index, "text": text, "finish_reason": reason, "logprobs": None}
        return json.dumps({**self._shell(), "choices": [choice]}, ensure_ascii=False)


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
