"""Which tools may run: what a person has set, and what they have said since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._wire import ApprovalChoice, ToolPermission

PERMISSIONS_CAPABILITY = "webllm.permissions"
"""Register `Permissions` under this name before mounting `hooks-approval`, to change them while it runs."""

HARMLESS = frozenset({"notes", "todo", "calculator", "clock"})
"""They reach nothing but this application's own documents: allowed where nobody has said otherwise. Every
other tool, a person's own among them, asks."""


class Permissions:
    """The permissions of one conversation.

    Args:
        given: by the tool's name.
    """

    def __init__(self, given: Mapping[str, ToolPermission] | None = None) -> None:
        self._given = dict(given or {})
        self._said: dict[str, ToolPermission] = {}

    def of(self, tool: str) -> ToolPermission:
        """Whether a tool may run. A remembered word never opens what the settings forbid."""
        given = self._given.get(tool, "allow" if tool in HARMLESS else "ask")
        return given if given == "never" else self._said.get(tool, given)

    def set(self, given: Mapping[str, ToolPermission]) -> None:
        """Take other settings; what was said about a tool that is set anew holds no more."""
        before, self._given = self._given, dict(given)
        self.forget(tool for tool in {*before, *self._given} if before.get(tool) != self._given.get(tool))

    def remember(self, tool: str, choice: ApprovalChoice) -> None:
        """Keep what was said for the conversation, where it was meant so."""
        if choice == "conversation":
            self._said[tool] = "allow"
        elif choice == "never":
            self._said[tool] = "never"

    def forget(self, tools: Iterable[str]) -> None:
        """Ask again for these tools."""
        for tool in tools:
            self._said.pop(tool, None)
