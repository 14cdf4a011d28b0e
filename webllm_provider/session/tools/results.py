"""What every tool says of itself and of its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from amplifier_core.models import ToolResult

from ..._schema import violations
from ..page import PAGE_CAPABILITY, PageServices


class PageMissing(RuntimeError):
    """A tool was mounted that only a page can run."""


class Tool(Protocol):
    """A tool as the kernel mounts it."""

    @property
    def name(self) -> str: ...
    @property
    def input_schema(self) -> Mapping[str, Any]: ...


def told(text: str) -> ToolResult:
    """A result that a model reads."""
    return ToolResult(success=True, output=text)


def refused(sentence: str) -> ToolResult:
    """What could not be done, with the reason: a result too, never an exception."""
    return ToolResult(success=False, error={"message": sentence})


def unusable(tool: Tool, given: Mapping[str, Any]) -> ToolResult | None:
    """The refusal of arguments that do not fit the tool's schema."""
    wrong = violations(given, tool.input_schema)
    return refused(f"The {tool.name} tool cannot use this: {wrong[0]}.") if wrong else None


def page_of(coordinator: Any, module: str) -> PageServices:
    """The page of a session.

    Raises:
        PageMissing: the session has none.
    """
    page: PageServices | None = coordinator.get_capability(PAGE_CAPABILITY)
    if page is None:
        raise PageMissing(f"{module} needs a page: register PageServices as {PAGE_CAPABILITY}.")
    return page
