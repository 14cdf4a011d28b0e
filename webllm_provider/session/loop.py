"""`loop-webllm`: the orchestrator. A prompt goes to the provider, calls go to tools, until it answers.

The events and the stored messages are those of the official loops, so hooks and other providers find
what they expect. Unlike them it hears a cancellation in the middle of an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from amplifier_core.events import (
    CANCEL_REQUESTED,
    CONTENT_BLOCK_END,
    CONTENT_BLOCK_START,
    EXECUTION_END,
    EXECUTION_START,
    ORCHESTRATOR_COMPLETE,
    PROMPT_COMPLETE,
    PROMPT_SUBMIT,
    PROVIDER_ERROR,
    PROVIDER_REQUEST,
    PROVIDER_RESPONSE,
)
from amplifier_core.llm_errors import LLMError
from amplifier_core.message_models import ChatRequest, ChatResponse, Message, ToolSpec
from amplifier_core.models import HookResult

from .._hooks import BLOCK_DELTA
from ..errors import to_wire_error
from .tool_calls import Outcome, ToolCalls

T = TypeVar("T")

NAME = "loop-webllm"
MAX_ITERATIONS = 12
"""Requests of one turn. A small model that has not answered after so many tool calls goes in circles."""
LOOK_EVERY = 0.05
"""Seconds between two looks at the cancellation token, which calls nobody."""
ENDLESS = "I stopped here: after {count} rounds of tool calls there was still no answer."


class Stopped(Exception):
    """The session's cancellation token asked for an end."""


@dataclass
class _Turn:
    """What one call of `execute` works with."""

    context: Any
    provider_name: str
    provider: Any
    tools: Mapping[str, Any]
    hooks: Any
    coordinator: Any
    iteration: int = 0
    written: str = ""
    """What a reader has seen of the answer that is being written."""
    injections: list[HookResult] = field(default_factory=list)
    """Ephemeral injections for the next request."""

    @property
    def cancelled(self) -> bool:
        return self.coordinator is not None and bool(self.coordinator.cancellation.is_cancelled)

    async def emit(self, name: str, payload: dict[str, Any], by: str = "orchestrator") -> HookResult:
        """Emit, and let the coordinator act on what the hooks said."""
        result: HookResult = await self.hooks.emit(name, payload)
        if self.coordinator is not None:
            result = await self.coordinator.process_hook_result(result, name, by)
        if result.action == "inject_context" and result.ephemeral and result.context_injection:
            self.injections.append(result)
        return result


