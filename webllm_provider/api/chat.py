"""POST /v1/chat/completions."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any

from amplifier_core.message_models import ChatRequest, ChatResponse
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .answering import Answering, client_of
from .bodies import read_body
from .endpoints import problem_for
from .openai_models import ChatCompletionRequest
from .openai_request import calls_of, completion_of, model_of, new_id, notes_of, read_chat, usage_of
from .settings import Settings
from .streaming import EventStream, while_connected

DELTAS = {"text": "content", "thinking": "reasoning_content"}


def ignored_fields(body: BaseModel) -> list[str]:
    """The fields of a request that mean nothing here."""
    return sorted(body.model_extra or {})


def event_stream(
    events: AsyncIterator[str], settings: Settings, where: str, *, openai: bool = True
) -> EventStream:
    """Server-sent events, as the settings want them."""
    return EventStream(
        events,
        lambda error: problem_for(error, where),
        openai=openai,
        head_after=settings.head_after,
        keep_alive=settings.keep_alive,
        reader_timeout=settings.reader_timeout,
    )


class Chat:
    """The endpoint's handler."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def __call__(self, request: Request) -> Response:
        answering = self._answering
        body = await read_body(request, ChatCompletionRequest, answering.settings.body_limit)
        asked, options = read_chat(body)
        mode = answering.settings.fallback_mode
        model = await answering.model(body.model, mode)
        client = client_of(request)
        if body.stream:
            events = self._events(client, model, asked, options, body)
            return event_stream(events, answering.settings, request.url.path)
        response = await while_connected(
            request.receive, answering.complete(client, model, asked, options, mode)
        )
        return JSONResponse(completion_of(response, mode=mode, ignored=ignored_fields(body)))

    async def _events(
        self,
        client: str,
        model: str | None,
        asked: ChatRequest,
        options: Mapping[str, Any],
        body: ChatCompletionRequest,
    ) -> AsyncIterator[str]:
        answering = self._answering
        mode = answering.settings.fallback_mode
        record = answering.begin(model, mode)
        answer = answering.run(client, model, asked, options, mode)
        chunk = partial(_chunk, new_id(), int(time.time()), model or "unknown")
        try:
            piece = await answer.next()
            if piece is None:
                # It may have failed before its first word: then there is no first chunk either.
                await answer.response()
            yield chunk({"role": "assistant", "content": ""})
            while piece is not None:
                yield chunk({DELTAS[piece[0]]: piece[1]})
                piece = await answer.next()
            response = await answer.response()
            for data in _ending(chunk, response, mode=mode, ignored=ignored_fields(body)):
                yield data
            if body.stream_options is not None and body.stream_options.include_usage:
                yield chunk(None, usage=usage_of(response), model=model_of(response))
            record.succeeded(response)
            yield "[DONE]"
        except BaseException as error:
            record.failed(error)
            raise
        finally:
            await answer.stop()


def _ending(chunk: Any, response: ChatResponse, *, mode: str, ignored: Sequence[str]) -> list[str]:
    """The last chunks: the calls, and why it ended."""
    calls = [{"index": index, **call} for index, call in enumerate(calls_of(response.tool_calls or ()))]
    made = [chunk({"tool_calls": calls})] if calls else []
    notes = notes_of(response, mode=mode, ignored=ignored)
    return [*made, chunk({}, finish=response.finish_reason, notes=notes, model=model_of(response))]


def _chunk(
    identifier: str,
    created: int,
    expected: str,
    delta: Mapping[str, Any] | None,
    *,
    finish: str | None = None,
    usage: Mapping[str, int] | None = None,
    notes: Mapping[str, Any] | None = None,
    model: str | None = None,
) -> str:
    choices = (
        [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
    )
    made: dict[str, Any] = {
        "id": identifier,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model or expected,
        "choices": choices,
    }
    if usage is not None:
        made["usage"] = usage
    if notes is not None:
        made["webllm"] = notes
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))
