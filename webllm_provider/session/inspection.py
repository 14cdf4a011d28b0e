"""What a session is made of, told for a developer: its mount plan, its modules, its hooks, its window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from amplifier_core.utils import redact_secrets

from .._wire import ContextView, MountedHook, MountedTool, SessionView
from .context import WindowContext


async def session_view(conversation: str, session: Any, *, running: bool) -> SessionView:
    """One session, as it is mounted; keys of servers are left out."""
    coordinator = session.coordinator
    provider = next(iter((coordinator.get("providers") or {}).values()), None)
    return {
        "conversation": conversation,
        "running": running,
        "plan": _plain(redact_secrets(dict(session.config))),
        "provider": _provider(provider),
        "tools": [_tool(name, tool) for name, tool in (coordinator.get("tools") or {}).items()],
        "hooks": mounted_hooks(coordinator.hooks),
        "context": await _context(coordinator.get("context"), provider),
    }


def mounted_hooks(hooks: Any) -> list[MountedHook]:
    """The listeners of each event, in the order in which they are called.

    A kernel says their names; only the one of this package, which runs in browsers, also has their
    priorities at hand.
    """
    known: Mapping[str, Any] = getattr(hooks, "_handlers", {})
    return [
        {"event": event, "name": name, "priority": _priority(known, event, place)}
        for event, names in hooks.list_handlers().items()
        for place, name in enumerate(names)
    ]


def _priority(known: Mapping[str, Any], event: str, place: int) -> int | None:
    entries = known.get(event, ()) if isinstance(known, Mapping) else ()
    return getattr(entries[place], "priority", None) if place < len(entries) else None


def _provider(provider: Any) -> dict[str, Any] | None:
    if provider is None:
        return None
    told: dict[str, Any] = {}
    for name, ask in (("info", "get_info"), ("model", "get_model_info")):
        if hasattr(provider, ask):
            told[name] = _plain(redact_secrets(getattr(provider, ask)().model_dump(mode="json")))
    return told


def _tool(name: str, tool: Any) -> MountedTool:
    return {"name": name, "description": str(getattr(tool, "description", "") or "")}


async def _context(context: Any, provider: Any) -> ContextView:
    messages = await context.get_messages()
    window: int | None = None
    if hasattr(provider, "get_model_info"):
        window = provider.get_model_info().context_window
    tokens = context.estimated_tokens() if isinstance(context, WindowContext) else None
    return {"messages": len(messages), "tokens": tokens, "window": window}


def _plain(value: Any) -> dict[str, Any]:
    """As JSON, whatever a module has put into its config."""
    plain: dict[str, Any] = json.loads(json.dumps(value, default=str))
    return plain
