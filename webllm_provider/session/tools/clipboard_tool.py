"""`tool-clipboard`: what a person has copied, and what they may paste. The page does it, behind approval."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from amplifier_core.models import ToolResult

from ..page import PageRefused, PageServices
from .results import page_of, refused, told, unusable

LONGEST = 100_000
"""Characters that are copied at once."""
READ = 8_000
"""Characters of the clipboard that a model is given."""


class ClipboardTool:
    """Reads and writes the clipboard."""

    name = "clipboard"
    description = "Read the text on the clipboard, or write a text to it."
    input_schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": ["read", "write"]},
            "text": {"type": "string", "maxLength": LONGEST},
        },
        "required": ["action"],
        "additionalProperties": False,
    }

    def __init__(self, page: PageServices) -> None:
        self._page = page

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """Do what `action` says; a refusal of the browser is a result with its sentence."""
        if wrong := unusable(self, input):
            return wrong
        try:
            return await (self._read() if input["action"] == "read" else self._write(input.get("text", "")))
        except PageRefused as error:
            return refused(error.sentence)

    async def _read(self) -> ToolResult:
        found = await self._page.call("clipboard_read", {})
        text = str(found["text"])
        if not text:
            return told("The clipboard holds no text.")
        if len(text) > READ:
            return told(f"{text[:READ]}\n[{len(text) - READ} more characters were left out]")
        return told(text)

    async def _write(self, text: str) -> ToolResult:
        if not text:
            return refused("Say which text to copy.")
        await self._page.call("clipboard_write", {"text": text})
        return told(f"{len(text)} characters are on the clipboard now.")


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tool over the session's page."""
    tool = ClipboardTool(page_of(coordinator, "tool-clipboard"))
    await coordinator.mount("tools", tool, name=tool.name)
    return None
