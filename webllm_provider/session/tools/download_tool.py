"""`tool-download`: a text as a file in the person's downloads. Behind approval, and done by the page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from amplifier_core.models import ToolResult

from ..page import PageRefused, PageServices
from .results import page_of, refused, told, unusable

LONGEST = 1_000_000
"""Characters of a file."""
LONGEST_NAME = 120
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
"""What no file system takes, and what turns a name around to hide how it ends."""


class DownloadTool:
    """Saves a text file."""

    name = "download"
    description = "Save a text as a file in the user's downloads."
    input_schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 255},
            "text": {"type": "string", "maxLength": LONGEST},
        },
        "required": ["name", "text"],
        "additionalProperties": False,
    }

    def __init__(self, page: PageServices) -> None:
        self._page = page

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """Save the file; a refusal of the browser is a result with its sentence."""
        if wrong := unusable(self, input):
            return wrong
        name = safe_name(input["name"])
        if not name:
            return refused(f"{input['name']!r} is no file name.")
        try:
            saved = await self._page.call("download", {"name": name, "text": input["text"]})
        except PageRefused as error:
            return refused(error.sentence)
        return told(f"Saved as {saved['name']} ({saved['bytes']} bytes).")


def safe_name(given: str) -> str:
    """A file's name without folders and without characters that mislead; empty where nothing is left."""
    last = re.split(r"[/\\]", given)[-1]
    name = UNSAFE.sub("", last).strip(" .")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 16:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tool over the session's page."""
    tool = DownloadTool(page_of(coordinator, "tool-download"))
    await coordinator.mount("tools", tool, name=tool.name)
    return None
