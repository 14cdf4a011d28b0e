"""Arithmetic from text, and nothing else (pure).

An expression is read as Python would read it, but only numbers, operators and a few functions mean anything:
no name is looked up, nothing is called that does not stand in a table here. Whole numbers and decimal
fractions are exact; every value, every step and every text is bounded, so that no expression takes long.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Mapping
from decimal import Decimal, DecimalException, DivisionByZero, Overflow

from .exact import OPERATORS, TOO_LARGE, NotComputable, Number, bounded, negated, written
from .functions import FUNCTIONS, called

__all__ = ["LONGEST", "NotComputable", "evaluate"]

LONGEST = 500
"""Characters of an expression."""
DEEPEST = 50
"""Levels of nesting."""

SPELLINGS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**"})
CONSTANTS: Mapping[str, Number] = {
    "pi": Decimal("3.14159265358979323846"),
    "e": Decimal("2.71828182845904523536"),
    "tau": Decimal("6.28318530717958647692"),
}


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
        raise NotComputable(TOO_LARGE) from error
    except DecimalException as error:
        raise NotComputable("It has no value among the real numbers, or none that can be told.") from error


def _value(node: ast.expr, depth: int) -> Number:
    if depth > DEEPEST:
        raise NotComputable(f"The expression is nested deeper than {DEEPEST} levels.")
    match node:
        case ast.Constant(value=value):
            return bounded(_literal(value))
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            inner = _value(operand, depth + 1)
            return negated(inner) if isinstance(node.op, ast.USub) else inner
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            apply = OPERATORS[type(operator)]
            return bounded(apply(_value(left, depth + 1), _value(right, depth + 1)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return bounded(called(name, [_value(one, depth + 1) for one in arguments]))
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
        raise NotComputable(TOO_LARGE)
    return Decimal(repr(value))
