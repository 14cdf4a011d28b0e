"""The calculator computes what it is given, whatever that is, and nothing else happens."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider.session.tools.arithmetic import LONGEST, NotComputable, evaluate
from webllm_provider.session.tools.calculator_tool import CalculatorTool

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2", "0.3"),
        ("(17.5 * 4) / 3", "23.3333333333333"),
        ("2^10", "1024"),
        ("3 × 4 ÷ 2 − 1", "5"),
        ("10 / 5", "2"),
        ("-7 // 2", "-4"),
        ("-7.5 // 2", "-4"),
        ("-7.5 % 3", "1.5"),
        ("2 ** -2", "0.25"),
        ("(-1) ** 10 ** 20", "1"),
        ("0 ** 0", "1"),
        ("round(2.5)", "3"),
        ("round(1234, -2)", "1200"),
        ("sqrt(144)", "12"),
        ("sin(pi)", "0"),
        ("log(8, 2)", "3"),
        ("factorial(20)", "2432902008176640000"),
        ("1e22", "1e+22"),
        ("abs(-0.5)", "0.5"),
    ],
)
def test_it_is_computed_as_people_do(expression: str, value: str) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("", "nothing to compute"),
        ("two plus two", "no arithmetic"),
        ("__import__('os').system('true')", "can be used"),
        ("().__class__.__bases__", "can be used"),
        ("open('/etc/passwd')", "means nothing"),
        ("lambda: 1", "can be used"),
        ("[1 for x in (1,)]", "can be used"),
        ("'a' * 1000", "Only numbers"),
        ("True + 1", "Only numbers"),
        ("1j * 1j", "Only numbers"),
        ("1,000 + 1", "without commas"),
        ("10 ** 10 ** 10", "1000 digits"),
        ("9 ** 9 ** 9 ** 9", "1000 digits"),
        ("(10 ** 900) * (10 ** 900)", "1000 digits"),
        ("factorial(10 ** 6)", "1000 digits"),
        ("factorial(factorial(100))", "1000 digits"),
        ("exp(10000)", "1000 digits"),
        ("1e999999999", "1000 digits"),
        ("0.5 ** -100000", "1000 digits"),
        ("1 / 0", "divides by zero"),
        ("0.0 ** -1", "divides by zero"),
        ("sqrt(-1)", "real numbers"),
        ("(-8) ** (1 / 3)", "real numbers"),
        ("asin(2)", "real numbers"),
        ("max()", "takes"),
        ("round(1.5, 10 ** 9)", "round takes"),
        ("1 + " * 200 + "1", "longer"),
        ("(" * 240 + "1" + ")" * 240, "arithmetic"),
        ("-" * 400 + "1", "nested"),
        ("\x00", "no arithmetic"),
    ],
)
def test_what_is_no_arithmetic_or_too_large_is_refused_with_the_reason(expression: str, why: str) -> None:
    with pytest.raises(NotComputable, match=why):
        evaluate(expression)


Written = tuple[str, Fraction]


def _joined(left: Written, sign: str, right: Written) -> Written:
    text = f"({left[0]} {sign} {right[0]})"
    match sign:
        case "+":
            return text, left[1] + right[1]
        case "-":
            return text, left[1] - right[1]
        case "*":
            return text, left[1] * right[1]
        case _:
            return (text, left[1] / right[1]) if right[1] else left


WHOLE = st.integers(-(10**9), 10**9).map(lambda number: (str(number), Fraction(number)))
POINT = st.decimals(-1000, 1000, allow_nan=False, places=3).map(lambda one: (f"{one:f}", Fraction(one)))
EXPRESSIONS = st.recursive(
    WHOLE | POINT,
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: _joined(*parts)),
    max_leaves=12,
)


@given(EXPRESSIONS)
def test_a_value_agrees_with_exact_fractions(written: Written) -> None:
    expression, exact = written
    if len(expression) > LONGEST:
        return
    found = Fraction(Decimal(evaluate(expression)))
    assert math.isclose(found, exact, rel_tol=1e-13, abs_tol=1e-12 * _scale(expression))


def _scale(expression: str) -> float:
    """What was added up may cancel out: then only the size of the summands says what is exact."""
    return 1.0 if "/" in expression else 1e-3


@given(st.text(max_size=60) | st.text("0123456789.()+-*/^%e ", max_size=80))
def test_any_text_has_a_short_value_or_a_reason(expression: str) -> None:
    try:
        told = evaluate(expression)
    except NotComputable as error:
        told = str(error)
    assert 0 < len(told) <= 1_002


async def test_the_tool_answers_with_the_value_or_the_reason() -> None:
    tool = CalculatorTool()
    assert (await tool.execute({"expression": "6 * 7"})).output == "42"
    refused = await tool.execute({"expression": "six"})
    assert not refused.success
    assert refused.error is not None
    assert "means nothing" in refused.error["message"]
    assert not (await tool.execute({"expression": 5})).success
    assert not (await tool.execute({"code": "1"})).success
