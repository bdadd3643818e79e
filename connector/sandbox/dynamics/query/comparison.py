"""One comparison of a column with values, as SQL with Dataverse's ideas of equality and null.

Text compares without case; "not equal" and "not like" also find rows without a value.
"""

import json
from collections.abc import Sequence

from connector.sandbox.dynamics.catalogue.types import TEXTS, Attribute
from connector.sandbox.dynamics.query.literals import Moment
from connector.sandbox.dynamics.query.places import Column, Parameter

OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def is_text(attribute: Attribute) -> bool:
    """Whether the column compares as text."""
    return attribute.type in TEXTS


def compare(column: Column, operator: str, value: Parameter, parameters: list[Parameter]) -> str:
    """`column eq value` and its kin; `operator` is eq, ne, gt, ge, lt or le. A null value is only equal or not."""
    sql = column.sql
    if value is None:
        return f"{sql} IS {'NOT ' if operator == 'ne' else ''}NULL"
    if isinstance(value, Moment):
        if operator in ("eq", "ne"):
            return "1" if operator == "ne" else "0"
        operator = {"ge": "gt", "lt": "le"}.get(operator, operator)
    if is_text(column.attribute) and isinstance(value, str):
        return _text(sql, operator, value, parameters)
    parameters.append(value)
    return _with_null(f"{sql} {OPERATORS[operator]} ?", sql, operator)


def between_columns(left: Column, operator: str, right: Column) -> str:
    """A comparison of two columns of the same row."""
    collate = " COLLATE NOCASE" if is_text(left.attribute) else ""
    return f"{left.sql} {OPERATORS[operator]} {right.sql}{collate}"


def like(column: Column, pattern: str, parameters: list[Parameter]) -> str:
    """`column LIKE pattern`, `%` and `_` being wildcards."""
    if pattern.isascii():
        parameters.append(pattern)
        return f"{column.sql} LIKE ?"
    parameters.append(pattern.casefold())
    return f"casefold({column.sql}) LIKE ?"


def among(column: Column, values: Sequence[Parameter], parameters: list[Parameter]) -> str:
    """Whether the column has one of these values."""
    if is_text(column.attribute):
        folded = [value.casefold() if isinstance(value, str) else value for value in values]
        parameters.append(json.dumps(folded))
        return f"casefold({column.sql}) IN (SELECT value FROM json_each(?))"
    parameters.append(json.dumps(list(values)))
    return f"{column.sql} IN (SELECT value FROM json_each(?))"


def negated(condition: str) -> str:
    """The opposite; what is neither true nor false for want of a value counts as not true."""
    return f"NOT ifnull({condition}, 0)"


def _text(sql: str, operator: str, value: str, parameters: list[Parameter]) -> str:
    if value.isascii():
        parameters.append(value)
        return _with_null(f"{sql} {OPERATORS[operator]} ? COLLATE NOCASE", sql, operator)
    parameters.append(value.casefold())
    return _with_null(f"casefold({sql}) {OPERATORS[operator]} ?", sql, operator)


def _with_null(condition: str, sql: str, operator: str) -> str:
    return f"({condition} OR {sql} IS NULL)" if operator == "ne" else condition
