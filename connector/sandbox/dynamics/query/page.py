"""One page of a query: as many rows as it holds, read behind the row where the page before ended.

Nothing is kept between pages. With a unique order the next page is found by the values of the last row; without one
the rows are counted off, and rows of equal rank do not keep their places from page to page: they come twice or never,
as they may in Dataverse [W 2.3, sort must be unique].
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from connector.sandbox.dynamics.query import cookie
from connector.sandbox.dynamics.query.comparison import is_text
from connector.sandbox.dynamics.query.cookie import Cookie
from connector.sandbox.dynamics.query.fault import QueryError
from connector.sandbox.dynamics.query.literals import from_text
from connector.sandbox.dynamics.query.places import Parameter
from connector.sandbox.dynamics.query.sort import Sort, with_key
from connector.sandbox.dynamics.query.statement import Query

Row = Sequence[Parameter]
COUNTED = 5_000
"""The highest number that a count of rows tells [W 2.2]."""


@dataclass(frozen=True, slots=True)
class Page:
    """The `rows` of a page as `Shape.columns` orders them; `next_token` leads to the next one, percent-encoded, and
    `annotation` is the same as FetchXML tells it. Both are None on the last page.
    """

    rows: list[Row]
    next_token: str | None = None
    annotation: str | None = None


def read(query: Query, db: sqlite3.Connection, size: int, after: Cookie | None = None, tracking: str = "") -> Page:
    """The first page, or the one behind a cookie. Raises QueryError for a cookie that does not fit the query."""
    number = after.page if after else 1
    columns = query.shape.columns(query.tables.root)
    sorts = with_key(query.order, query.tables.root)
    parameters = list(query.parameters)
    where = list(query.where)
    window = f" LIMIT {size + 1}"
    if after is not None and query.unique and after.last:
        where.append(_behind(sorts, _last(sorts, after), parameters))
    elif after is not None or not query.unique:
        window += f" OFFSET {(number - 1) * size}"
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    order = ", ".join(_keys(query, sorts, number))
    wanted = ", ".join((*columns, *(one.column.sql for one in sorts)))
    sql = f"SELECT {wanted} FROM {query.tables.sql}{condition} ORDER BY {order}{window}"
    found = db.execute(sql, parameters).fetchall()
    rows = found[:size]
    if len(found) <= size:
        return Page(rows)
    names = [one.name for one in sorts]
    first, last = (tuple(row[len(columns) :]) for row in (rows[0], rows[-1]))
    token = cookie.write(number + 1, names, first, last, tracking)
    return Page(rows, token, cookie.annotation(number + 1, names, first, last))


def top(query: Query, db: sqlite3.Connection, count: int) -> list[Row]:
    """The first rows of a query with `$top`."""
    columns = ", ".join(query.shape.columns(query.tables.root))
    order = ", ".join(one.sql for one in with_key(query.order, query.tables.root))
    sql = f"SELECT {columns} FROM {query.tables.sql}{query.condition} ORDER BY {order} LIMIT {count}"
    return db.execute(sql, query.parameters).fetchall()


def count(query: Query, db: sqlite3.Connection) -> int:
    """How many rows there are, up to one more than is ever told."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {query.tables.sql}{query.condition} LIMIT {COUNTED + 1})"
    found: int = db.execute(sql, query.parameters).fetchone()[0]
    return found


def _keys(query: Query, sorts: Sequence[Sort], page: int) -> list[str]:
    keys = [one.sql for one in sorts]
    if not query.unique and page % 2 == 0:
        keys[-1] = f"{sorts[-1].column.sql} DESC"
    return keys


def _last(sorts: Sequence[Sort], after: Cookie) -> list[Parameter]:
    """The values of the row that the cookie stands behind, one for each sort column."""
    told = dict(after.last)
    if [one.name for one in sorts] != [name for name, _ in after.last]:
        raise QueryError("0x80040203", "The paging cookie does not belong to this query.")
    values: list[Parameter] = []
    for one in sorts:
        text = told[one.name]
        plain = text is None or is_text(one.column.attribute) or one.column.attribute.type == "DateTime"
        values.append(text if plain else from_text(str(text), one.column.attribute))
    return values


def _behind(sorts: Sequence[Sort], last: Sequence[Parameter], parameters: list[Parameter]) -> str:
    """Rows that come after the given values in the order."""
    options = []
    for place, (one, value) in enumerate(zip(sorts, last, strict=True)):
        parts = []
        for before, same in zip(sorts[:place], last[:place], strict=True):
            parts.append(f"{before.column.sql} IS ?{before.collate}")
            parameters.append(same)
        beyond = _beyond(one, value, parameters)
        if beyond:
            options.append("(" + " AND ".join((*parts, beyond)) + ")")
        else:
            del parameters[len(parameters) - len(parts) :]
    return "(" + " OR ".join(options) + ")" if options else "0"


def _beyond(sort: Sort, value: Parameter, parameters: list[Parameter]) -> str:
    sql = sort.column.sql
    if value is None:
        return "" if sort.descending else f"{sql} IS NOT NULL"
    parameters.append(value)
    if sort.descending:
        return f"({sql} < ?{sort.collate} OR {sql} IS NULL)"
    return f"{sql} > ?{sort.collate}"
