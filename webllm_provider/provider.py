"""`WebLLMProvider`: the methods of Amplifier's provider protocol. Orchestration only.

    complete -> _request -> Transport -> _response -> ChatResponse
                                `-> _hooks -> llm:stream_block_*

There is no `stream` attribute: orchestrators that find one take a path without tool calls. Streaming is
what listeners of the hooks see while `complete` runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

from amplifier_core import RetryConfig
from amplifier_core.events import LLM_REQUEST, LLM_RESPONSE, PROVIDER_RETRY, PROVIDER_TOOL_SEQUENCE_REPAIRED
from amplifier_core.llm_errors import LLMError
from amplifier_core.message_models import ChatRequest, ChatResponse, ToolCall
from amplifier_core.models import ModelInfo, ProviderInfo
from amplifier_core.utils.retry import retry_with_backoff
from pydantic import ValidationError

from ._hooks import aborted_event, stream_event
from ._payloads import (
    CompletionRun,
    error_payload,
    repair_payload,
    request_payload,
    response_payload,
    retry_payload,
)
from ._request import prepare
from ._response import Assembler, WebLLMResponse
from ._transport import Transport
from ._wire import LoadedModel
from .config import ProviderConfig
from .errors import PROVIDER, BridgeMissing, RequestRefused, engine_error
from .models import assumed_info, loaded_info, provider_info, record_info

logger = logging.getLogger(__name__)

LOOK_AT_LOAD_EVERY = 0.2
"""Seconds between two looks at a load; loads take seconds to minutes."""


class WebLLMProvider:
    """A model in the browser, as a provider of Amplifier.

    Args:
        transport: the way to the engine; in a page the bridge, by default.
        config: as in a mount plan, or read already.
        coordinator: where events go; without one none are emitted.
    """

    name = PROVIDER

    def __init__(
        self,
        transport: Transport,
        config: ProviderConfig | Mapping[str, Any] | None = None,
        coordinator: Any = None,
    ) -> None:
        self.config = config if isinstance(config, ProviderConfig) else ProviderConfig.read(config)
        self.coordinator = coordinator
        self._transport = transport
        self._loaded: LoadedModel | None = None

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
            return loaded_info(self._loaded, self.config.max_tokens)
        return assumed_info(self.config.model, self.config.max_tokens)

    async def refresh(self) -> None:
        """Ask the engine what is loaded, so that `get_model_info` tells the truth.

        Waits while a model is on its way: what its window is and what it can hold is known only then.

        Raises:
            EngineError: the engine is there but does not answer, or its load takes too long.
        """
        try:
            async with asyncio.timeout(self.config.timeout):
                # An engine can be asked, but does not call.
                while (state := await self._transport.status())["type"] == "loading":  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_AT_LOAD_EVERY)
        except TimeoutError as error:
            raise engine_error(
                "timeout",
                f"The model was still loading after {self.config.timeout:g} seconds.",
                hint="Choose a smaller model, or raise the timeout.",
            ) from error
        except BridgeMissing as error:
            logger.info("The engine's state is not known: %s", error)
            return
        self._loaded = state["model"] if state["type"] == "ready" else None

    async def list_models(self) -> list[ModelInfo]:
        """The catalogue; empty where no engine can be asked."""
        try:
            records = await self._transport.models()
        except BridgeMissing as error:
            logger.warning("The models cannot be listed: %s", error)
            return []
        return [record_info(record, self.config.max_tokens) for record in records]

    def parse_tool_calls(self, response: ChatResponse) -> list[ToolCall]:
        """The calls of a response; they were read and checked when it was made."""
        return list(response.tool_calls or [])

    async def complete(self, request: ChatRequest | Mapping[str, Any], **kwargs: Any) -> ChatResponse:
        """Answer a request.

        Args:
            request: a `ChatRequest`, or its fields as a mapping.
            **kwargs: `model`, `temperature`, `top_p`, `max_tokens`, `stop`, `seed`, `tool_choice`,
                `parallel_tool_calls`, `timeout` ...: they go before the request's fields.

        Raises:
            LLMError: see `errors.py`; the partial text is in `EngineError.partial`.
            asyncio.CancelledError: the task was cancelled; the engine has been told.
        """
        asked = _read_request(request)
        await self.refresh()
        prepared = prepare(asked, kwargs, self.config, self._loaded)
        timeout = kwargs.get("timeout", asked.timeout)
        call = CompletionRun(
            prepared,
            listening=self.config.use_streaming and (asked.metadata or {}).get("stream") is not False,
            timeout=self.config.timeout if timeout is None else float(timeout),
        )
        if prepared.repairs:
            await self._emit(PROVIDER_TOOL_SEQUENCE_REPAIRED, repair_payload(prepared.repairs))
        await self._emit(LLM_REQUEST, request_payload(call, raw=self.config.raw))
        try:
            response = await self._with_retries(call)
        except BaseException as error:
            await self._emit(LLM_RESPONSE, error_payload(call, error))
            raise
        await self._emit(LLM_RESPONSE, response_payload(call, response))
        return response

    async def close(self) -> None:
        """Give up the transport. Safe to repeat."""
        await self._transport.close()

    async def _with_retries(self, call: CompletionRun) -> WebLLMResponse:
        config = self.config
        return await retry_with_backoff(
            partial(self._attempt, call),
            RetryConfig(
                max_retries=config.max_retries,
                initial_delay=config.min_retry_delay,
                max_delay=config.max_retry_delay,
                jitter=config.retry_jitter,
            ),
            on_retry=partial(self._tell_retry, call),
        )

    async def _attempt(self, call: CompletionRun) -> WebLLMResponse:
        prepared = call.prepared
        assembler = Assembler(
            schemas=prepared.schemas, degradations=prepared.degradations, syntax=prepared.syntax
        )
        try:
            await self._run(call, assembler)
            return assembler.response()
        except asyncio.CancelledError as error:
            await self._tell_aborted(call, error)
            raise
        except LLMError as error:
            # What a reader has seen cannot be taken back by another attempt.
            error.retryable = error.retryable and not call.shown
            await self._tell_aborted(call, error)
            raise
        except Exception as error:
            await self._tell_aborted(call, error)
            raise engine_error(
                "internal",
                f"The way to the engine failed: {str(error).strip() or type(error).__name__}",
                details={"type": type(error).__name__},
                model=call.model,
                partial=assembler.partial,
            ) from error

    async def _run(self, call: CompletionRun, assembler: Assembler) -> None:
        """Take every event of one completion; leaving it early cancels the completion first."""
        loop = asyncio.get_running_loop()
        idle_limit = self.config.stream_idle_timeout
        try:
            async with (
                asyncio.timeout(call.timeout),
                asyncio.timeout(idle_limit) as idle,
                # The transport's streams are async generators: closing them is what cancels.
                aclosing(self._transport.stream(call.prepared.body)) as events,
            ):
                async for event in events:
                    idle.reschedule(loop.time() + idle_limit)
                    for step in assembler.feed(event):
                        if call.listening:
                            call.shown = True
                            await self._emit(*stream_event(call.request_id, step))
        except TimeoutError as error:
            limit = idle_limit if idle.expired() else call.timeout
            what = "The engine was silent for" if idle.expired() else "The answer took longer than"
            raise engine_error(
                "timeout",
                f"{what} {limit:g} seconds.",
                hint="Choose a smaller model, ask for a shorter answer, or raise the timeout.",
                details={"seconds": limit},
                model=call.model,
                partial=assembler.partial,
            ) from error

    async def _tell_retry(self, call: CompletionRun, attempt: int, delay: float, error: LLMError) -> None:
        limit = self.config.max_retries
        await self._emit(PROVIDER_RETRY, retry_payload(call, attempt, limit, delay, error))

    async def _tell_aborted(self, call: CompletionRun, error: BaseException) -> None:
        if call.shown:
            await self._emit(*aborted_event(call.request_id, error))

    async def _emit(self, name: str, payload: dict[str, Any]) -> None:
        hooks = getattr(self.coordinator, "hooks", None)
        if hooks is not None:
            await hooks.emit(name, payload)


def _read_request(request: ChatRequest | Mapping[str, Any]) -> ChatRequest:
    if isinstance(request, ChatRequest):
        return request
    try:
        return ChatRequest.model_validate(dict(request))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise engine_error(
            "invalid_request", f"The request is malformed at {place}: {first['msg']}.", kind=RequestRefused
        ) from error
