"""Numbers that are exact and bounded: whole ones of up to 1,000 digits, and decimal fractions (pure)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow

Number = int | Decimal

DIGITS = 1000
"""Digits that a value may have before the point."""
LARGEST = 10**DIGITS
SHOWN = 15
"""Significant digits of a fraction in a result: what all functions here are good for."""
EXACT = Context(prec=50, Emax=DIGITS, Emin=-DIGITS, traps=[DivisionByZero, InvalidOperation, Overflow])

TOO_LARGE = f"A value on the way has more than {DIGITS} digits."


class NotComputable(ValueError):
    """An expression without a value here; the sentence says why."""


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


def bounded(value: Number) -> Number:
    if isinstance(value, Decimal) and not value.is_finite():
        raise NotComputable(TOO_LARGE)
    if size(value) >= LARGEST:
        raise NotComputable(TOO_LARGE)
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.adjusted() < SHOWN:
        return int(value)
    return value


def as_decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value)


def negated(value: Number) -> Number:
    # Python's own minus and abs would round a decimal fraction.
    return value.copy_negate() if isinstance(value, Decimal) else -value


def size(value: Number) -> Number:
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


def _exact(
    whole: Callable[[int, int], int], fraction: Callable[[Decimal, Decimal], Decimal]
) -> Callable[[Number, Number], Number]:
    def apply(left: Number, right: Number) -> Number:
        if isinstance(left, int) and isinstance(right, int):
            return whole(left, right)
        return fraction(as_decimal(left), as_decimal(right))

    return apply


def _divided(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int) and right != 0 and left % right == 0:
        return left // right
    return EXACT.divide(as_decimal(left), as_decimal(right))


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    """The remainder has the divisor's sign, as for whole numbers."""
    found = EXACT.remainder(left, right)
    return EXACT.add(found, right) if found and (found < 0) != (right < 0) else found


def _quotient(left: Decimal, right: Decimal) -> Decimal:
    return EXACT.divide_int(EXACT.subtract(left, _remainder(left, right)), right)


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if abs(base) > 1 and abs(base).bit_length() * exponent > LARGEST.bit_length() + exponent:
            raise NotComputable(TOO_LARGE)
        # Of 0, 1 and -1 only whether the exponent is even, or 0, makes a difference.
        return int(base**exponent if abs(base) > 1 else base ** (exponent % 2 + 2 * (exponent > 0)))
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    return EXACT.power(as_decimal(base), as_decimal(exponent))


OPERATORS: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: _exact(lambda left, right: left + right, EXACT.add),
    ast.Sub: _exact(lambda left, right: left - right, EXACT.subtract),
    ast.Mult: _exact(lambda left, right: left * right, EXACT.multiply),
    ast.Div: _divided,
    ast.FloorDiv: _exact(lambda left, right: left // right, _quotient),
    ast.Mod: _exact(lambda left, right: left % right, _remainder),
    ast.Pow: _power,
}
