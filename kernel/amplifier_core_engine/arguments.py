"""Checks of argument types, with the errors that the native engine raises for the same mistakes.

The native engine converts arguments at its border and so refuses a wrong type at the call. Without these
checks ours would accept it and fail later, somewhere else.
"""

from __future__ import annotations

import operator
from typing import Any

_U32_LIMIT = 2**32
_I32_LIMIT = 2**31


def described(value: object) -> str:
    """How the native engine names a value of a wrong type."""
    return "'None'" if value is None else f"'{type(value).__name__}' object"


def text(value: object) -> str:
    """The value, if it is text that can be stored (no lone surrogates)."""
    if not isinstance(value, str):
        raise TypeError(f"{described(value)} is not an instance of 'str'")
    value.encode("utf-8")  # raises UnicodeEncodeError for a lone surrogate
    return str(value)


def optional_text(value: object) -> str | None:
    """As `text`, or None."""
    return None if value is None else text(value)


def flag(value: object) -> bool:
    """The value, if it is a bool: the native engine takes no truthy stand-ins."""
    if not isinstance(value, bool):
        raise TypeError(f"{described(value)} is not an instance of 'bool'")
    return value


def number(value: Any) -> float:
    """The value as a float; integers are accepted, text is not."""
    if isinstance(value, str):
        raise TypeError("must be real number, not str")
    if value is None:
        raise TypeError("must be real number, not NoneType")
    return float(value)


def optional_number(value: Any) -> float | None:
    """As `number`, or None."""
    return None if value is None else number(value)


def mapping(value: object) -> dict[Any, Any]:
    """The value, if it is a dict."""
    if not isinstance(value, dict):
        raise TypeError(f"{described(value)} is not an instance of 'dict'")
    return value


def count(value: Any) -> int:
    """The value as an unsigned size, without an upper limit that a browser could reach."""
    whole = operator.index(value)
    if whole < 0:
        raise OverflowError("can't convert negative int to unsigned")
    return whole


def unsigned(value: Any) -> int:
    """The value as an unsigned 32-bit integer (retry counts, attempts)."""
    return _bounded(operator.index(value), 0, _U32_LIMIT)


def signed(value: Any) -> int:
    """The value as a signed 32-bit integer (priorities)."""
    return _bounded(operator.index(value), -_I32_LIMIT, _I32_LIMIT)


def _bounded(value: int, low: int, high: int) -> int:
    if value < low:
        raise OverflowError("number too small to fit in target type")
    if value >= high:
        raise OverflowError("number too large to fit in target type")
    return value
