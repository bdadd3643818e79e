"""The values in a query's conditions, turned into what SQLite stores."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from lark import Token

from connector.sandbox.salesforce.soql.fault import QueryError, located
from connector.sandbox.salesforce.soql.tree import Literal

MAX_STRING = 4_000
"""Characters in one string of a WHERE clause [D salesforce_app_limits_platform_soslsoql]."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def literal(token: Token, text: str) -> Literal:
    """The value of a literal token. Raises QueryError when it is none: a bad escape, a day that does not exist.

    In strings `\\_` and `\\%` keep their backslash, because only LIKE knows what they mean.
    """
    at = token.start_pos or 0
    match token.type:
        case "STRING":
            return Literal("string", _string(token, text, at), at)
        case "NUMBER":
            return Literal("number", float(token) if re.search(r"[.eE]", token) else int(token), at)
        case "MONEY":
            return Literal("number", float(token[3:]), at)
        case "DATE":
            return Literal("date", _date(token, text, at), at)
        case "DATETIME":
            return Literal("datetime", _datetime(token, text, at), at)
        case "RANGE":
            return Literal("range", token.upper(), at)
        case "NULL":
            return Literal("null", None, at)
        case _:
            return Literal("boolean", int(token.type == "TRUE"), at)


def _string(token: Token, text: str, at: int) -> str:
    if len(token) - 2 > MAX_STRING:
        raise QueryError("MALFORMED_QUERY", f"a string in the WHERE clause is longer than {MAX_STRING} characters")

    def plain(found: re.Match[str]) -> str:
        escape = found[1]
        if escape in "_%":
            return found[0]
        if escape[0] == "u" and len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape not in _ESCAPES:
            what = f"Invalid string literal {token}. Illegal character sequence '\\{escape}' in string literal."
            raise located("MALFORMED_QUERY", what, text, at + found.start() + 1)
        return _ESCAPES[escape]

    return _ESCAPE.sub(plain, token[1:-1])


def _date(token: Token, text: str, at: int) -> str:
    try:
        return date.fromisoformat(token).isoformat()
    except ValueError:
        raise located("MALFORMED_QUERY", f"Invalid date: {token}", text, at) from None


def _datetime(token: Token, text: str, at: int) -> str:
    """As stored: UTC with milliseconds, 2024-05-01T00:00:00.000Z."""
    try:
        moment = datetime.fromisoformat(token.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise located("MALFORMED_QUERY", f"Invalid datetime: {token}", text, at) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
