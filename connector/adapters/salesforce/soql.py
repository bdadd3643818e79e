"""Building SOQL that is safe: names are checked, values quoted, queries kept short enough for a URL.

URI ≤ 16,384 bytes, else HTTP 414; URI and headers together the same, else 431 [D errorcodes].
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote_plus

from connector.errors import MappingError

URL_ROOM = 14_000
"""Bytes of an escaped query that leave room for host, path and headers."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")


def select(fields: Iterable[str], object: str, *where: str, order: str = "") -> str:
    """A query. `where` parts are joined by AND; empty ones are left out. Raises MappingError for a strange name."""
    names = ", ".join(name(field) for field in dict.fromkeys(fields))
    parts = [part for part in where if part]
    text = f"SELECT {names} FROM {name(object)}"
    if parts:
        text += " WHERE " + " AND ".join(parts)
    return f"{text} ORDER BY {order}" if order else text


def count(object: str, *where: str) -> str:
    """A query whose totalSize is the number of rows."""
    parts = [part for part in where if part]
    return f"SELECT COUNT() FROM {name(object)}" + (" WHERE " + " AND ".join(parts) if parts else "")


def extremes(field: str, object: str, *where: str) -> str:
    """A query of one row with the `lowest` and `highest` value of a field."""
    parts = [part for part in where if part]
    text = f"SELECT MIN({name(field)}) lowest, MAX({name(field)}) highest FROM {name(object)}"
    return text + (" WHERE " + " AND ".join(parts) if parts else "")


def name(text: str) -> str:
    """The name itself, if it is one: an API name, perhaps with relationship names before it."""
    if not _NAME.fullmatch(text):
        raise MappingError(f"not a field or object name of Salesforce: {text!r}", next="correct it in the mapping")
    return text


def value(given: str | int | float | bool | Sequence[str] | None) -> str:
    """A value, quoted and escaped; a sequence becomes a list in brackets."""
    from simple_salesforce.format import quote_soql_value  # brings a SOAP library along, which most commands never need

    quoted: str = quote_soql_value(list(given) if isinstance(given, (tuple, frozenset)) else given)
    return quoted


def moment(text: str) -> str:
    """A datetime literal, checked: literals stand in SOQL unquoted."""
    when = datetime.fromisoformat(text).astimezone(UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


def beyond(stamp_field: str, stamp: str, id: str) -> str:
    """The rows after (stamp, id) in the order of both: keyset paging, which survives the loss of a locator."""
    at = moment(stamp)
    return f"({stamp_field} > {at} OR ({stamp_field} = {at} AND Id > {value(record_id(id))}))"


def between(first: str, last: str) -> tuple[str, str]:
    """The conditions for ids from the first to the last, both included."""
    return f"Id >= {value(record_id(first))}", f"Id <= {value(record_id(last))}"


def record_id(text: str) -> str:
    """The id itself, if it has the form of one. Raises MappingError otherwise: nothing else goes into a query."""
    if not _ID.fullmatch(text):
        raise MappingError(f"not a Salesforce id: {text!r}")
    return text


def escaped(query: str) -> str:
    """A query as it stands in a URL. Quotes, brackets and commas may stand as they are, which makes room for ids."""
    return quote_plus(query, safe="'(),")


def among(ids: Sequence[str], query: str) -> Iterator[tuple[Sequence[str], str]]:
    """Pieces of `ids`, each with the condition `Id IN (…)`, small enough to be asked by GET together with `query`."""
    room = (URL_ROOM - len(escaped(query))) // len(escaped("'000000000000000000',"))
    size = max(1, min(room, 2_000))
    for at in range(0, len(ids), size):
        piece = ids[at : at + size]
        yield piece, "Id IN " + value([record_id(one) for one in piece])
