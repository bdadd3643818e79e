"""What a part of a formula comes to in SQL."""

from __future__ import annotations

from typing import NamedTuple

from connector.sandbox.salesforce.formula.tree import FormulaError

ROW, NOW, TODAY, OLD = "\x01", "\x02", "\x03", "\x04"
"""Stand in the SQL for the record's table alias, the moment of asking, its day in the org's time zone, and the alias of
the record as it was."""


class Term(NamedTuple):
    """`kind`: Number, Text, Boolean, Date, DateTime, Picklist, MultiPicklist or Null.

    `raw` is the value as it is; `sql` has blanks treated as the formula wants: zero, false or an empty text.
    """

    sql: str
    kind: str
    raw: str


def term(sql: str, kind: str) -> Term:
    """A term whose blanks stay as they are."""
    return Term(sql, kind, sql)


def wanted(found: Term, kind: str, where: str) -> str:
    """The term's SQL if it is of that kind, or blank. Raises FormulaError."""
    if found.kind in (kind, "Null"):
        return found.sql
    raise wrong(kind, found.kind, where)


def wrong(expected: str, received: str, where: str) -> FormulaError:
    """The refusal of a term of the wrong kind."""
    return FormulaError(f"Incorrect parameter type for {where}. Expected {expected}, received {received}")


def picked(path: str) -> FormulaError:
    """The refusal of a picklist where a text is wanted."""
    return FormulaError(f"Field {path} is a picklist field. Picklist fields are only supported in certain functions.")


def seconds(sql: str) -> str:
    """A date or datetime as seconds since 1970."""
    return f"CAST(strftime('%s', {sql}) AS INTEGER)"


def moment(sql: str, kind: str) -> str:
    """Seconds since 1970 as a Date or DateTime."""
    form = "%Y-%m-%d" if kind == "Date" else "%Y-%m-%dT%H:%M:%S.000Z"
    return f"strftime('{form}', {sql}, 'unixepoch')"
