"""Arithmetic from text, and nothing else (pure).

An expression is read as Python would read it, but only numbers, operators and a few functions mean anything:
no name is looked up, nothing is called that does not stand in a table here. Whole numbers and decimal
fractions are exact; every value, every step and every text is bounded, so that no expression takes long.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Mapping
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any

Number = int | Decimal

LONGEST = 500
"""Characters of an expression."""
DEEPEST = 50
"""Levels of nesting."""
DIGITS = 1000
"""Digits that a value may have before the point."""
LARGEST = 10**DIGITS
SHOWN = 15
"""Significant digits of a fraction in a result: what all functions here are good for."""
EXACT = Context(prec=50, Emax=DIGITS, Emin=-DIGITS, traps=[DivisionByZero, InvalidOperation, Overflow])
LEAST = 1e-15
"""What a function gives below this is its own error: sin(pi) is 0."""
MOST_FACTORS = 400
"""The greatest factorial; the next ones have too many digits."""

SPELLINGS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**"})
CONSTANTS: Mapping[str, Number] = {
    "pi": Decimal("3.14159265358979323846"),
    "e": Decimal("2.71828182845904523536"),
    "tau": Decimal("6.28318530717958647692"),
}


class NotComputable(ValueError):
    """An expression without a value here; the sentence says why."""


def evaluate(expression: str) -> str:
    """The value of an expression, as text.

    Raises:
        NotComputable: it is no arithmetic, or too large.
    """
    text = expression.strip()
    if not text:
        raise NotComputable("There is nothing to compute.")
    if len(text) > LONGEST:
        raise NotComputable(f"The expression is longer than {LONGEST} characters.")
    try:
        with warnings.catch_warnings():
            # What looks odd to Python's parser ("1or 2") is refused below anyway.
            warnings.simplefilter("ignore")
            tree = ast.parse(text.translate(SPELLINGS), mode="eval")
        return written(_value(tree.body, 0))
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, NotComputable):
            raise
        raise NotComputable("This is no arithmetic expression.") from error
    except (DivisionByZero, ZeroDivisionError) as error:
        raise NotComputable("It divides by zero.") from error
    except (Overflow, OverflowError) as error:
        raise NotComputable(_TOO_LARGE) from error
    except DecimalException as error:
        raise NotComputable("It has no value among the real numbers, or none that can be told.") from error


_TOO_LARGE = f"A value on the way has more than {DIGITS} digits."


def written(value: Number) -> str:
    """A value as people write it: whole numbers in full, fractions with what is certain of them."""
    if isinstance(value, int):
        return str(value)
    rounded = Context(prec=SHOWN).plus(value)
    if rounded == 0:
        return "0"
    if -7 < rounded.adjusted() < 21:
        plain = f"{rounded:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{rounded.normalize():e}"


def _value(node: ast.expr, depth: int) -> Number:
    if depth > DEEPEST:
        raise NotComputable(f"The expression is nested deeper than {DEEPEST} levels.")
    match node:
        case ast.Constant(value=value):
            return _bounded(_literal(value))
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            inner = _value(operand, depth + 1)
            return _negated(inner) if isinstance(node.op, ast.USub) else inner
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            apply = OPERATORS[type(operator)]
            return _bounded(apply(_value(left, depth + 1), _value(right, depth + 1)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return _bounded(_called(name, [_value(one, depth + 1) for one in arguments]))
        case ast.Tuple():
            raise NotComputable("Write numbers without commas.")
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            known = ", ".join((*CONSTANTS, *FUNCTIONS))
            raise NotComputable(f"{name} means nothing here; known are {known}.")
        case _:
            raise NotComputable("Only numbers, + - * / // % **, parentheses and functions can be used.")


def _literal(value: object) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotComputable("Only numbers can be computed with.")
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise NotComputable(_TOO_LARGE)
    return Decimal(repr(value))


def _bounded(value: Number) -> Number:
    if isinstance(value, Decimal) and not value.is_finite():
        raise NotComputable(_TOO_LARGE)
    if _size(value) >= LARGEST:
        raise NotComputable(_TOO_LARGE)
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.adjusted() < SHOWN:
        return int(value)
    return value


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value)


def _negated(value: Number) -> Number:
    # Python's own minus and abs would round a decimal fraction.
    return value.copy_negate() if isinstance(value, Decimal) else -value


def _size(value: Number) -> Number:
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


def _exact(
    whole: Callable[[int, int], int], fraction: Callable[[Decimal, Decimal], Decimal]
) -> Callable[[Number, Number], Number]:
    def apply(left: Number, right: Number) -> Number:
        if isinstance(left, int) and isinstance(right, int):
            return whole(left, right)
        return fraction(_decimal(left), _decimal(right))

    return apply


def _divided(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int) and right != 0 and left % right == 0:
        return left // right
    return EXACT.divide(_decimal(left), _decimal(right))


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    """The remainder has the divisor's sign, as for whole numbers."""
    found = EXACT.remainder(left, right)
    return EXACT.add(found, right) if found and (found < 0) != (right < 0) else found


def _quotient(left: Decimal, right: Decimal) -> Decimal:
    return EXACT.divide_int(EXACT.subtract(left, _remainder(left, right)), right)


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if abs(base) > 1 and abs(base).bit_length() * exponent > LARGEST.bit_length() + exponent:
            raise NotComputable(_TOO_LARGE)
        # Of 0, 1 and -1 only whether the exponent is even, or 0, makes a difference.
        return int(base**exponent if abs(base) > 1 else base ** (exponent % 2 + 2 * (exponent > 0)))
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    return EXACT.power(_decimal(base), _decimal(exponent))


OPERATORS: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: _exact(lambda left, right: left + right, EXACT.add),
    ast.Sub: _exact(lambda left, right: left - right, EXACT.subtract),
    ast.Mult: _exact(lambda left, right: left * right, EXACT.multiply),
    ast.Div: _divided,
    ast.FloorDiv: _exact(lambda left, right: left // right, _quotient),
    ast.Mod: _exact(lambda left, right: left % right, _remainder),
    ast.Pow: _power,
}


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
    return EXACT.sqrt(_decimal(value))


def _rounded(value: Number, digits: Number = 0) -> Number:
    if not isinstance(digits, int) or abs(digits) > SHOWN:
        raise NotComputable(f"round takes a whole number of digits up to {SHOWN}.")
    if isinstance(value, int) and digits >= 0:
        return value
    # Half goes up, as people are taught, not to the even digit.
    return _decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)


def _factorial(value: Number) -> Number:
    if not isinstance(value, int) or value < 0:
        raise NotComputable("factorial takes a whole number from 0.")
    if value > MOST_FACTORS:
        raise NotComputable(_TOO_LARGE)
    return math.factorial(value)


def _logarithm(value: Number, base: Number | None = None) -> Number:
    if base is None:
        return _float(math.log)(value)
    return _float(math.log)(value, base)


FUNCTIONS: Mapping[str, tuple[Callable[..., Any], int, int]] = {
    "abs": (_size, 1, 1),
    "round": (_rounded, 1, 2),
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "min": (min, 1, LONGEST),
    "max": (max, 1, LONGEST),
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


def _called(name: str, values: list[Number]) -> Number:
    function, least, greatest = FUNCTIONS[name]
    if not least <= len(values) <= greatest:
        count = str(least) if least == greatest else f"{least} to {greatest}"
        raise NotComputable(f"{name} takes {count} arguments, not {len(values)}.")
    result: Number = function(*values)
    return result
