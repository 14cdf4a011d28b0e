"""`loop-webllm`: the orchestrator. A prompt goes to the provider, calls go to tools, until it answers.

The events and the stored messages are those of the official loops, so hooks and other providers find
what they expect. Unlike them it hears a cancellation in the middle of an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

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
    PROVIDER_RETRY,
)
from amplifier_core.llm_errors import InvalidToolCallError
from amplifier_core.message_models import ChatRequest, ChatResponse
from amplifier_core.models import HookResult

from .failures import MALFORMED, error_payload, handed_back_payload
from .history import answer_text, stored_answer, tool_spec, with_injections
from .options import turn_options
from .stopping import Stopped
from .tool_calls import Outcome, ToolCalls
from .turn import Turn, until_cancelled, watch_text

NAME = "loop-webllm"
MAX_ITERATIONS = 12
"""Requests of one turn. A small model that has not answered after so many tool calls goes in circles."""
ENDLESS = "I stopped here: after {count} rounds of tool calls there was still no answer."
BROKEN_OFF = "I was interrupted here, before I had answered."


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
        turn = Turn(context, name, providers[name], tools, hooks, coordinator)
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
            await self._break_off(turn)
            raise
        except Exception:
            await self._break_off(turn)
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

    async def _run(self, turn: Turn, prompt: str) -> str:
        submitted = await self._tell(turn, PROMPT_SUBMIT, {"prompt": prompt})
        if submitted.action == "deny":
            return f"Operation denied: {submitted.reason}"
        options = turn_options(turn.coordinator)
        if not options.resumes:
            await turn.context.add_message(options.question(prompt))
        for turn.iteration in range(1, self.max_iterations + 1):
            if turn.cancelled:
                raise Stopped
            asked = await self._tell(
                turn, PROVIDER_REQUEST, {"provider": turn.provider_name, "iteration": turn.iteration}
            )
            if asked.action == "deny":
                return f"Operation denied: {asked.reason}"
            response = await self._ask(turn)
            await self._tell_blocks(turn, response)
            calls = turn.provider.parse_tool_calls(response)
            await turn.context.add_message(stored_answer(response, calls))
            turn.written = ""
            if not calls:
                return answer_text(response)
            await self._call_tools(turn, calls)
        ending = ENDLESS.format(count=self.max_iterations)
        await turn.context.add_message({"role": "assistant", "content": ending})
        return ending

    async def _tell(self, turn: Turn, name: str, payload: dict[str, Any]) -> HookResult:
        """Emit; a hook may let a person decide, and that wait ends with the turn."""
        return await until_cancelled(turn, turn.emit(name, payload))

    async def _ask(self, turn: Turn) -> ChatResponse:
        response = await self._attempt(turn)
        if isinstance(response, InvalidToolCallError):
            await self._hand_back(turn, response)
            return await self._ask(turn)
        usage = response.usage.model_dump() if response.usage else None
        await self._tell(turn, PROVIDER_RESPONSE, {"provider": turn.provider_name, "usage": usage})
        return response

    async def _attempt(self, turn: Turn) -> ChatResponse | InvalidToolCallError:
        """The answer, or the malformed call that is worth another attempt."""
        forget = watch_text(turn)
        try:
            return await until_cancelled(turn, self._complete(turn))
        except Stopped:
            raise
        except Exception as error:
            if isinstance(error, InvalidToolCallError) and not turn.corrected:
                return error
            await turn.emit(PROVIDER_ERROR, error_payload(turn.provider_name, error))
            raise
        finally:
            forget()

    async def _hand_back(self, turn: Turn, error: InvalidToolCallError) -> None:
        """Tell the model once what was wrong with its call; nothing of it is kept in the conversation."""
        turn.corrected = True
        await self._tell(turn, PROVIDER_RETRY, handed_back_payload(turn.provider_name, error))
        turn.injections.append(
            HookResult(
                action="inject_context",
                context_injection=MALFORMED.format(error=error),
                context_injection_role="user",
                ephemeral=True,
            )
        )

    async def _complete(self, turn: Turn) -> ChatResponse:
        messages = await turn.context.get_messages_for_request(provider=turn.provider)
        messages = with_injections(list(messages), turn.injections)
        turn.injections.clear()
        # In one go: a history is long, and each message by itself would be checked at a price of its own.
        request = ChatRequest.model_validate(
            {
                "messages": messages,
                "tools": [tool_spec(tool) for tool in turn.tools.values()] or None,
                **turn_options(turn.coordinator).request_fields(_longest_answer(turn.provider)),
            }
        )
        response: ChatResponse = await turn.provider.complete(request)
        return response

    async def _tell_blocks(self, turn: Turn, response: ChatResponse) -> None:
        blocks = getattr(response, "content_blocks", None) or []
        for index, block in enumerate(blocks):
            place = {"block_index": index, "total_blocks": len(blocks)}
            began = {"block_type": block.type.value, **place, "metadata": None}
            await self._tell(turn, CONTENT_BLOCK_START, began)
            ending = {**place, "block": block.to_dict()}
            if response.usage is not None:
                ending["usage"] = response.usage.model_dump()
            await self._tell(turn, CONTENT_BLOCK_END, ending)

    async def _call_tools(self, turn: Turn, calls: list[Any]) -> None:
        turn.called = True
        running = ToolCalls(calls, turn.tools, turn.coordinator, turn.emit)
        try:
            outcomes = await until_cancelled(turn, running.run(), immediate_only=True)
        except (Stopped, asyncio.CancelledError):
            await self._keep_results(turn, running.cancelled())
            raise
        await self._keep_results(turn, outcomes)
        if turn.cancelled:
            raise Stopped

    async def _keep_results(self, turn: Turn, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            await turn.context.add_message(
                {
                    "role": "tool",
                    "name": outcome.name,
                    "tool_call_id": outcome.call_id,
                    "content": outcome.content,
                }
            )

    async def _stopped(self, turn: Turn) -> None:
        await self._break_off(turn)
        token = turn.coordinator.cancellation
        await turn.hooks.emit(
            CANCEL_REQUESTED,
            {"orchestrator": NAME, "state": str(token.state), "turn_count": turn.iteration},
        )
        await token.trigger_callbacks()

    async def _break_off(self, turn: Turn) -> None:
        """Leave a conversation that can go on: what a reader has seen of an answer stays in it."""
        if turn.written.strip():
            await turn.context.add_message({"role": "assistant", "content": turn.written})
        elif turn.called:
            # Without an answer, the next question would be read as a part of the results.
            await turn.context.add_message({"role": "assistant", "content": BROKEN_OFF})
        elif hasattr(turn.context, "mark_unanswered"):
            await turn.context.mark_unanswered()

    async def _end(self, turn: Turn, text: str, status: str) -> None:
        await turn.hooks.emit(EXECUTION_END, {"response": text, "status": status})
        ended = {"completed": "success" if text else "incomplete"}.get(status, status)
        await turn.hooks.emit(
            ORCHESTRATOR_COMPLETE,
            {"orchestrator": NAME, "turn_count": turn.iteration, "status": ended},
        )


def _longest_answer(provider: Any) -> int | None:
    """The tokens that an answer of this provider may have, where it says so."""
    if not hasattr(provider, "get_model_info"):
        return None
    longest: int | None = provider.get_model_info().max_output_tokens
    return longest


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the orchestrator."""
    await coordinator.mount("orchestrator", WebLLMLoop(config))
    return None
