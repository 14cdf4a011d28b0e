"""`tool-custom`: tools that a person wrote in Python.

Their source never runs here, beside keys and conversations: the page runs it in an interpreter of its own,
without network, that ends with the call. Only the arguments and the result cross.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from amplifier_core.models import ToolResult

from ..._schema import violations
from ..._wire import CustomTool
from ...errors import RequestRefused, engine_error
from ..page import PageRefused, PageServices
from .results import page_of, refused, told, unusable

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
TAKEN = frozenset({"notes", "todo", "calculator", "clock", "clipboard", "download", "fetch"})
"""Names of the tools that are there already: what a person allowed one of them is not another's."""
LONGEST = 8_000
"""Characters of a result that a model is given."""


class WrittenTool:
    """One tool of a person's own.

    Args:
        definition: name, description, JSON schema of the arguments, and the source.
        page: runs it.
    """

    def __init__(self, definition: CustomTool, page: PageServices) -> None:
        self.name = definition["name"]
        self.description = definition["description"]
        self.input_schema: dict[str, Any] = definition["parameters"]
        self._source = definition["source"]
        self._page = page

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """The result, as JSON where it is no text; an error of the source is a result with its words."""
        if wrong := unusable(self, input):
            return wrong
        call = {"name": self.name, "arguments": input, "source": self._source}
        try:
            found = await self._page.call("custom_tool", call)
        except PageRefused as error:
            return refused(error.sentence)
        value = found["value"]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]}\n[{len(text) - LONGEST} more characters were left out]"
        return told(text)


def check_custom_tools(tools: Iterable[Mapping[str, Any]]) -> None:
    """Hold a person's tools against what the kernel and the models can use.

    Raises:
        RequestRefused: a name or a schema that cannot be used, with the sentence.
    """
    seen: set[str] = set()
    for tool in tools:
        name = str(tool.get("name", ""))
        if not NAME.fullmatch(name):
            raise _refused(name, f"{name!r} is no name of a tool: small letters, digits and _ only.")
        if name in TAKEN or name in seen:
            raise _refused(name, f"There is a tool called {name} already: choose another name.")
        seen.add(name)
        schema = tool.get("parameters")
        if not isinstance(schema, Mapping) or schema.get("type") != "object":
            raise _refused(name, f"The parameters of {name} are no JSON schema of an object.")
        if wrong := [one for one in violations({}, schema) if "schema" in one]:
            raise _refused(name, f"The parameters of {name} cannot be used: {wrong[0]}.")


def _refused(name: str, sentence: str) -> Exception:
    details = {"field": "custom_tools", "tool": name}
    return engine_error("invalid_request", sentence, details=details, kind=RequestRefused)


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tools of `config["tools"]` over the session's page."""
    tools: list[CustomTool] = list((config or {}).get("tools", []))
    check_custom_tools(tools)
    page = page_of(coordinator, "tool-custom")
    for definition in tools:
        tool = WrittenTool(definition, page)
        await coordinator.mount("tools", tool, name=tool.name)
    return None
