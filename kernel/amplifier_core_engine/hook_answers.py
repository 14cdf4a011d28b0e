"""What a handler answered, checked field by field; anything that is not a well-formed result is a denial.

A hook is a gate. A gate that answers something unintelligible must stay shut, so nothing here is coerced:
`ephemeral: "yes"` denies, although Pydantic would take it for True.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import Final

from amplifier_core.models import HookResult

from .payload import Json, canonical

logger = logging.getLogger(__name__)

Fields = dict[str, Json]

_ACTIONS: Final = frozenset({"continue", "deny", "modify", "inject_context", "ask_user"})
_ROLES: Final = frozenset({"system", "user", "assistant"})

# Every result that leaves the kernel carries all fields, as if each had been set.
DEFAULTS: Final[Fields] = {
    "action": "continue",
    "data": None,
    "reason": None,
    "context_injection": None,
    "context_injection_role": "system",
    "ephemeral": False,
    "approval_prompt": None,
    "approval_options": None,
    "approval_timeout": 300.0,
    "approval_default": "deny",
    "suppress_output": False,
    "user_message": None,
    "user_message_level": "info",
    "user_message_source": None,
    "append_to_last_tool_result": False,
    "context_injections": [],
}
_FLAGS: Final = tuple(name for name, value in DEFAULTS.items() if value is False)
_INJECTION_DEFAULTS: Final[Fields] = {
    "role": "system",
    "ephemeral": False,
    "append_to_last_tool_result": False,
    "hook_name": "unknown",
    "event": "",
}


def _is_text(value: Json) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return value.isascii() or bool(value.encode("utf-8"))
    except UnicodeEncodeError:  # a lone surrogate
        return False


def _is_optional_text(value: Json) -> bool:
    return value is None or _is_text(value)


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_optional_object(value: Json) -> bool:
    return value is None or isinstance(value, dict)


def _is_optional_text_list(value: Json) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_text, value)))


def _is_one_of(choices: frozenset[str]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, str) and value in choices


_INJECTION_CHECKS: Final[Mapping[str, Callable[[Json], bool]]] = {
    "content": _is_text,
    "role": _is_one_of(_ROLES),
    "ephemeral": _is_flag,
    "append_to_last_tool_result": _is_flag,
    "hook_name": _is_text,
    "event": _is_text,
}


def _is_injection_list(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict)
        and "content" in item
        and all(check(item[name]) for name, check in _INJECTION_CHECKS.items() if name in item)
        for item in value
    )


_CHECKS: Final[Mapping[str, Callable[[Json], bool]]] = {
    "action": _is_one_of(_ACTIONS),
    "data": _is_optional_object,
    "reason": _is_optional_text,
    "context_injection": _is_optional_text,
    "context_injection_role": _is_one_of(_ROLES),
    "ephemeral": _is_flag,
    "approval_prompt": _is_optional_text,
    "approval_options": _is_optional_text_list,
    "approval_timeout": _is_number,
    "approval_default": _is_one_of(frozenset({"allow", "deny"})),
    "suppress_output": _is_flag,
    "user_message": _is_optional_text,
    "user_message_level": _is_one_of(frozenset({"info", "warning", "error"})),
    "user_message_source": _is_optional_text,
    "append_to_last_tool_result": _is_flag,
    "context_injections": _is_injection_list,
}


def parsed(answer: object) -> Fields:
    """All fields of a handler's answer. None means to continue, what is unintelligible means to deny."""
    if answer is None or _is_plain_continue(answer):
        return dict(DEFAULTS)
    try:
        given = _given(answer)
    except Exception as error:
        return _denied(f"it cannot be written as JSON: {error}")
    if not isinstance(given, dict):
        return _denied(f"it is a {type(given).__name__}, not an object")
    for name, check in _CHECKS.items():
        if name in given and not check(given[name]):
            return _denied(f"its field {name!r} is not valid")
    fields: Fields = {name: given.get(name, default) for name, default in DEFAULTS.items()}
    fields["context_injections"] = [
        {name: item.get(name, _INJECTION_DEFAULTS.get(name)) for name in _INJECTION_CHECKS}
        for item in fields["context_injections"]
    ]
    return fields


def _is_plain_continue(answer: object) -> bool:
    """Whether a handler answers what most do: a result in which nothing was set.

    Zero equals False, so that flags are looked at once more: nothing is coerced here.
    """
    return (
        type(answer) is HookResult
        and vars(answer) == DEFAULTS
        and all(vars(answer)[flag] is False for flag in _FLAGS)
    )


def _given(answer: object) -> Json:
    """The answer as JSON data.

    Most answers are plain results without data or injections. Their fields are JSON as they stand, so they
    are not sent through it; the checks that follow are the same.
    """
    if type(answer) is HookResult and answer.data is None and not answer.context_injections:
        return dict(vars(answer))
    return canonical(answer)


def _denied(reason: str) -> Fields:
    logger.error("A hook handler's answer is refused, and the operation denied: %s", reason)
    return {**DEFAULTS, "action": "deny", "reason": "Hook handler returned invalid response"}
