"""SOQL text → tree. What cannot be parsed is refused with Salesforce's code, text and position."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

from lark import Lark
from lark.exceptions import UnexpectedInput, UnexpectedToken

from connector.sandbox.salesforce.soql.build import build
from connector.sandbox.salesforce.soql.fault import QueryError, located
from connector.sandbox.salesforce.soql.tree import Query

MAX_LENGTH = 100_000
"""Characters in a query [D salesforce_app_limits_platform_soslsoql]."""

_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?", re.IGNORECASE)


_SHORT = 2_000
"""Characters of a query worth keeping parsed; long ones are lists of ids that never come again."""


def parse(text: str) -> Query:
    """The tree of a query.

    Raises QueryError: MALFORMED_QUERY with the position when the text is not SOQL or is longer than 100,000 characters.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
    if not text.strip():
        raise QueryError("MALFORMED_QUERY", "A query string has to be specified")
    return _parse_again(text) if len(text) <= _SHORT else _parse(text)


def _parse(text: str) -> Query:
    try:
        parsed = _grammar().parse(text)
    except UnexpectedInput as error:
        raise _refusal(error, text) from None
    return build(parsed, text)


_parse_again = lru_cache(maxsize=256)(_parse)


@cache
def _grammar() -> Lark:
    source = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(source, parser="lalr", maybe_placeholders=True)


def _refusal(error: UnexpectedInput, text: str) -> QueryError:
    """The parser's complaint in Salesforce's words [I apex-dml-mocking #50, SalesforceMobileSDK-ReactNative #82]."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return located("MALFORMED_QUERY", "unexpected token: '<EOF>'", text, len(text))
    if isinstance(error, UnexpectedToken):
        return located("MALFORMED_QUERY", f"unexpected token: '{error.token}'", text, error.token.start_pos or 0)
    place = error.pos_in_stream or 0
    if text[place] == "'":
        what = f"line 1:{len(text)} mismatched character '<EOF>' expecting '''"
        return located("MALFORMED_QUERY", what, text, len(text), -1)
    no_zone = _NO_ZONE.match(text, place)  # usually a datetime whose + was not URL-encoded
    return _no_alternative(text, no_zone.end() if no_zone else place)


def _no_alternative(text: str, at: int) -> QueryError:
    """What the lexer says of a character that begins nothing; its column counts from 0."""
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1)
    char = text[at] if at < len(text) else "<EOF>"
    return located("MALFORMED_QUERY", f"line {row}:{column} no viable alternative at character '{char}'", text, at, -1)
