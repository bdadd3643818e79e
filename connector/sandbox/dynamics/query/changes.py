"""Change tracking: delta tokens, and what changed or was deleted since one was given out.

A token such as `919042!08/22/2017 08:10:44` is a version number and the time of issue [recorded delta link].
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from connector.sandbox.dynamics.catalogue.types import Entity
from connector.sandbox.dynamics.query import cookie
from connector.sandbox.dynamics.query.cookie import Cookie
from connector.sandbox.dynamics.query.fault import QueryError, syntax
from connector.sandbox.dynamics.query.options import Options
from connector.sandbox.dynamics.query.page import COUNTED, Row
from connector.sandbox.dynamics.query.places import Parameter, Place
from connector.sandbox.dynamics.query.shape import Shape
from connector.sandbox.dynamics.query.statement import Query

_TOKEN = re.compile(r"(\d{1,18})!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)\Z")
_WHEN = "%m/%d/%Y %H:%M:%S"
_ESCAPE = re.compile(r"%[0-9A-F]{2}")


@dataclass(frozen=True, slots=True)
class Token:
    """All changes up to `version` are known to whoever holds it; issued at `when` (UTC)."""

    version: int
    when: datetime

    def __str__(self) -> str:
        return f"{self.version}!{self.when.strftime(_WHEN)}"

    @property
    def url(self) -> str:
        """The token as it stands in a link."""
        return _ESCAPE.sub(lambda found: found.group().lower(), quote(str(self), safe=""))


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of a delta: rows changed, then ids of rows deleted; `next_token` leads on, None at the end."""

    rows: list[Row]
    deleted: list[str]
    next_token: str | None = None


def read_token(text: str) -> Token:
    """A delta token. Raises QueryError for anything that is none."""
    found = _TOKEN.match(text)
    try:
        if found:
            return Token(int(found[1]), datetime.strptime(found[2], _WHEN).replace(tzinfo=UTC))
    except ValueError:
        pass
    raise syntax(f"Invalid value '{text}' for $deltatoken query option found.")


def check(token: Token, now: datetime, days: int) -> None:
    """Refuse a token that is older than the environment keeps track of changes [W 2.5, recorded error body]."""
    if now - token.when > timedelta(days=days):
        what = "Version stamp associated with the client has expired. Please perform a full sync."
        raise QueryError("0x80044352", what)


def check_options(entity: Entity, options: Options) -> None:
    """Refuse what cannot go with change tracking [W 2.5]."""
    if not entity.tracking:
        raise QueryError("0x80072491", f"Change tracking is not enabled for the entity '{entity.name}'.")
    given = {"filter": options.filter, "orderby": options.order, "expand": options.expand, "top": options.top}
    for name, value in given.items():
        if value or value == 0:
            raise syntax(f'The "${name}" query parameter isn\'t supported when Change Tracking is enabled.')


def issue(db: sqlite3.Connection, entity: Entity, now: datetime) -> Token:
    """A token for the changes that are committed now."""
    changed = db.execute(f'SELECT max(versionnumber) FROM "{entity.name}"').fetchone()[0] or 0
    deleted = db.execute("SELECT max(versionnumber) FROM deleted WHERE entity = ?", (entity.name,)).fetchone()[0] or 0
    return Token(max(changed, deleted), now.astimezone(UTC).replace(microsecond=0))


def read(
    db: sqlite3.Connection, query: Query, size: int, since: Token, until: Token, after: Cookie | None = None
) -> Changes:
    """The page of changes after the version of `since` up to that of `until`, behind a cookie if one is given.

    Rows come in the order of their last change, each once, with its present values; deletions follow, those of rows
    that the reader never saw as well.
    """
    shape, place = query.shape, query.tables.root
    told = dict(after.last) if after else {}
    page = after.page if after else 1
    rows: list[Row] = []
    if "deleted" not in told:
        rows = _rows(db, shape, place, _version(told.get("versionnumber"), since), until, size + 1)
        if len(rows) > size:
            rows = rows[:size]
            return Changes(rows, [], _token(page, "versionnumber", rows[0][1], rows[-1][1], until))
    left = size - len(rows)
    start = _version(told.get("deleted"), since)
    sql = "SELECT id, versionnumber FROM deleted WHERE entity = ? AND versionnumber > ? AND versionnumber <= ?"
    bounds = (shape.entity.name, start, until.version, left + 1)
    gone = db.execute(f"{sql} ORDER BY versionnumber LIMIT ?", bounds).fetchall()
    if len(gone) > left:
        last = gone[left - 1][1] if left else start
        return Changes(rows, [row[0] for row in gone[:left]], _token(page, "deleted", gone[0][1], last, until))
    return Changes(rows, [row[0] for row in gone])


def count(db: sqlite3.Connection, entity: Entity, since: Token) -> int:
    """How many changes, deletions included, wait behind a token; never told beyond the limit of all counts."""
    changed = f'SELECT 1 FROM "{entity.name}" WHERE versionnumber > ?'
    gone = "SELECT 1 FROM deleted WHERE entity = ? AND versionnumber > ?"
    query = f"SELECT count(*) FROM (SELECT * FROM ({changed} UNION ALL {gone}) LIMIT {COUNTED})"
    found: int = db.execute(query, (since.version, entity.name, since.version)).fetchone()[0]
    return found


def _rows(db: sqlite3.Connection, shape: Shape, place: Place, start: int, until: Token, most: int) -> list[Row]:
    sql = f'SELECT {", ".join(shape.columns(place))} FROM "{shape.entity.name}" AS {place.alias}'
    span = f'{place.alias}."versionnumber" > ? AND {place.alias}."versionnumber" <= ?'
    query = f'{sql} WHERE {span} ORDER BY {place.alias}."versionnumber" LIMIT ?'
    return db.execute(query, (start, until.version, most)).fetchall()


def _version(text: str | None, since: Token) -> int:
    return int(text) if text and text.isdecimal() else since.version


def _token(page: int, name: str, first: Parameter, last: Parameter, until: Token) -> str:
    return cookie.write(page + 1, [name], [first], [last], str(until))
