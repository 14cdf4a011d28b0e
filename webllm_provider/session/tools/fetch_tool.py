"""`tool-fetch`: a page of the web, as text. Behind approval, and behind the gate of the page for new sites.

What comes back was written by strangers: it reaches the model as a tool's result, framed as data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from amplifier_core.models import ToolResult

from ..page import PageRefused, PageServices
from .html_text import html_text
from .results import page_of, refused, told, unusable

LONGEST_URL = 2_000
MAX_CHARACTERS = 6_000
"""Characters of a page that a model is given: about half of a window of 4,096 tokens."""


class FetchTool:
    """Fetches one address.

    Args:
        page: fetches, behind its own gate.
        max_characters: how much of a page a model is given.
    """

    name = "fetch"
    description = "Fetch a page of the web by its address and read its text."
    input_schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"url": {"type": "string", "minLength": 1, "maxLength": LONGEST_URL}},
        "required": ["url"],
        "additionalProperties": False,
    }

    def __init__(self, page: PageServices, max_characters: int = MAX_CHARACTERS) -> None:
        self._page = page
        self._max_characters = max_characters

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """The status, the kind and the text; what could not be fetched is a result with the reason."""
        if wrong := unusable(self, input):
            return wrong
        url = input["url"].strip()
        if reason := unfit(url):
            return refused(reason)
        try:
            found = await self._page.call("fetch", {"url": url})
        except PageRefused as error:
            return refused(error.sentence)
        return self._told(found)

    def _told(self, found: Mapping[str, Any]) -> ToolResult:
        kind = str(found.get("type") or "unknown type")
        text = str(found["text"])
        if "html" in kind:
            text = html_text(text)
        left_out = max(0, len(text) - self._max_characters)
        notes = [f"{left_out} more characters were left out"] if left_out else []
        if found.get("truncated"):
            notes.append("the page is longer than what was fetched")
        head = f"{found['url']}: status {found['status']}, {kind}"
        foot = [f"[{', and '.join(notes)}]"] if notes else []
        whole = "\n\n".join([head, text[: self._max_characters] or "(no text)", *foot])
        return told(whole) if 200 <= int(found["status"]) < 400 else refused(whole)


def unfit(url: str) -> str | None:
    """Why an address cannot be fetched; None where it can."""
    try:
        parts = urlsplit(url)
        host, credentials = parts.hostname, parts.username is not None or parts.password is not None
    except ValueError:
        return f"{url[:100]} is no address."
    if parts.scheme not in ("http", "https") or not host:
        return "Only addresses that begin with https:// or http:// can be fetched."
    if credentials:
        return "An address must not hold a name or a password."
    return None


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tool over the session's page; `config` may hold `max_characters`."""
    longest = int((config or {}).get("max_characters", MAX_CHARACTERS))
    tool = FetchTool(page_of(coordinator, "tool-fetch"), longest)
    await coordinator.mount("tools", tool, name=tool.name)
    return None
