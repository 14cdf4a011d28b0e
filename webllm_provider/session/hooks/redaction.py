"""`hooks-redaction`: secrets in what tools bring are made unreadable, before a model or a log sees them.

It changes results of tools (`tool:post`) and what events tell of errors. It does not change what a person
says, what a tool is given, or the pieces of an answer: those are shown as they are.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from amplifier_core.events import PROVIDER_ERROR, PROVIDER_RETRY, TOOL_ERROR, TOOL_POST
from amplifier_core.models import HookResult

NAME = "hooks-redaction"
PRIORITY = 100
"""Before hooks that tell others of a payload."""
HIDDEN = "[redacted]"
EVENTS = (TOOL_POST, TOOL_ERROR, PROVIDER_ERROR, PROVIDER_RETRY)
KEPT = frozenset({"tool_input", "tool_name", "tool_call_id", "parallel_group_id"})
"""What a tool was given stays as it is: it has run with it, and a person has seen it."""

SECRETS: tuple[str, ...] = (
    r"\bsk-[A-Za-z0-9_-]{16,}",
    r"\bgh[opsur]_[A-Za-z0-9]{30,}",
    r"\bgithub_pat_[A-Za-z0-9_]{30,}",
    r"\bglpat-[A-Za-z0-9_-]{20,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bhf_[A-Za-z0-9]{30,}",
    r"(?<![\w-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"(?i)(?<=\bbearer )[A-Za-z0-9._~+/-]{16,}=*",
)
"""What keys and tokens of wide-spread services look like."""
NAME_OF_SECRET = r"(?:api[_-]?key|secret|token|passw(?:or)?d)"
NAMED = re.compile(
    rf"""(?ix) ({NAME_OF_SECRET} ["']? \s* [:=] \s*)
    (?: "(?!\[redacted\]) [^"\n]{{8,}} " | '(?!\[redacted\]) [^'\n]{{8,}} '
      | (?!["']|\[redacted\]) [^\s"',;&]{{8,}} )"""
)
"""A value behind a name that says what it is, with its quotes."""
FIELD = re.compile(rf"(?i)(?:^|[_-]){NAME_OF_SECRET}$")


class Redaction:
    """Makes secrets in payloads unreadable.

    Args:
        patterns: regular expressions of further secrets.

    Raises:
        ValueError: a pattern is no regular expression.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        try:
            self._patterns = [re.compile(pattern) for pattern in (*SECRETS, *patterns)]
        except re.error as error:
            raise ValueError(f"{error.pattern!r} is no regular expression: {error}.") from error

    def text(self, given: str) -> str:
        """A text without the secrets in it."""
        for pattern in self._patterns:
            given = pattern.sub(HIDDEN, given)
        return NAMED.sub(rf"\g<1>{HIDDEN}", given)

    def value(self, given: Any) -> Any:
        """The same of every text in a JSON value."""
        if isinstance(given, str):
            return self.text(given)
        if isinstance(given, Mapping):
            return {
                name: HIDDEN if isinstance(one, str) and one and FIELD.search(str(name)) else self.value(one)
                for name, one in given.items()
            }
        if isinstance(given, list):
            return [self.value(one) for one in given]
        return given

    async def apply(self, event: str, payload: Mapping[str, Any]) -> HookResult:
        """The payload as others may see it."""
        changed = {name: one if name in KEPT else self.value(one) for name, one in payload.items()}
        return HookResult() if changed == payload else HookResult(action="modify", data=changed)


async def mount(coordinator: Any, config: Mapping[str, Any] | None = None) -> Callable[[], Awaitable[None]]:
    """Mount the hook; `config` may hold `patterns`, regular expressions of further secrets."""
    redaction = Redaction((config or {}).get("patterns", ()))
    forgets = [
        coordinator.hooks.register(event, redaction.apply, priority=PRIORITY, name=NAME) for event in EVENTS
    ]

    async def cleanup() -> None:
        for forget in forgets:
            forget()

    return cleanup
