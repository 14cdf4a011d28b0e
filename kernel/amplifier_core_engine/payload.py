"""Event data as the kernel carries it: JSON, detached from its sender, keys in order.

The native engine sends every payload through JSON. Three of the consequences are visible to modules and are
kept here: a handler can change what it receives without anybody else noticing, keys arrive sorted (tool
results are shown to the model in that order), and what JSON cannot say is refused instead of guessed.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NoReturn, TypeGuard

# Anything that JSON can say. `Any` inside, because modules read payloads without narrowing them.
Json = Any

# The native parser's limits: containers nested deeper are refused, integers outside become floats.
_DEEPEST = 127
_LARGEST_UNSIGNED = 2**64 - 1
_SMALLEST_SIGNED = -(2**63)
_DIGITS_OF_A_SMALL_INTEGER = 18
_LARGEST_SMALL_INTEGER = 10**_DIGITS_OF_A_SMALL_INTEGER - 1
_SCALARS = frozenset({str, int, float, bool, type(None)})


def _invalid(reason: str) -> RuntimeError:
    """A plain RuntimeError, because its type is quoted in the text of failed executions."""
    return RuntimeError(f"Invalid JSON: {reason}")


def canonical(value: object) -> Json:
    """A copy of the value as JSON data with sorted keys.

    Pydantic models are dumped; other objects inside become their `str()`, as the native engine has it.

    Raises:
        RuntimeError: the value holds NaN, an infinity, a lone surrogate or more than 127 nested containers
            (a RecursionError, which is one, where they are too many even to be written).
        TypeError: a dict key is neither text, number, bool nor None.
        ValueError: the value contains itself.
    """
    if _is_plain(value):
        return {key: value[key] for key in sorted(value)}
    return _parsed(_ENCODER.encode(_dumped(value)))


def copies(value: Json) -> Callable[[], Json]:
    """Makes a detached copy of canonical data at each call: one for each handler."""
    if type(value) is dict and all(type(member) in _SCALARS for member in value.values()):
        return value.copy
    return partial(json.loads, json.dumps(value))


def stamped(defaults: Mapping[str, Json], data: Json) -> Json:
    """The data with default fields below it and the kernel's timestamp above it, keys sorted.

    The timestamp belongs to the kernel: together with the session's id it identifies the event, so a caller
    cannot set it. Data that is not an object has no fields to add to and passes unchanged.
    """
    if not isinstance(data, dict):
        return data
    merged = {**defaults, **data, "timestamp": _now()}
    return {key: merged[key] for key in sorted(merged)}


def _is_plain(value: object) -> TypeGuard[dict[str, Json]]:
    """Whether the value is an object of nothing but scalars that JSON would give back as they are.

    Most events are, and every piece of an answer that streams: they need no way through a text.
    """
    return type(value) is dict and all(
        type(key) is str and key.isascii() and _comes_back(member) for key, member in value.items()
    )


def _comes_back(member: Any) -> bool:
    # Of exactly these types: what derives from them may be written in ways of its own.
    kind = type(member)
    if kind is str:
        # The halves of a surrogate pair would come back as one character, a lone one not at all.
        return bool(member.isascii()) or _is_utf8(member)
    if kind is int:
        return bool(-_LARGEST_SMALL_INTEGER <= member <= _LARGEST_SMALL_INTEGER)
    if kind is float:
        return math.isfinite(member)
    return kind is bool or member is None


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _dumped(value: object) -> object:
    """What stands for a Pydantic model: its JSON dump, else its plain dump, else the object itself."""
    dump = getattr(value, "model_dump", None)
    if dump is None:
        return value
    try:
        return dump(mode="json")
    except Exception:
        # Hand-written doubles of models often know no `mode`.
        try:
            return dump()
        except Exception:
            return value


def _parsed(written: str) -> Json:
    if written.count("[") + written.count("{") > _DEEPEST and _depth(written) > _DEEPEST:
        raise _invalid("recursion limit exceeded")
    value = _DECODER.decode(written)
    # Only an escape can smuggle a surrogate in, so most payloads are spared the second look.
    if "\\ud" in written:
        _refuse_lone_surrogates(value)
    return value


def _sorted_object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    # Duplicates arise when keys 1 and "1" meet; the later one wins, as in any JSON parser.
    members = dict(pairs)
    return {key: members[key] for key in sorted(members)}


def _integer(digits: str) -> int | float:
    if len(digits) <= _DIGITS_OF_A_SMALL_INTEGER:
        return int(digits)
    whole = int(digits)
    if _SMALLEST_SIGNED <= whole <= _LARGEST_UNSIGNED:
        return whole
    approximate = float(digits)
    if math.isinf(approximate):
        raise _invalid("number out of range")
    return approximate


def _refuse_constant(name: str) -> NoReturn:
    raise _invalid(f"{name} is no JSON number")


def _refuse_lone_surrogates(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise _invalid("lone surrogate in a text") from None


def _depth(written: str) -> int:
    """How deeply containers are nested in a JSON text."""
    deepest = depth = 0
    in_text = escaped = False
    for character in written:
        if in_text:
            in_text = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_text = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _now() -> str:
    """The time in UTC as RFC 3339 with nanoseconds."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{_second(seconds)}.{nanoseconds:09d}+00:00"


@lru_cache(maxsize=1)
def _second(seconds: int) -> str:
    """Written once for all events of a second."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


# Made once: `json.dumps` and `json.loads` make theirs at each call that has options.
_ENCODER = json.JSONEncoder(default=str)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_sorted_object, parse_int=_integer, parse_constant=_refuse_constant
)
