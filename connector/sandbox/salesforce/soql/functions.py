"""SOQL's functions: aggregates, parts of dates, and toLabel."""

from __future__ import annotations

from connector.sandbox.salesforce.soql.fault import QueryError, located
from connector.sandbox.salesforce.soql.names import Column, Names
from connector.sandbox.salesforce.soql.tree import Call, Expression, Name

AGGREGATES = frozenset({"count", "count_distinct", "sum", "avg", "min", "max"})
_NUMBERS = frozenset({"int", "double", "currency", "percent"})
_DATE_PARTS = {
    "calendar_year": "CAST(strftime('%Y', {0}) AS INTEGER)",
    "calendar_quarter": "(CAST(strftime('%m', {0}) AS INTEGER) + 2) / 3",
    "calendar_month": "CAST(strftime('%m', {0}) AS INTEGER)",
    "day_in_month": "CAST(strftime('%d', {0}) AS INTEGER)",
    "day_in_week": "CAST(strftime('%w', {0}) AS INTEGER) + 1",
    "day_in_year": "CAST(strftime('%j', {0}) AS INTEGER)",
    "day_only": "date({0})",
    "hour_in_day": "CAST(strftime('%H', {0}) AS INTEGER)",
    "week_in_month": "(CAST(strftime('%d', {0}) AS INTEGER) + 6) / 7",
    "week_in_year": "(CAST(strftime('%j', {0}) AS INTEGER) + 6) / 7",
}
_DATE_PARTS |= {f"fiscal_{part}": _DATE_PARTS[f"calendar_{part}"] for part in ("year", "quarter", "month")}


def is_aggregate(expression: Expression) -> bool:
    """Whether it is COUNT, SUM and the like."""
    return isinstance(expression, Call) and expression.function.lower() in AGGREGATES


def column(expression: Expression, names: Names) -> Column:
    """The column of a field or function. Raises QueryError for an unknown function or one that does not fit."""
    if isinstance(expression, Name):
        return names.column(expression)
    function = expression.function.lower()
    if function in AGGREGATES:
        return _aggregate(function, expression, names)
    if function in _DATE_PARTS:
        return _date_part(function, expression, names)
    if function == "tolabel":
        return _label(_argument(expression, names), names)
    raise _malformed(f"unknown function: {expression.function}", expression, names)


def _aggregate(function: str, call: Call, names: Names) -> Column:
    if function == "count" and not call.arguments:
        return Column("count(*)", "int", ())
    given = _argument(call, names)
    known = given.field
    if known is not None and (not known.aggregatable and function != "count"):
        raise _unfit(function, call, given, names)
    match function:
        case "count":
            return Column(f"count({given.sql})", "int", ())
        case "count_distinct":
            return Column(f"count(DISTINCT {given.sql})", "int", ())
        case "sum" | "avg" if given.kind not in _NUMBERS:
            raise _unfit(function, call, given, names)
        case "avg":
            return Column(f"avg({given.sql})", "double", ())
        case _:
            return Column(f"{function}({given.sql})", given.kind, ())


def _date_part(function: str, call: Call, names: Names) -> Column:
    if len(call.arguments) == 1 and isinstance(inner := call.arguments[0], Call):
        if inner.function.lower() != "converttimezone":
            raise _malformed(f"unexpected function: {inner.function}", inner, names)
        given = _argument(inner, names)
        sql = f"local_time({given.sql}, {_quoted(names.zone)})"
    else:
        given = _argument(call, names)
        sql = given.sql
    if given.kind not in ("date", "datetime"):
        raise _malformed(f"{call.function} can only be used on a date field: {given.path[-1]}", call, names)
    kind = "date" if function == "day_only" else "int"
    return Column(_DATE_PARTS[function].format(sql), kind, ())


def _label(given: Column, names: Names) -> Column:
    """The label in place of the API value; a value that is in no value set stays as it is."""
    values = given.field.picklist if given.field else ()
    cases = " ".join(f"WHEN {_quoted(one.value)} THEN {_quoted(one.label)}" for one in values if one.label != one.value)
    sql = f"CASE {given.sql} {cases} ELSE {given.sql} END" if cases else given.sql
    return Column(sql, given.kind, given.path, given.field)


def _argument(call: Call, names: Names) -> Column:
    if len(call.arguments) != 1 or not isinstance(call.arguments[0], Name):
        raise _malformed(f"{call.function} takes one field", call, names)
    return names.column(call.arguments[0])


def _unfit(function: str, call: Call, given: Column, names: Names) -> QueryError:
    return _malformed(f"field {given.path[-1]} does not support aggregate operator {function.upper()}", call, names)


def _malformed(what: str, call: Call, names: Names) -> QueryError:
    return located("MALFORMED_QUERY", what, names.text, call.at)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
