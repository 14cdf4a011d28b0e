"""The functions that an expression may use (pure)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from .exact import EXACT, SHOWN, TOO_LARGE, NotComputable, Number, as_decimal, size

MANY = 250
"""Arguments of a function that takes any number of them: more than an expression has room for."""
LEAST = 1e-15
"""What a function gives below this is its own error: sin(pi) is 0."""
MOST_FACTORS = 400
"""The greatest factorial; the next ones have too many digits."""


def _float(function: Callable[..., float]) -> Callable[..., Number]:
    """A function of the C library: good for about 15 digits, and told so."""

    def apply(*values: Number) -> Number:
        try:
            found = function(*map(float, values))
        except ValueError as error:
            raise NotComputable("It has no value among the real numbers.") from error
        if not math.isfinite(found):
            raise OverflowError
        if abs(found) < LEAST:
            return 0
        return Context(prec=SHOWN).create_decimal(repr(found))

    return apply


def _root(value: Number) -> Number:
    if value < 0:
        raise NotComputable("It has no value among the real numbers.")
    if isinstance(value, int) and (root := math.isqrt(value)) ** 2 == value:
        return root
    return EXACT.sqrt(as_decimal(value))


def _rounded(value: Number, digits: Number = 0) -> Number:
    if not isinstance(digits, int) or abs(digits) > SHOWN:
        raise NotComputable(f"round takes a whole number of digits up to {SHOWN}.")
    if isinstance(value, int) and digits >= 0:
        return value
    # Half goes up, as people are taught, not to the even digit.
    return as_decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)


def _factorial(value: Number) -> Number:
    if not isinstance(value, int) or value < 0:
        raise NotComputable("factorial takes a whole number from 0.")
    if value > MOST_FACTORS:
        raise NotComputable(TOO_LARGE)
    return math.factorial(value)


def _logarithm(value: Number, base: Number | None = None) -> Number:
    if base is None:
        return _float(math.log)(value)
    return _float(math.log)(value, base)


FUNCTIONS: Mapping[str, tuple[Callable[..., Any], int, int]] = {
    "abs": (size, 1, 1),
    "round": (_rounded, 1, 2),
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "min": (min, 1, MANY),
    "max": (max, 1, MANY),
    "sqrt": (_root, 1, 1),
    "factorial": (_factorial, 1, 1),
    "ln": (_float(math.log), 1, 1),
    "log": (_logarithm, 1, 2),
    "log10": (_float(math.log10), 1, 1),
    "log2": (_float(math.log2), 1, 1),
    "exp": (_float(math.exp), 1, 1),
    "sin": (_float(math.sin), 1, 1),
    "cos": (_float(math.cos), 1, 1),
    "tan": (_float(math.tan), 1, 1),
    "asin": (_float(math.asin), 1, 1),
    "acos": (_float(math.acos), 1, 1),
    "atan": (_float(math.atan), 1, 1),
}
"""Each with the least and the greatest number of its arguments."""


def called(name: str, values: list[Number]) -> Number:
    function, least, greatest = FUNCTIONS[name]
    if not least <= len(values) <= greatest:
        count = str(least) if least == greatest else f"{least} to {greatest}"
        raise NotComputable(f"{name} takes {count} arguments, not {len(values)}.")
    result: Number = function(*values)
    return result
