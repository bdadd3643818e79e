"""What the functions and operators of formulas come to."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.salesforce.formula.compile import Compiled
from connector.sandbox.salesforce.org import Org
from tests.sandbox.salesforce.formula.conftest import Evaluate


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("7 / 2", 3.5),
        ("1 / 0", None),
        ("2 ^ 10", 1024.0),
        ("-(3 - 5)", 2),
        ("FLOOR(2.9)", 2.0),
        ("FLOOR(-2.9)", -2.0),
        ("CEILING(2.1)", 3.0),
        ("CEILING(-2.1)", -3.0),
        ("ROUND(2.5, 0)", 3.0),
        ("ROUND(-2.5, 0)", -3.0),
        ("ROUND(1.005, 2)", 1.01),
        ("MOD(-1, 3)", 2.0),
        ("SQRT(-1)", None),
        ("MAX(1, 5, 3)", 5),
        ("MIN(2)", 2),
        ("TODAY()", "2026-03-31"),
        ("TODAY() - DATE(2026, 3, 1)", 30.0),
        ("TODAY() + 1.9", "2026-04-01"),
        ("NOW() - 0.5", "2026-03-31T00:00:00.000Z"),
        ("1 + NOW()", "2026-04-01T12:00:00.000Z"),
        ("NOW() - (NOW() - 2.25)", 2.25),
        ("DATE(2026, 2, 30)", None),
        ("ADDMONTHS(DATE(2026, 1, 31), 1)", "2026-02-28"),
        ("ADDMONTHS(Birthdate, 12)", "2025-02-28"),
        ("ADDMONTHS(Birthdate, 1)", "2024-03-31"),
        ("YEAR(Birthdate) * 100 + MONTH(Birthdate)", 202402),
        ("DAY(Birthdate)", 29),
        ("WEEKDAY(DATE(2026, 3, 1))", 1),
        ("DATEVALUE(NOW())", "2026-03-31"),
        ("IF(1 > 2, 'a', 'b')", "b"),
        ("CASE(LeadSource, 'Phone', 1, 'Web', 2, 3)", 2),
        ("CASE(5, 1, 'a', 'other')", "other"),
        ("ISPICKVAL(LeadSource, 'Web') && NOT(ISPICKVAL(LeadSource, 'web'))", 1),
        ("AND(true, OR(false, 1 = 1), !false)", 1),
        ("TEXT(LeadSource) + '-' + TEXT(3) + TEXT(2.5)", "Web-32.5"),
        ("TEXT(TODAY())", "2026-03-31"),
        ("TEXT(NOW())", "2026-03-31 12:00:00Z"),
        ("VALUE('12') + 1", 13.0),
        ("VALUE('twelve')", None),
        ("LEN('Größe')", 5),
        ("UPPER('größe')", "GRÖSSE"),
        ("LOWER('ÄB')", "äb"),
        ("LEFT('abc', 2) & RIGHT('abc', 1) & RIGHT('abc', 0) & MID('abc', 2, 1)", "abcb"),
        ("SUBSTITUTE(TRIM(' a-b '), '-', '+')", "a+b"),
        ("CONTAINS('abc', 'b') && BEGINS('abc', 'ab') && FIND('c', 'abc') = 3", 1),
        ("NULLVALUE(null, 4)", 4),
    ],
)
def test_values(evaluate: Evaluate, formula: str, value: Any) -> None:
    """Rounding away from zero, whole days for dates, time of day for datetimes, case in texts."""
    assert evaluate(formula) == value


NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


@given(NUMBERS, NUMBERS, st.sampled_from("+-*/"), NUMBERS, st.sampled_from("+-*"))
def test_arithmetic_is_pythons(peopled: Org, a: float, b: float, outer: str, c: float, inner: str) -> None:
    """Any arithmetic comes out as Python has it; what Python cannot divide is blank."""
    formula = f"({a:f}) {outer} (({b:f}) {inner} ({c:f}))"
    try:
        wanted = eval(formula)
    except ZeroDivisionError:
        wanted = None
    compiled = Compiled("f", formula, peopled.objects["Contact"], peopled.objects, blank_as_zero=True)
    found = peopled.storage.reader().execute(f"SELECT {compiled.term.sql}").fetchone()[0]
    assert found == wanted or math.isclose(found, wanted, rel_tol=1e-12)
