"""The calls of one answer: hooks ask, tools run at the same time, results come in the order of the calls."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amplifier_core.events import TOOL_ERROR, TOOL_POST, TOOL_PRE
from amplifier_core.message_models import ToolCall
from amplifier_core.models import HookResult, ToolResult

Emit = Callable[[str, dict[str, Any], str], Awaitable[HookResult]]

CANCELLED = "The call was cancelled before it had a result."


@dataclass(frozen=True)
class Outcome:
    """What the model reads of one call."""

    call_id: str
    name: str
    content: str


class ToolCalls:
    """Runs the calls of one answer. A failing tool is a result, never an exception.

    Args:
        emit: emits an event and gives the hooks' verdict after the coordinator has acted on it.
    """

    def __init__(
        self, calls: Sequence[ToolCall], tools: Mapping[str, Any], coordinator: Any, emit: Emit
    ) -> None:
        self._calls = list(calls)
        self._tools = tools
        self._coordinator = coordinator
        self._emit = emit
        self._group = str(uuid.uuid4())
        self._done: dict[str, Outcome] = {}

    async def run(self) -> list[Outcome]:
        """Every call's outcome, in the order of the calls.

        Hooks are asked and tools are started in that order too, so that what depends on it (numbers that
        a tool gives, approvals that a user sees) does not change from run to run.
        """
        async with asyncio.TaskGroup() as group:
            for call in self._calls:
                verdict = await self._ask(call)
                if isinstance(verdict, str):
                    self._finish(call, verdict)
                else:
                    group.create_task(self._use(call, verdict))
        return [self._done[call.id] for call in self._calls]

    def cancelled(self) -> list[Outcome]:
        """The outcomes after a cancellation: a call without a result says so, so that none is orphaned."""
        return [self._done.get(call.id, Outcome(call.id, call.name, CANCELLED)) for call in self._calls]

    def _about(self, call: ToolCall) -> dict[str, Any]:
        return {"tool_name": call.name, "tool_call_id": call.id, "parallel_group_id": self._group}

    def _finish(self, call: ToolCall, content: str) -> None:
        self._done[call.id] = Outcome(call.id, call.name, content)

    async def _ask(self, call: ToolCall) -> dict[str, Any] | str:
        """What the hooks let the tool have, or why it may not run."""
        try:
            asked = await self._emit(TOOL_PRE, {**self._about(call), "tool_input": call.arguments}, call.name)
        except Exception as error:
            return await self._failed(self._about(call), type(error).__name__, f"Internal error: {error}")
        if asked.action == "deny":
            return f"Denied by hook: {asked.reason}"
        given: dict[str, Any] = _modified(asked, "tool_input", call.arguments)
        return given

    async def _use(self, call: ToolCall, given: dict[str, Any]) -> None:
        about = self._about(call)
        tool = self._tools.get(call.name)
        if tool is None:
            sentence = f"Error: Tool '{call.name}' not found"
            self._finish(call, await self._failed(about, "RuntimeError", sentence))
            return
        try:
            result = await self._execute(tool, call, given, about)
            self._finish(call, await self._after(result, given, about))
        except Exception as error:
            sentence = f"Internal error executing tool: {error}"
            self._finish(call, await self._failed(about, type(error).__name__, sentence))

    async def _execute(
        self, tool: Any, call: ToolCall, given: dict[str, Any], about: dict[str, Any]
    ) -> ToolResult:
        token = self._coordinator.cancellation if self._coordinator is not None else None
        if token is not None:
            token.register_tool_start(call.id, call.name)
        try:
            result: ToolResult = await tool.execute(given)
            return result
        except Exception as error:
            sentence = str(error) or type(error).__name__
            await self._failed(about, type(error).__name__, sentence)
            return ToolResult(success=False, error={"message": sentence})
        finally:
            if token is not None:
                token.register_tool_complete(call.id)

    async def _after(self, result: ToolResult, given: dict[str, Any], about: dict[str, Any]) -> str:
        said = result.model_dump()
        answer = await self._emit(
            TOOL_POST, {**about, "tool_input": given, "result": said}, about["tool_name"]
        )
        changed = _modified(answer, "result", said)
        # A kernel hands out copies: only a value that differs was changed by a hook.
        if changed != said:
            return changed if isinstance(changed, str) else json.dumps(changed, ensure_ascii=False)
        return result.get_serialized_output()

    async def _failed(self, about: dict[str, Any], kind: str, sentence: str) -> str:
        await self._emit(TOOL_ERROR, {**about, "error": {"type": kind, "msg": sentence}}, about["tool_name"])
        return sentence


def _modified(result: HookResult, key: str, sent: Any) -> Any:
    found = (result.data or {}).get(key)
    return sent if found is None or found == sent else found
