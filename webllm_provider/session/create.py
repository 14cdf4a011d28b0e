"""Make a session from a mount plan, through the kernel's own module loader."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from amplifier_core import AmplifierSession
from amplifier_core.events import MODULE_LOAD_FAILED
from amplifier_core.message_models import Message
from amplifier_core.models import HookResult
from pydantic import ValidationError

from .._mount import JOURNAL_CAPABILITY, TRANSPORT_CAPABILITY
from .._transport import Transport
from .._wire import CustomTool
from ..errors import engine_error
from .defaults import INSTRUCTION
from .events import CONTINUE, STREAMED_EVENTS
from .memory import MEMORY_CAPABILITY
from .page import PAGE_CAPABILITY, PageServices
from .permissions import PERMISSIONS_CAPABILITY, Permissions
from .store import STORE_CAPABILITY, Store

Listener = Callable[[str, dict[str, Any]], Awaitable[None] | None]

TOOLS = ("tool-notes", "tool-todo")
CUSTOM_TOOL = "tool-custom"
APPROVAL_HOOK = "hooks-approval"


class ModulesMissing(RuntimeError):
    """A module of the mount plan could not be loaded; its own words are in the message."""


def mount_plan(
    *,
    model: str | None = None,
    instruction: str = INSTRUCTION,
    tools: Sequence[str] = TOOLS,
    provider_config: Mapping[str, Any] | None = None,
    custom_tools: Sequence[CustomTool] = (),
    hooks: Sequence[str] = (),
) -> dict[str, Any]:
    """The mount plan of a session with our loop, our context, our provider and these tools."""
    provider = dict(provider_config or {})
    if model is not None:
        provider["model"] = model
    return {
        "session": {
            "orchestrator": {"module": "loop-webllm", "config": {}},
            "context": {"module": "context-webllm", "config": {"instruction": instruction}},
        },
        "providers": [{"module": "provider-webllm", "config": provider}],
        "tools": [
            *({"module": tool, "config": {}} for tool in tools if tool != CUSTOM_TOOL),
            *([{"module": CUSTOM_TOOL, "config": {"tools": list(custom_tools)}}] if custom_tools else []),
        ],
        **({"hooks": [{"module": hook, "config": {}} for hook in hooks]} if hooks else {}),
    }


async def create_session(
    *,
    transport: Transport | None = None,
    model: str | None = None,
    instruction: str = INSTRUCTION,
    tools: Sequence[str] = TOOLS,
    provider_config: Mapping[str, Any] | None = None,
    on_event: Listener | None = None,
    store: Store | None = None,
    session_id: str | None = None,
    messages: Sequence[Mapping[str, Any]] | None = None,
    approval: Any = None,
    journal: Callable[[Transport], Transport] | None = None,
    custom_tools: Sequence[CustomTool] = (),
    hooks: Sequence[str] = (),
    permissions: Permissions | None = None,
    page: PageServices | None = None,
    memory: dict[str, Any] | None = None,
) -> AmplifierSession:
    """An initialised session that answers through the browser's engine.

    Args:
        transport: another way to an engine than the page's bridge.
        model: the model every request asks for; None takes whatever is loaded.
        instruction: the system text.
        tools: names of tool modules, found by their entry points.
        provider_config: the config of `provider-webllm`.
        on_event: hears every event of `STREAMED_EVENTS`, in order, with its payload.
        store: where the tools keep documents; the browser's storage by default.
        session_id: a stored session's id.
        messages: a stored conversation, to go on with.
        approval: the kernel's approval system; without one, what needs approval is denied.
        journal: put before the transport, to keep what goes to the engine.
        custom_tools: tools that a person wrote; they run in the page, so they need `page`.
        hooks: names of hook modules.
        permissions: which tools may run; given, `hooks-approval` is mounted.
        page: does what tools cannot do themselves: the clipboard, downloads, fetches.
        memory: what tools keep beyond this session, for the next one of the same conversation.

    Raises:
        ModulesMissing: a module could not be loaded.
        RequestRefused: a message of the stored conversation is malformed.
        RuntimeError: the kernel could not make the session.
    """
    stored = None if messages is None else checked_messages(messages)
    if permissions is not None:
        hooks = (APPROVAL_HOOK, *(hook for hook in hooks if hook != APPROVAL_HOOK))
    plan = mount_plan(
        model=model,
        instruction=instruction,
        tools=tools,
        provider_config=provider_config,
        custom_tools=custom_tools,
        hooks=hooks,
    )
    session = AmplifierSession(plan, session_id=session_id, approval_system=approval, is_resumed=bool(stored))
    coordinator = session.coordinator
    for name, capability in {
        TRANSPORT_CAPABILITY: transport,
        JOURNAL_CAPABILITY: journal,
        STORE_CAPABILITY: store,
        PERMISSIONS_CAPABILITY: permissions,
        PAGE_CAPABILITY: page,
        MEMORY_CAPABILITY: memory,
    }.items():
        if capability is not None:
            coordinator.register_capability(name, capability)
    failed = _note_failures(coordinator.hooks)
    if on_event is not None:
        _listen(coordinator.hooks, on_event)
    try:
        await session.initialize()
        if failed:
            raise ModulesMissing(f"Modules of the session could not be loaded. {' '.join(failed)}")
        if stored is not None:
            await coordinator.get("context").set_messages(stored)
    except BaseException:
        # What was mounted before it went wrong, or before the task was cancelled, is given up.
        await session.cleanup()
        raise
    return session


def checked_messages(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A stored conversation; one bad message in it would fail every turn to come.

    Raises:
        RequestRefused: a message is malformed.
    """
    for number, message in enumerate(messages):
        try:
            Message.model_validate(dict(message))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise engine_error(
                "invalid_request",
                f"Message {number} of the stored conversation is malformed at {place}: {first['msg']}.",
                details={"message": number, "field": place},
            ) from error
    return [dict(message) for message in messages]


def _note_failures(hooks: Any) -> list[str]:
    """The kernel only logs a module that fails; a session without its provider is of no use."""
    failed: list[str] = []

    async def note(event: str, payload: dict[str, Any]) -> HookResult:
        failed.append(f"{payload.get('module_id')}: {payload.get('error')}")
        return CONTINUE

    hooks.register(MODULE_LOAD_FAILED, note, name="webllm-session")
    return failed


def _listen(hooks: Any, on_event: Listener) -> None:
    async def pass_on(event: str, payload: dict[str, Any]) -> HookResult:
        told = on_event(event, payload)
        if told is not None and inspect.isawaitable(told):
            await told
        return CONTINUE

    for event in STREAMED_EVENTS:
        # Last of all hooks, so that the application sees what the others made of a payload.
        hooks.register(event, pass_on, priority=1000, name="webllm-session-events")
