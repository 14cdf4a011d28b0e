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
import uuid
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from amplifier_core import RetryConfig, capabilities
from amplifier_core.events import LLM_REQUEST, LLM_RESPONSE, PROVIDER_RETRY, PROVIDER_TOOL_SEQUENCE_REPAIRED
from amplifier_core.llm_errors import LLMError
from amplifier_core.message_models import ChatRequest, ChatResponse, ToolCall
from amplifier_core.models import ConfigField, ModelInfo, ProviderInfo
from amplifier_core.utils.retry import retry_with_backoff
from pydantic import ValidationError

from ._hooks import aborted_event, stream_event
from ._request import Prepared, prepare
from ._response import Assembler, WebLLMResponse
from ._transport import Transport
from ._wire import LoadedModel
from .config import ProviderConfig
from .errors import PROVIDER, BridgeMissing, RequestRefused, engine_error, to_wire_error
from .models import assumed_info, loaded_info, record_info

logger = logging.getLogger(__name__)

LOOK_AT_LOAD_EVERY = 0.2
"""Seconds between two looks at a load; loads take seconds to minutes."""


@dataclass
class _Completion:
    """One call of `complete()`."""

    prepared: Prepared
    listening: bool
    timeout: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    began: float = field(default_factory=time.monotonic)
    shown: bool = False

    @property
    def model(self) -> str | None:
        return self.prepared.body.get("model")

    @property
    def elapsed_ms(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


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
        model = self.get_model_info()
        return ProviderInfo(
            id=PROVIDER,
            display_name="WebLLM (in this browser)",
            credential_env_vars=[],
            capabilities=[capabilities.STREAMING, capabilities.TOOLS, capabilities.LOCAL],
            defaults={
                "model": model.id,
                **model.defaults,
                "max_tokens": model.max_output_tokens,
                "timeout": self.config.timeout,
                "context_window": model.context_window,
                "max_output_tokens": model.max_output_tokens,
            },
            config_fields=[
                ConfigField(
                    id="temperature",
                    display_name="Temperature",
                    prompt="How varied answers are, from 0 to 2 (empty: what suits the model)",
                    required=False,
                ),
                ConfigField(
                    id="max_tokens",
                    display_name="Longest answer",
                    prompt="Most tokens of an answer (empty: what suits the model)",
                    required=False,
                ),
            ],
        )

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
        call = _Completion(
            prepared,
            listening=self.config.use_streaming and (asked.metadata or {}).get("stream") is not False,
            timeout=self.config.timeout if timeout is None else float(timeout),
        )
        await self._tell_repairs(prepared)
        await self._emit(LLM_REQUEST, self._request_payload(call))
        try:
            response = await self._with_retries(call)
        except BaseException as error:
            await self._emit(LLM_RESPONSE, _error_payload(call, error))
            raise
        await self._emit(LLM_RESPONSE, _response_payload(call, response))
        return response

    async def close(self) -> None:
        """Give up the transport. Safe to repeat."""
        await self._transport.close()

    async def _with_retries(self, call: _Completion) -> WebLLMResponse:
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

    async def _attempt(self, call: _Completion) -> WebLLMResponse:
        assembler = Assembler(schemas=call.prepared.schemas, degradations=call.prepared.degradations)
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

    async def _run(self, call: _Completion, assembler: Assembler) -> None:
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

    async def _tell_repairs(self, prepared: Prepared) -> None:
        if not prepared.repairs:
            return
        await self._emit(
            PROVIDER_TOOL_SEQUENCE_REPAIRED,
            {
                "provider": self.name,
                "repair_count": len(prepared.repairs),
                "repairs": [
                    {"tool_call_id": repair.tool_call_id, "tool_name": repair.tool_name}
                    for repair in prepared.repairs
                ],
            },
        )

    async def _tell_retry(self, call: _Completion, attempt: int, delay: float, error: LLMError) -> None:
        await self._emit(
            PROVIDER_RETRY,
            {
                "provider": self.name,
                "model": call.model,
                "attempt": attempt,
                "max_retries": self.config.max_retries,
                "delay": delay,
                "error_type": type(error).__name__,
                "error_message": str(error),
            },
        )

    async def _tell_aborted(self, call: _Completion, error: BaseException) -> None:
        if call.shown:
            await self._emit(*aborted_event(call.request_id, error))

    async def _emit(self, name: str, payload: dict[str, Any]) -> None:
        hooks = getattr(self.coordinator, "hooks", None)
        if hooks is not None:
            await hooks.emit(name, payload)

    def _request_payload(self, call: _Completion) -> dict[str, Any]:
        body = call.prepared.body
        payload: dict[str, Any] = {
            "provider": self.name,
            "model": call.model,
            "request_id": call.request_id,
            "message_count": len(body["messages"]),
            "has_instructions": call.prepared.has_instructions,
            "reasoning_enabled": False,
            "thinking_enabled": False,
            "thinking_budget": None,
        }
        if self.config.raw:
            payload["raw"] = dict(body)
        return payload


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


def _response_payload(call: _Completion, response: WebLLMResponse) -> dict[str, Any]:
    metadata = response.metadata or {}
    usage = response.usage
    assert usage is not None
    counts: dict[str, Any] = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": str(usage.cost_usd),
    }
    if usage.cache_read_tokens is not None:
        counts["cache_read_tokens"] = usage.cache_read_tokens
    return {
        "provider": PROVIDER,
        "model": metadata["webllm:model"],
        "request_id": call.request_id,
        "status": "ok",
        "duration_ms": call.elapsed_ms,
        "usage": counts,
        "finish_reason": response.finish_reason,
        "engine": metadata["webllm:engine"],
        "figures": metadata["webllm:figures"],
        "degradation": response.degradation.model_dump() if response.degradation else None,
    }


def _error_payload(call: _Completion, error: BaseException) -> dict[str, Any]:
    stopped = isinstance(error, asyncio.CancelledError)
    return {
        "provider": PROVIDER,
        "model": call.model,
        "request_id": call.request_id,
        "status": "error",
        "duration_ms": call.elapsed_ms,
        "error": {
            "type": type(error).__name__,
            "code": "aborted" if stopped else to_wire_error(error)["code"],
            "msg": str(error).strip() or ("The answer was stopped." if stopped else type(error).__name__),
        },
    }
