"""What the answers of all handlers amount to: one result, with its injections listed and merged."""

from __future__ import annotations

from typing import Final

from amplifier_core.models import HookResult

from .hook_answers import DEFAULTS, Fields
from .payload import Json


def carried_on(data: Json) -> HookResult:
    """The result of an emit that nobody stopped: the data as the last handler left it.

    Copied from one that was checked: there is nothing of a handler's in it but data, which is JSON already.
    """
    return _CARRIED_ON.model_copy(
        update={"data": data if isinstance(data, dict) else {}, "context_injections": []}
    )


def injecting(fields: Fields, hook_name: str, event: str) -> Fields | None:
    """An `inject_context` answer with its injections listed, each with its source; None without any.

    The list wins over the older single field. The source is the registered handler, not a claimed one:
    stored injections are audited by it.
    """
    items = fields["context_injections"]
    if not items:
        if fields["context_injection"] is None:
            return None
        items = [
            {
                "content": fields["context_injection"],
                "role": fields["context_injection_role"],
                "ephemeral": fields["ephemeral"],
                "append_to_last_tool_result": fields["append_to_last_tool_result"],
            }
        ]
    named = [{**item, "hook_name": hook_name, "event": event} for item in items]
    return {**fields, **projected(named)}


def merged(answers: list[Fields]) -> Fields:
    """One result for the injections of several handlers.

    A single answer keeps its other fields; of several, only the first one's `suppress_output` is kept,
    because their messages and reasons cannot be told apart any more.
    """
    if len(answers) == 1:
        return answers[0]
    items = [item for answer in answers for item in answer["context_injections"]]
    return {
        **DEFAULTS,
        "action": "inject_context",
        "suppress_output": answers[0]["suppress_output"],
        **projected(items),
    }


def projected(items: list[Fields]) -> Fields:
    """The list of injections, and the older single fields that stand for it."""
    return {
        "context_injections": items,
        "context_injection": "\n\n".join(item["content"] for item in items),
        "context_injection_role": items[0]["role"],
        "ephemeral": any(item["ephemeral"] for item in items),
        "append_to_last_tool_result": any(item["append_to_last_tool_result"] for item in items),
    }


# The fields of a result whose injections are all dealt with.
CONSUMED: Final[Fields] = {
    name: DEFAULTS[name]
    for name in (
        "action",
        "context_injection",
        "context_injection_role",
        "ephemeral",
        "append_to_last_tool_result",
        "context_injections",
    )
}


def as_model(fields: Fields) -> HookResult:
    """The fields as the model that callers of the kernel read."""
    return HookResult.model_validate(fields)


_CARRIED_ON: Final = as_model(DEFAULTS)
