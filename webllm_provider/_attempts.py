"""One completion at the engine: its attempts, its limits of time, and what is told while it runs."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from amplifier_core import RetryConfig
from amplifier_core.events import PROVIDER_RETRY
from amplifier_core.llm_errors import LLMError
from amplifier_core.message_models import Degradation
from amplifier_core.utils.retry import retry_with_backoff

from ._answer import WebLLMResponse
from ._hooks import aborted_event, stream_event
from ._payloads import CompletionRun, retry_payload
from ._response import Assembler
from ._silence import SilenceLimit
from ._steps import BlockDelta, Step
from ._transport import Transport
from .config import ProviderConfig
from .errors import engine_error

Emit = Callable[[str, dict[str, Any]], Awaitable[None]]


class Attempts:
    """Runs completions over a transport. Tried again is only what nobody has seen anything of.

    Args:
        emit: tells the listeners of an event.
    """

    def __init__(self, transport: Transport, config: ProviderConfig, emit: Emit) -> None:
        self._transport = transport
        self._config = config
        self._emit = emit
        self._reported: set[str] = set()
        """What of the tools' schemas has been reported: once is enough."""

    async def answer(self, call: CompletionRun) -> WebLLMResponse:
        """The answer, after as many attempts as it takes and the config allows.

        Raises:
            LLMError: the last attempt failed, or one that may not be tried again.
            asyncio.CancelledError: the task was cancelled; the engine has been told.
        """
        config = self._config
        # One limit for all attempts and the pauses between them.
        ends = asyncio.get_running_loop().time() + call.prepared.timeout
        return await retry_with_backoff(
            partial(self._attempt, call, ends),
            RetryConfig(
                max_retries=config.max_retries,
                initial_delay=config.min_retry_delay,
                max_delay=config.max_retry_delay,
                jitter=config.retry_jitter,
            ),
            on_retry=partial(self._tell_retry, call),
        )

    async def _attempt(self, call: CompletionRun, ends: float) -> WebLLMResponse:
        prepared = call.prepared
        assembler = Assembler(
            schemas=prepared.schemas,
            degradations=[*prepared.degradations, *self._news(prepared.relaxations)],
            syntax=prepared.syntax,
            answer=prepared.answer,
            required=prepared.required,
            model=call.model,
        )
        try:
            await self._run(call, assembler, ends)
            response = assembler.response()
            self._reported.update(one.requested for one in prepared.relaxations)
            return response
        except asyncio.CancelledError as error:
            await self._tell_aborted(call, error)
            raise
        except LLMError as error:
            # What a reader has seen cannot be taken back by another attempt.
            error.retryable = error.retryable and not call.shown and self._in_time(error, ends)
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

    def _news(self, relaxations: Sequence[Degradation]) -> list[Degradation]:
        return [one for one in relaxations if one.requested not in self._reported]

    def _in_time(self, error: LLMError, ends: float) -> bool:
        """Whether the pause that a server asks for is one that the config allows, and ends in time."""
        pause = error.retry_after or 0.0
        return pause <= self._config.max_retry_delay and asyncio.get_running_loop().time() + pause < ends

    async def _run(self, call: CompletionRun, assembler: Assembler, ends: float) -> None:
        """Take every event of one completion; leaving it early cancels the completion first."""
        idle_limit = self._config.stream_idle_timeout
        try:
            async with (
                asyncio.timeout_at(ends) as whole,
                SilenceLimit(idle_limit) as idle,
                # The transport's streams are async generators: closing them is what cancels.
                aclosing(self._transport.stream(call.prepared.body)) as events,
            ):
                async for event in events:
                    idle.heard()
                    for step in assembler.feed(event):
                        await self._show(call, step)
                    idle.wait()
        except TimeoutError as error:
            if not (whole.expired() or idle.expired()):
                # A listener's own, or the transport's.
                raise
            limit = idle_limit if idle.expired() else call.prepared.timeout
            what = "The engine was silent for" if idle.expired() else "The answer took longer than"
            raise engine_error(
                "timeout",
                f"{what} {limit:g} seconds.",
                hint="Choose a smaller model, ask for a shorter answer, or raise the timeout.",
                details={"seconds": limit},
                model=call.model,
                partial=assembler.partial,
            ) from error

    async def _show(self, call: CompletionRun, step: Step) -> None:
        if call.listening:
            call.shown = True
            await self._emit(*stream_event(call.request_id, step))
        if call.on_chunk is not None and isinstance(step, BlockDelta) and step.type == "text":
            call.shown = True
            told = call.on_chunk({"type": "delta", "content": step.text})
            if inspect.isawaitable(told):
                await told

    async def _tell_retry(self, call: CompletionRun, attempt: int, delay: float, error: LLMError) -> None:
        limit = self._config.max_retries
        await self._emit(PROVIDER_RETRY, retry_payload(call, attempt, limit, delay, error))

    async def _tell_aborted(self, call: CompletionRun, error: BaseException) -> None:
        if call.shown and call.listening:
            await self._emit(*aborted_event(call.request_id, error))
