"""`hooks-approval`: no tool runs without the permission that a person has given it.

Every call passes here before it runs. What is allowed goes on, what is forbidden is denied, for the rest the
kernel's approval system asks a person. The model reads a denial as the call's result.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from amplifier_core.events import APPROVAL_DENIED, TOOL_PRE
from amplifier_core.models import HookResult

from ..permissions import PERMISSIONS_CAPABILITY, Permissions

NAME = "hooks-approval"
PRIORITY = 900
"""Behind hooks that deny for reasons of their own: nobody is asked about a call that cannot run."""
OPTIONS = ["Allow once", "Allow always", "Deny"]
WAIT_S = 24 * 3600.0
"""A person may have left the page open over night; a stop ends the wait at once."""
QUESTION = "May the tool {tool} run?"
FORBIDDEN = "The tool {tool} is not allowed in this conversation. Answer without it."


class ApprovalGate:
    """The gate before every tool.

    Args:
        permissions: they may change while the gate stands.
        hooks: hears of calls that were denied without a question.
    """

    def __init__(self, permissions: Permissions, hooks: Any) -> None:
        self._permissions = permissions
        self._hooks = hooks

    async def decide(self, event: str, payload: Mapping[str, Any]) -> HookResult:
        """The verdict on one call."""
        tool = str(payload.get("tool_name", ""))
        permission = self._permissions.of(tool)
        if permission == "allow":
            return HookResult()
        if permission == "never":
            reason = FORBIDDEN.format(tool=tool)
            about = {
                name: payload[name] for name in ("tool_name", "tool_call_id", "tool_input") if name in payload
            }
            await self._hooks.emit(APPROVAL_DENIED, {**about, "reason": reason})
            return HookResult(action="deny", reason=reason)
        return HookResult(
            action="ask_user",
            approval_prompt=QUESTION.format(tool=tool),
            approval_options=OPTIONS,
            approval_timeout=WAIT_S,
            approval_default="deny",
        )


async def mount(coordinator: Any, config: Mapping[str, Any] | None = None) -> Callable[[], Awaitable[None]]:
    """Mount the gate; `config` may hold `permissions`, by the tool's name. Those of the session go before."""
    given = coordinator.get_capability(PERMISSIONS_CAPABILITY)
    permissions = given if given is not None else Permissions((config or {}).get("permissions"))
    gate = ApprovalGate(permissions, coordinator.hooks)
    forget = coordinator.hooks.register(TOOL_PRE, gate.decide, priority=PRIORITY, name=NAME)

    async def cleanup() -> None:
        forget()

    return cleanup
