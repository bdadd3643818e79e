"""The functions of formulas that SQLite lacks; every connection to an org has them."""

from __future__ import annotations

import calendar
import math
import sqlite3
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any


def register(db: sqlite3.Connection) -> None:
    """Add them, under names that begin with `formula_`. A null argument makes null, an impossible one as well."""
    for function in (_ceiling, _floor, _round, _power, _root, _mod, _text, _number, _upper, _lower, _date, _add_months):
        arguments = function.__code__.co_argcount
        db.create_function(f"formula{function.__name__}", arguments, _nullable(function), deterministic=True)


def _nullable(function: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*arguments: Any) -> Any:
        if any(value is None for value in arguments):
            return None
        try:
            return function(*arguments)
        except (ValueError, OverflowError, ZeroDivisionError, InvalidOperation):
            return None  # the field shows #Error!, the API null

    return guarded


def _ceiling(value: float) -> float:
    """Away from zero, as Salesforce rounds."""
    return float(math.ceil(value) if value >= 0 else math.floor(value))


def _floor(value: float) -> float:
    """Towards zero for negative numbers, as Salesforce rounds."""
    return float(math.floor(value) if value >= 0 else math.ceil(value))


def _round(value: float, places: float) -> float:
    step = Decimal(1).scaleb(-int(places))
    return float(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP))


def _power(base: float, exponent: float) -> float:
    return math.pow(base, exponent)


def _root(value: float) -> float:
    return math.sqrt(value)


def _mod(value: float, divisor: float) -> float:
    return value - divisor * math.floor(value / divisor)


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _number(text: str) -> float:
    return float(Decimal(text.strip()))


def _upper(text: str) -> str:
    return text.upper()


def _lower(text: str) -> str:
    return text.lower()


def _date(year: float, month: float, day: float) -> str:
    return date(int(year), int(month), int(day)).isoformat()


def _add_months(text: str, months: float) -> str:
    """The same day so many months on; the last day of a month stays the last."""
    day = date.fromisoformat(text[:10])
    place = day.year * 12 + day.month - 1 + int(months)
    year, month = divmod(place, 12)
    last = calendar.monthrange(year, month + 1)[1]
    at_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return day.replace(year=year, month=month + 1, day=last if at_end else min(day.day, last)).isoformat() + text[10:]
