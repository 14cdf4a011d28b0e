"""`tool-calculator`: arithmetic that a language model would guess at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from amplifier_core.models import ToolResult

from .arithmetic import LONGEST, NotComputable, evaluate
from .results import refused, told, unusable


class CalculatorTool:
    """Computes one expression."""

    name = "calculator"
    description = "Compute an arithmetic expression exactly, for example (17.5 * 4) / 3 or sqrt(2) ** 5."
    input_schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"expression": {"type": "string", "maxLength": LONGEST}},
        "required": ["expression"],
        "additionalProperties": False,
    }

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """The value as text; what has none is a result with the reason."""
        if wrong := unusable(self, input):
            return wrong
        try:
            return told(evaluate(input["expression"]))
        except NotComputable as error:
            return refused(str(error))


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tool."""
    await coordinator.mount("tools", CalculatorTool(), name=CalculatorTool.name)
    return None
