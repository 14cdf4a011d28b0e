"""`WebLLMProvider`: the methods of Amplifier's provider protocol. Orchestration only.

    complete -> _request -> Transport -> _response -> ChatResponse
                                `-> _hooks -> llm:stream_block_*

There is no `stream` attribute: orchestrators that find one take a path without tool calls. Streaming is
what listeners of the hooks see while `complete` runs.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, TypeVar

from amplifier_core.events import LLM_REQUEST, LLM_RESPONSE, PROVIDER_TOOL_SEQUENCE_REPAIRED
from amplifier_core.message_models import ChatRequest, ChatResponse, ToolCall
from amplifier_core.models import ModelInfo, ProviderInfo
from pydantic import BaseModel

from ._attempts import Attempts
from ._payloads import (
    CompletionRun,
    OnChunk,
    error_payload,
    repair_payload,
    request_payload,
    response_payload,
)
from ._reading import read_request, unknown_options
from ._request import prepare
from ._sampling import read_timeout
from ._transport import Transport
from ._ways import way_of
from ._wire import LoadedModel, ModelRecord
from .config import ProviderConfig
from .errors import PROVIDER, BridgeMissing, EngineError, engine_error
from .models import assumed_info, loaded_info, provider_info, record_info
from .structured import structured

T = TypeVar("T", bound=BaseModel)

logger = logging.getLogger(__name__)

LOOK_AT_LOAD_EVERY = 0.2
"""Seconds between two looks at a load; loads take seconds to minutes."""
SEEN_FOR = 0.1
"""Seconds for which what a context has just seen of the engine holds for the request behind it."""


class WebLLMProvider:
    """A model in the browser, as a provider of Amplifier.

    Args:
        transport: the way to the engine; by default the one that the config names, in a page the bridge. It
            is asked nothing until it is needed: an application may make a provider only to read of it.
        config: as in a mount plan, or read already.
        coordinator: where events go; without one none are emitted.
    """

    name = PROVIDER

    def __init__(
        self,
        transport: Transport | None = None,
        config: ProviderConfig | Mapping[str, Any] | None = None,
        coordinator: Any = None,
    ) -> None:
        self.config = config if isinstance(config, ProviderConfig) else ProviderConfig.read(config)
        self.coordinator = coordinator
        self._transport = way_of(self.config) if transport is None else transport
        self._loaded: LoadedModel | None = None
        self._seen_at: float | None = None
        """When the loaded model was seen, for the one request behind that."""
        self._records: dict[str, ModelRecord | None] = {}
        """What the catalogue says of models that have been loaded."""
        self._attempts = Attempts(self._transport, self.config, self._emit)

    @property
    def priority(self) -> int:
        """Lower wins among several providers."""
        return self.config.priority

    def get_info(self) -> ProviderInfo:
        """Who this is; needs no engine."""
        return provider_info(self.get_model_info(), self.config)

    def get_model_info(self) -> ModelInfo:
        """The loaded model as last seen; see `refresh`. Before that, what is safe to assume."""
        if self._loaded is not None:
            return loaded_info(self._loaded, self.config.max_tokens, self._records.get(self._loaded["id"]))
        local = self.config.mode != "server_side"
        return assumed_info(self.config.model, self.config.max_tokens, local=local)

    async def refresh(self, timeout: float | None = None) -> None:
        """Ask the engine what is loaded, so that `get_model_info` tells the truth.

        Waits while a model is on its way: what its window is and what it can hold is known only then.

        Args:
            timeout: seconds to wait for a load; the config's by default.

        Raises:
            EngineError: the engine is there but does not answer, or its load takes too long.
        """
        limit = self.config.timeout if timeout is None else timeout
        self._seen_at = None
        try:
            async with asyncio.timeout(limit):
                # An engine can be asked, but does not call.
                while (state := await self._transport.status())["type"] == "loading":  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_AT_LOAD_EVERY)
        except TimeoutError as error:
            raise engine_error(
                "timeout",
                f"The model was still loading after {limit:g} seconds.",
                hint="Choose a smaller model, or raise the timeout.",
            ) from error
        except BridgeMissing as error:
            logger.info("The engine's state is not known: %s", error)
            return
        self._loaded = state["model"] if state["type"] == "ready" else None
        if self._loaded is not None:
            await self._look_up(self._loaded["id"])
            self._seen_at = time.monotonic()

    async def _refresh_once(self, timeout: float) -> None:
        """Refresh, unless a context has done so for this very request: it asks for the model's window."""
        seen_at, self._seen_at = self._seen_at, None
        if seen_at is None or time.monotonic() - seen_at > SEEN_FOR:
            await self.refresh(timeout)
            self._seen_at = None

    async def list_models(self) -> list[ModelInfo]:
        """The catalogue; empty where no engine can be asked."""
        try:
            records = await self._transport.models()
        except BridgeMissing as error:
            logger.info("There are no models to list: %s", error)
            return []
        return [record_info(record, self.config.max_tokens) for record in records]

    async def _look_up(self, model: str) -> None:
        """What the catalogue says of a model: its memory, its features. Asked once for each model."""
        if model in self._records:
            return
        try:
            records = await self._transport.models()
        except EngineError as error:
            logger.info("The catalogue cannot be read: %s", error)
            records = []
        self._records[model] = next((one for one in records if one["id"] == model), None)

    def parse_tool_calls(self, response: ChatResponse) -> list[ToolCall]:
        """The calls of a response; they were read and checked when it was made."""
        return list(response.tool_calls or [])

    async def complete(self, request: ChatRequest | Mapping[str, Any], **kwargs: Any) -> ChatResponse:
        """Answer a request.

        Args:
            request: a `ChatRequest`, or its fields as a mapping.
            **kwargs: `model`, `temperature`, `top_p`, `max_tokens`, `stop`, `seed`, `tool_choice`,
                `parallel_tool_calls`, `reasoning_effort`, `timeout` ...: they go before the request's
                fields.

        Raises:
            LLMError: see `errors.py`; the partial text is in `EngineError.partial`.
            asyncio.CancelledError: the task was cancelled; the engine has been told.
        """
        return await self._complete(read_request(request), kwargs, None)

    async def complete_streaming(
        self, request: ChatRequest | Mapping[str, Any], on_chunk: OnChunk, **kwargs: Any
    ) -> ChatResponse:
        """Answer a request and tell of its text as it is written, for callers without hooks.

        Args:
            on_chunk: gets `{"type": "delta", "content": text}` for each piece of the answer's text; may be
                a coroutine function. Thinking and tool calls are in the response.
        """
        return await self._complete(read_request(request), kwargs, on_chunk)

    async def structured(self, request: ChatRequest | Mapping[str, Any], model: type[T], **kwargs: Any) -> T:
        """An object of a Pydantic model as the answer; see `structured.structured`."""
        return await structured(self, request, model, **kwargs)

    async def _complete(
        self, request: ChatRequest, options: Mapping[str, Any], on_chunk: OnChunk | None
    ) -> ChatResponse:
        if unknown := unknown_options(options):
            logger.warning("complete() does not know these keyword arguments: %s", ", ".join(unknown))
        await self._refresh_once(read_timeout(request, options, self.config))
        prepared = prepare(request, options, self.config, self._loaded)
        call = CompletionRun(
            prepared,
            listening=self._listened(request),
            on_chunk=on_chunk,
        )
        if prepared.repairs:
            await self._emit(PROVIDER_TOOL_SEQUENCE_REPAIRED, repair_payload(prepared.repairs))
        await self._emit(LLM_REQUEST, request_payload(call, raw=self.config.raw))
        try:
            response = await self._attempts.answer(call)
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, EngineError):
                error.shown = call.shown
            await self._emit(LLM_RESPONSE, error_payload(call, error))
            raise
        await self._emit(LLM_RESPONSE, response_payload(call, response))
        return response

    def _listened(self, request: ChatRequest) -> bool:
        """Whether anybody hears of an answer before its end."""
        wanted = self.config.use_streaming and (request.metadata or {}).get("stream") is not False
        return wanted and self._hooks is not None

    @property
    def _hooks(self) -> Any:
        return getattr(self.coordinator, "hooks", None)

    async def close(self) -> None:
        """Give up the transport. Safe to repeat."""
        await self._transport.close()

    async def _emit(self, name: str, payload: dict[str, Any]) -> None:
        if self._hooks is not None:
            await self._hooks.emit(name, payload)
