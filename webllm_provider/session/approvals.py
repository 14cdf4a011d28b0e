"""The kernel's approval system over the wire: a person in the page decides."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Literal

from amplifier_core.approval import ApprovalTimeoutError
from amplifier_core.events import (
    APPROVAL_DENIED,
    APPROVAL_GRANTED,
    APPROVAL_REQUIRED,
    PROMPT_SUBMIT,
    PROVIDER_REQUEST,
    TOOL_PRE,
)
from amplifier_core.models import HookResult

from .._wire import ApprovalChoice, PythonMessage
from .permissions import Permissions

ANSWERS: dict[ApprovalChoice, str] = {
    "once": "Allow once",
    "conversation": "Allow always",
    "deny": "Deny",
    "never": "Deny",
}
"""The kernel's own words; whatever else it gets is a denial."""

REASONS: dict[ApprovalChoice, str] = {
    "deny": "A person has denied this call.",
    "never": "A person has denied this call and every further one of this tool.",
}
UNANSWERED = "Nobody has answered in time."


class PageApprovals:
    """Asks the page, and waits until somebody has answered or nobody waits any more.

    Args:
        send: takes each message to the page.
        turn: gives the id of the turn that runs now.
        permissions: takes what is said for longer than one call.
    """

    def __init__(
        self,
        send: Callable[[PythonMessage], None],
        turn: Callable[[], str | None],
        permissions: Permissions,
    ) -> None:
        self._send = send
        self._turn = turn
        self._permissions = permissions
        self._waiting: dict[str, asyncio.Future[ApprovalChoice]] = {}
        self._left: list[asyncio.Future[ApprovalChoice]] = []
        """Questions that were taken back."""
        self._call: Mapping[str, Any] = {}
        """The call that the hooks are being asked about: what will run when they agree."""
        self._hooks: Any = None

    def listen(self, hooks: Any) -> None:
        """Hear of the session's calls, before any other hook: of those who ask, the kernel tells only the
        question, and what another hook changed it forgets when somebody is asked."""
        self._hooks = hooks
        for event in (PROMPT_SUBMIT, PROVIDER_REQUEST, TOOL_PRE):
            hooks.register(event, self._about, priority=-1000, name="webllm-approvals")

    async def _about(self, event: str, payload: Mapping[str, Any]) -> HookResult:
        self._call = dict(payload) if event == TOOL_PRE else {}
        return HookResult()

    async def request_approval(
        self, prompt: str, options: list[str], timeout: float, default: Literal["allow", "deny"]
    ) -> str:
        """As the kernel asks for it.

        Raises:
            ApprovalTimeoutError: nobody has answered in time.
        """
        turn = self._turn()
        if turn is None:
            # Nobody would see the question.
            return ANSWERS["deny"]
        call = self._call
        choice = await self._ask(turn, prompt, call, timeout)
        tool = str(call.get("tool_name", ""))
        if tool:
            self._permissions.remember(tool, choice)
        event = APPROVAL_DENIED if choice in REASONS else APPROVAL_GRANTED
        await self._tell(
            event, call, choice=choice, **({"reason": REASONS[choice]} if choice in REASONS else {})
        )
        return ANSWERS[choice]

    async def _ask(self, turn: str, prompt: str, call: Mapping[str, Any], timeout: float) -> ApprovalChoice:
        approval = str(uuid.uuid4())
        waiting: asyncio.Future[ApprovalChoice] = asyncio.get_running_loop().create_future()
        self._waiting[approval] = waiting
        try:
            await self._tell(APPROVAL_REQUIRED, call, question=prompt)
            self._send(
                {
                    "type": "approval_asked",
                    "id": turn,
                    "approval": approval,
                    "tool": str(call.get("tool_name", "")),
                    "arguments": dict(call.get("tool_input") or {}),
                    "question": prompt,
                }
            )
            async with asyncio.timeout(timeout):
                return await waiting
        except TimeoutError as error:
            await self._tell(APPROVAL_DENIED, call, reason=UNANSWERED)
            raise ApprovalTimeoutError(prompt) from error
        finally:
            # Neither answered nor withdrawn already: nobody waits any more.
            if self._waiting.pop(approval, None) is not None:
                self._send({"type": "approval_withdrawn", "approval": approval})

    def answer(self, approval: str, choice: ApprovalChoice) -> bool:
        """Take a person's answer. False where nobody waits for it here."""
        waiting = self._waiting.pop(approval, None)
        if waiting is None:
            return False
        if not waiting.done():
            waiting.set_result(choice)
        return True

    def withdraw(self) -> None:
        """Take the questions back: the turn is about to end, and that ends the waits."""
        for approval in list(self._waiting):
            self._left.append(self._waiting.pop(approval))
            self._send({"type": "approval_withdrawn", "approval": approval})

    def end(self) -> None:
        """The turn is over; also a kernel that does not hear of it waits no longer."""
        self.withdraw()
        for waiting in self._left:
            waiting.cancel()
        self._left.clear()

    async def _tell(self, event: str, call: Mapping[str, Any], **more: Any) -> None:
        if self._hooks is not None:
            about = {name: call[name] for name in ("tool_name", "tool_call_id", "tool_input") if name in call}
            await self._hooks.emit(event, {**about, **more})
