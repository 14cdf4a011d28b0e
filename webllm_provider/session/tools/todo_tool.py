"""The `todo` tool at work: one list per conversation, in memory.

The texts stand in `todo.py`, apart from this code, because a model is trained on them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from amplifier_core.models import ToolResult

from ..._schema import violations
from ..memory import MEMORY_CAPABILITY
from . import todo


@dataclass
class _Task:
    text: str
    done: bool = False


class TodoTool:
    """Adds, lists and finishes tasks.

    Args:
        tasks: the list, where an earlier session of the same conversation has left one.
    """

    name = todo.NAME
    description = todo.DESCRIPTION
    input_schema = todo.PARAMETERS

    def __init__(self, tasks: list[_Task] | None = None) -> None:
        self._tasks = [] if tasks is None else tasks

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """Do what `action` says; what cannot be done is a result with a sentence, not an exception."""
        if wrong := violations(input, self.input_schema):
            return _refused(f"The todo tool cannot use this: {wrong[0]}.")
        action = input["action"]
        if action == "add":
            return self._add(str(input.get("text", "")).strip())
        if action == "list":
            listed = [(number, task.text, task.done) for number, task in enumerate(self._tasks, 1)]
            return ToolResult(success=True, output=todo.listed(listed))
        if "id" not in input:
            return _refused("Say which task is done, by its id.")
        return self._finish(int(input["id"]))

    def _add(self, text: str) -> ToolResult:
        if not text:
            return _refused("A task needs a text.")
        self._tasks.append(_Task(text))
        return ToolResult(success=True, output=todo.added(len(self._tasks), text))

    def _finish(self, number: int) -> ToolResult:
        if not 1 <= number <= len(self._tasks):
            return _refused(todo.missing(number))
        self._tasks[number - 1].done = True
        return ToolResult(success=True, output=todo.done(number))


def _refused(sentence: str) -> ToolResult:
    return ToolResult(success=False, error={"message": sentence})


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tool, with the conversation's list where there is one."""
    given: dict[str, Any] | None = coordinator.get_capability(MEMORY_CAPABILITY)
    memory = {} if given is None else given
    await coordinator.mount("tools", TodoTool(memory.setdefault(todo.NAME, [])), name=todo.NAME)
    return None
