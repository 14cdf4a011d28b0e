"""Asking the user, through the application's approval system, whether an operation may go on."""

from __future__ import annotations

import inspect
import logging
from typing import Any, Final

from amplifier_core.approval import ApprovalTimeoutError
from amplifier_core.models import HookResult

from . import arguments

logger = logging.getLogger(__name__)

# Whatever else an approval system answers is a denial: a surprising answer must not open the gate.
_GRANTING: Final = frozenset({"allow", "allow once", "allow always"})
_LONGEST_QUOTE: Final = 200


async def decided(
    system: Any, prompt: str | None, options: list[str] | None, timeout: float, default: str
) -> HookResult:
    """`continue` if the user allows it, else `deny` with a reason.

    Errors of the approval system, other than its timeout, are raised: the operation does not go on either.
    """
    if system is None:
        logger.error("A hook asks for approval, and there is no approval system")
        return _denied("No approval system available")
    question = "Allow this operation?" if prompt is None else prompt
    choices = ["Allow", "Deny"] if options is None else options
    try:
        answer = system.request_approval(question, choices, timeout, default)
        if inspect.iscoroutine(answer):
            answer = await answer
    except ApprovalTimeoutError:
        logger.warning("No answer to an approval request; its default is %r", default)
        if _grants(default):
            return HookResult(action="continue")
        return _denied(f"Approval timeout - denied by default: {_quoted(question)}")
    if _grants(arguments.text(answer)):
        return HookResult(action="continue")
    return _denied(f"User denied: {_quoted(question)}")


def _grants(answer: str) -> bool:
    return answer.lower() in _GRANTING


def _denied(reason: str) -> HookResult:
    return HookResult(action="deny", reason=reason)


def _quoted(prompt: str) -> str:
    """The prompt, cut: reasons go into logs and to the model, and a hook decides how long a prompt is."""
    return prompt if len(prompt) <= _LONGEST_QUOTE else f"{prompt[:_LONGEST_QUOTE]}...[truncated]"
