"""All that the ledger knows of one org, table by table: read as of one moment, or taken into an empty ledger.

Rows are tuples in the order of the table's columns, tables and rows in the order of their keys, which is the same in
files and in PostgreSQL. Who works on the org is not handed on: of a lease only its token is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import IntegrityError

from connector.errors import BadInput
from connector.store.failures import LEDGER, translated
from connector.store.ledger.database import Database
from connector.store.ledger.lease import holders
from connector.store.ledger.tables import LeaseRow, LedgerTable, table
from connector.store.ledger.upgrade import HEAD

PAGE: Final = 500
"""Rows at a time, both ways."""

TABLES: Final = tuple(sorted(LedgerTable.metadata.tables.values(), key=lambda one: one.name))
"""Every table of the ledger."""

REVISION: Final = HEAD
"""The form of the tables that a copy is of."""

AGAIN: Final = "export the ledger again: connector ledger export FILE"
"""What to do about a copy that is spoilt."""

Row = tuple[Any, ...]
Rows = list[Row]
Page = tuple[Table, Rows]

_LEASE: Final = table(LeaseRow)
_FREE: Final = {"holder": "", "host": "", "pid": 0, "born": "", "space": "", "since": 0, "expires": 0}


class Copies:
    """One org's part of the ledger as a whole."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.org = database.org
        self._database = database
        self._now = now

    def at_work(self) -> list[str]:
        """The commands that hold a lease on the org, as far as is known: what they will still write is in no copy."""
        return list(holders(self._database, self._now).values())

    def pages(self) -> Iterator[Page]:
        """Every row of the org, in pages, as of when the first one is asked for; an empty one begins each table."""
        with translated(str(self._database.place), LEDGER), self._database.engine.connect() as plain:
            connection = _snapshot(plain)
            for one in TABLES:
                yield one, []
                for rows in self._rows(connection, one):
                    yield one, rows

    def take(self, pages: Iterable[Page], check: Callable[[Iterator[Page]], None]) -> None:
        """Takes everything in, all or nothing: `check` looks at what was taken, as `pages` would give it, and raises.

        Raises BadInput if the ledger knows anything of the org already or a row comes twice, and whatever `pages` and
        `check` raise.
        """
        with self._database.transaction() as connection:
            for one in TABLES:
                if connection.execute(select(func.count()).select_from(one).where(self._ours(one))).scalar():
                    what = f"the ledger knows of org {self._database.org!r} already ({one.name}); nothing was taken in"
                    raise BadInput(what, where=str(self._database.place), next="name a ledger that knows nothing of it")
            for one, rows in pages:
                names = [column.name for column in one.columns]
                if not rows:
                    continue
                try:
                    connection.execute(one.insert(), [dict(zip(names, row, strict=True)) for row in rows])
                except IntegrityError as error:
                    what = f"two rows of {one.name} have one key, or the same row comes twice; nothing was taken in"
                    raise BadInput(what, where=str(self._database.place), next=AGAIN) from error
            check((one, rows) for one in TABLES for rows in self._rows(connection, one))

    def _rows(self, connection: Connection, one: Table) -> Iterator[Rows]:
        query = select(one).where(self._ours(one)).order_by(*one.primary_key.columns)
        for part in connection.execute(query.execution_options(yield_per=PAGE)).partitions(PAGE):
            yield [_freed(row) if one is _LEASE else tuple(row) for row in part]

    def _ours(self, one: Table) -> Any:
        return one.c.org == self._database.org


def _snapshot(connection: Connection) -> Connection:
    """A view that stays as it is while others write; it is that of its first query."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    connection.execute(select(func.count()).select_from(_LEASE))
    return connection


def _freed(row: Any) -> Row:
    return tuple({**row._mapping, **_FREE}.values())