class WebLLMLoop:
    """The orchestrator.

    Args:
        config: `max_iterations` (requests of one turn), `provider` (a name; else the lowest priority).
    """

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        given = dict(config or {})
        self.max_iterations = int(given.get("max_iterations", MAX_ITERATIONS))
        self.preferred: str | None = given.get("provider")

    async def execute(
        self,
        prompt: str,
        context: Any,
        providers: Mapping[str, Any],
        tools: Mapping[str, Any],
        hooks: Any,
        coordinator: Any = None,
        **_: Any,
    ) -> str:
        """Run one turn and return the answer's text; a turn that was stopped returns what was written.

        Raises:
            LLMError: the provider failed, after `provider:error` was emitted.
            asyncio.CancelledError: the task was cancelled; the completion and the tools are stopped.
        """
        name = self._choose(providers)
        turn = _Turn(context, name, providers[name], tools, hooks, coordinator)
        await hooks.emit(EXECUTION_START, {"prompt": prompt})
        text, status = "", "error"
        try:
            text = await self._run(turn, prompt)
            status = "completed"
        except Stopped:
            text, status = turn.written, "cancelled"
            await self._stopped(turn)
        except asyncio.CancelledError:
            status = "cancelled"
            await self._keep_partial(turn)
            raise
        finally:
            await self._end(turn, text, status)
        if status == "completed":
            await hooks.emit(PROMPT_COMPLETE, {"prompt": prompt, "response": text})
        return text

    def _choose(self, providers: Mapping[str, Any]) -> str:
        if self.preferred is not None and self.preferred in providers:
            return self.preferred
        if not providers:
            raise RuntimeError("No provider is mounted: there is nobody to answer.")
        return min(providers, key=lambda name: getattr(providers[name], "priority", 100))

    async def _run(self, turn: _Turn, prompt: str) -> str:
        submitted = await turn.emit(PROMPT_SUBMIT, {"prompt": prompt})
        if submitted.action == "deny":
            return f"Operation denied: {submitted.reason}"
        await turn.context.add_message({"role": "user", "content": prompt})
        for turn.iteration in range(1, self.max_iterations + 1):
            if turn.cancelled:
                raise Stopped
            asked = await turn.emit(
                PROVIDER_REQUEST, {"provider": turn.provider_name, "iteration": turn.iteration}
            )
            if asked.action == "deny":
                return f"Operation denied: {asked.reason}"
            response = await self._ask(turn)
            await self._tell_blocks(turn, response)
            calls = turn.provider.parse_tool_calls(response)
            await turn.context.add_message(_stored(response, calls))
            turn.written = ""
            if not calls:
                return _text(response)
            await self._call_tools(turn, calls)
        ending = ENDLESS.format(count=self.max_iterations)
        await turn.context.add_message({"role": "assistant", "content": ending})
        return ending

    async def _ask(self, turn: _Turn) -> ChatResponse:
        forget = _watch_text(turn)
        try:
            response = await _until_cancelled(turn, self._complete(turn))
        except Stopped:
            raise
        except Exception as error:
            await turn.emit(PROVIDER_ERROR, _error_payload(turn, error))
            raise
        finally:
            forget()
        usage = response.usage.model_dump() if response.usage else None
        await turn.emit(PROVIDER_RESPONSE, {"provider": turn.provider_name, "usage": usage})
        return response

    async def _complete(self, turn: _Turn) -> ChatResponse:
        messages = await turn.context.get_messages_for_request(provider=turn.provider)
        messages = _with_injections(list(messages), turn.injections)
        turn.injections.clear()
        request = ChatRequest(
            messages=[Message(**message) for message in messages],
            tools=[_spec(tool) for tool in turn.tools.values()] or None,
        )
        response: ChatResponse = await turn.provider.complete(request)
        return response

    async def _tell_blocks(self, turn: _Turn, response: ChatResponse) -> None:
        blocks = getattr(response, "content_blocks", None) or []
        for index, block in enumerate(blocks):
            place = {"block_index": index, "total_blocks": len(blocks)}
            await turn.emit(CONTENT_BLOCK_START, {"block_type": block.type.value, **place, "metadata": None})
            ending = {**place, "block": block.to_dict()}
            if response.usage is not None:
                ending["usage"] = response.usage.model_dump()
            await turn.emit(CONTENT_BLOCK_END, ending)

    async def _call_tools(self, turn: _Turn, calls: list[Any]) -> None:
        running = ToolCalls(calls, turn.tools, turn.coordinator, turn.emit)
        try:
            outcomes = await _until_cancelled(turn, running.run(), immediate_only=True)
        except (Stopped, asyncio.CancelledError):
            await self._keep_results(turn, running.cancelled())
            raise
        await self._keep_results(turn, outcomes)
        if turn.cancelled:
            raise Stopped

    async def _keep_results(self, turn: _Turn, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            await turn.context.add_message(
                {
                    "role": "tool",
                    "name": outcome.name,
                    "tool_call_id": outcome.call_id,
                    "content": outcome.content,
                }
            )

    async def _stopped(self, turn: _Turn) -> None:
        await self._keep_partial(turn)
        token = turn.coordinator.cancellation
        await turn.hooks.emit(
            CANCEL_REQUESTED,
            {"orchestrator": NAME, "state": str(token.state), "turn_count": turn.iteration},
        )
        await token.trigger_callbacks()

    async def _keep_partial(self, turn: _Turn) -> None:
        """What was written stays in the conversation, as far as a reader has seen it."""
        if turn.written.strip():
            await turn.context.add_message({"role": "assistant", "content": turn.written})

    async def _end(self, turn: _Turn, text: str, status: str) -> None:
        await turn.hooks.emit(EXECUTION_END, {"response": text, "status": status})
        ended = {"completed": "success" if text else "incomplete"}.get(status, status)
        await turn.hooks.emit(
            ORCHESTRATOR_COMPLETE,
            {"orchestrator": NAME, "turn_count": turn.iteration, "status": ended},
        )


async def _until_cancelled(turn: _Turn, work: Coroutine[Any, Any, T], *, immediate_only: bool = False) -> T:
    """Await `work`, but end it when the session is cancelled, or this task is.

    Raises:
        Stopped: the session's token asked for it; `work` has ended before this is raised.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=None if turn.coordinator is None else LOOK_EVERY)
            if not task.done() and turn.cancelled:
                token = turn.coordinator.cancellation
                if token.is_immediate or not immediate_only:
                    await _end_task(task)
                    raise Stopped
    except asyncio.CancelledError:
        await _end_task(task)
        raise
    return task.result()


async def _end_task(task: asyncio.Future[Any]) -> None:
    task.cancel()
    # What it still says is of no interest to anybody.
    with suppress(asyncio.CancelledError, Exception):
        await task


def _watch_text(turn: _Turn) -> Callable[[], None]:
    """Collect what a reader sees of the answer, from whichever provider writes it."""
    turn.written = ""

    async def listen(event: str, payload: Mapping[str, Any]) -> HookResult:
        if payload.get("block_type") == "text":
            turn.written += str(payload.get("text", ""))
        return HookResult()

    if not hasattr(turn.hooks, "register"):
        return lambda: None
    forget: Callable[[], None] = turn.hooks.register(BLOCK_DELTA, listen, name=NAME)
    return forget


def _spec(tool: Any) -> ToolSpec:
    return ToolSpec(
        name=tool.name, description=tool.description, parameters=getattr(tool, "input_schema", None) or {}
    )


def _stored(response: ChatResponse, calls: list[Any]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": [block.model_dump() for block in response.content],
    }
    if calls:
        message["tool_calls"] = [
            {"id": call.id, "tool": call.name, "arguments": call.arguments} for call in calls
        ]
    thinking = [block for block in message["content"] if block["type"] == "thinking"]
    if thinking:
        message["thinking_block"] = thinking[0]
    if response.metadata:
        message["metadata"] = response.metadata
    return message


def _text(response: ChatResponse) -> str:
    given = getattr(response, "text", None)
    if isinstance(given, str):
        return given
    return "".join(block.text for block in response.content if block.type == "text")


def _with_injections(messages: list[dict[str, Any]], injections: list[HookResult]) -> list[dict[str, Any]]:
    """Ephemeral injections, for this request only; the stored messages are not touched."""
    for injection in injections:
        last = messages[-1] if messages else None
        if injection.append_to_last_tool_result and last is not None and last.get("role") == "tool":
            messages[-1] = {**last, "content": f"{last.get('content', '')}\n\n{injection.context_injection}"}
        else:
            messages.append(
                {"role": injection.context_injection_role, "content": injection.context_injection or ""}
            )
    return messages


def _error_payload(turn: _Turn, error: Exception) -> dict[str, Any]:
    wire = to_wire_error(error)
    payload: dict[str, Any] = {
        "provider": turn.provider_name,
        "error": {"type": type(error).__name__, "msg": str(error), **wire},
    }
    if isinstance(error, LLMError):
        payload |= {"retryable": error.retryable, "status_code": error.status_code}
    return payload


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the orchestrator."""
    await coordinator.mount("orchestrator", WebLLMLoop(config))
    return None
