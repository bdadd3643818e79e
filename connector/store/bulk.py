"""The fast way into a store: plain SQL and tuples through the driver's own cursor, no object per row.

SQLAlchemy makes the engine, the tables and the statements; rows by the million never pass through it. SQL is kept to
what SQLite and PostgreSQL both understand, with `?` for values. Errors leave as StoreFailed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, cast

from sqlalchemy import Engine

from connector.errors import StoreFailed
from connector.store.failures import translated

Values = Sequence[Any]
Tuples = list[tuple[Any, ...]]

FETCH = 2_000
"""Rows fetched at a time when streaming."""


class Connection:
    """One connection to a store. Not for several threads at once."""

    def __init__(self, engine: Engine, kind: str, where: str = "") -> None:
        """`where` is for errors. On PostgreSQL the engine leaves transactions to us (`raw`)."""
        self._where = where or str(engine.url.database)
        self._kind = kind
        self.dialect = engine.dialect
        self.on_postgres = engine.dialect.name == "postgresql"
        self._said = in_postgres if self.on_postgres else _as_it_is
        self._names = count()
        self._engine = engine
        self._open()
        self._begun = False

    def revive(self) -> bool:
        """Opens another connection if the database, or the network, has cut this one; whether it did.

        Only for where nothing is under way: temporary tables and streams end with a connection. Raises StoreFailed if
        there is none to be had.
        """
        if not self.on_postgres or self._begun:
            return False
        try:
            self.run("SELECT 1")
        except StoreFailed:
            if not getattr(self._pooled.dbapi_connection, "closed", True):
                raise
            self._pooled.invalidate()
            self._open()
            return True
        return False

    def _open(self) -> None:
        with translated(self._where, self._kind):
            self._pooled = self._engine.raw_connection()
            self._cursor = self._pooled.cursor()

    @contextmanager
    def transaction(self, *, private: bool = False) -> Iterator[None]:
        """All of the block or nothing. Takes the write lock at once; inside another one it just belongs to that.

        `private`: only temporary tables are written, so no lock is wanted.
        """
        if self._begun:
            yield
            return
        self.run("BEGIN" if private or self.on_postgres else "BEGIN IMMEDIATE")
        self._begun = True
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._begun = False

    def run(self, sql: str, values: Values = ()) -> int:
        """Runs one statement; how many rows it touched."""
        with translated(self._where, self._kind):
            self._cursor.execute(self._said(sql), values)
            return self._cursor.rowcount

    def many(self, sql: str, rows: Iterable[Values]) -> int:
        """Runs one statement for every tuple of a list or generator; how many rows were touched."""
        with translated(self._where, self._kind):
            self._cursor.executemany(self._said(sql), rows)  # type: ignore[arg-type]  # the driver takes a generator too
            return self._cursor.rowcount

    def append(self, into: str, columns: str, rows: Iterable[Values]) -> None:
        """Adds rows to a table without looking: COPY where there is one. Inside a transaction."""
        if not self.on_postgres:
            self.many(f"INSERT INTO {into} ({columns}) VALUES ({places(columns.count(',') + 1)})", rows)
            return
        cursor: Any = self._cursor
        with translated(self._where, self._kind), cursor.copy(f"COPY {into} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def rows(self, sql: str, values: Values = ()) -> Tuples:
        """All rows of a query whose answer is small."""
        with translated(self._where, self._kind):
            self._cursor.execute(self._said(sql), values)
            return cast(Tuples, self._cursor.fetchall())

    def one(self, sql: str, values: Values = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def stream(self, sql: str, values: Values = ()) -> Iterator[Tuples]:
        """The rows of a query in lists of up to FETCH, on a cursor of its own; memory stays flat."""
        with translated(self._where, self._kind):
            cursor = self._streaming()
            cursor.execute(self._said(sql), values)
        try:
            while True:
                with translated(self._where, self._kind):
                    part: Tuples = cast(Tuples, cursor.fetchmany(FETCH))
                if not part:
                    return
                yield part
        finally:
            cursor.close()

    def has_table(self, name: str) -> bool:
        """Whether the store has a table of that name."""
        return self._has("table", name)

    def has_index(self, name: str) -> bool:
        """Whether the store has an index of that name."""
        return self._has("index", name)

    def _has(self, kind: str, name: str) -> bool:
        if self.on_postgres:
            query = f"SELECT 1 FROM pg_{kind}{'e' if kind == 'index' else ''}s WHERE schemaname = current_schema() AND "
            return self.one(f"{query}{kind}name = ?", (name,)) is not None
        return self.one("SELECT 1 FROM sqlite_master WHERE type = ? AND name = ?", (kind, name)) is not None

    def _streaming(self) -> Any:
        """A cursor whose rows stay with the database until they are fetched."""
        if not self.on_postgres:
            return self._pooled.cursor()
        return self._pooled.cursor(name=f"stream_{next(self._names)}", withhold=True)

    def close(self) -> None:
        """Closes it; an open transaction is rolled back."""
        with translated(self._where, self._kind):
            self._cursor.close()
            self._pooled.close()

    def _roll_back(self) -> None:
        """Takes the transaction back. SQLite may have done so itself (disk full); then there is nothing left to do."""
        driver = self._pooled.dbapi_connection
        if driver is not None and not getattr(driver, "closed", False) and getattr(driver, "in_transaction", True):
            self.run("ROLLBACK")


def _as_it_is(sql: str) -> str:
    return sql


_DISTINCT = re.compile(r"(\w+\.\w+) IS NOT (\w+\.\w+)")


@cache
def in_postgres(sql: str) -> str:
    """A statement in PostgreSQL's words: places are `%s`, and empty values are compared by IS DISTINCT FROM."""
    said = sql.replace("%", "%%").replace("?", "%s")
    return _DISTINCT.sub(r"\1 IS DISTINCT FROM \2", said)


def listed(columns: Iterable[str], prefix: str = "") -> str:
    """Column names for a statement: `p.id, p.name`."""
    return ", ".join(prefix + column for column in columns)


def places(count: int) -> str:
    """`?, ?, ?` for so many values."""
    return ", ".join("?" * count)


def differ(columns: Iterable[str], old: str, new: str) -> str:
    """A condition: any of the columns has another value in `new` than in `old`, empty being a value."""
    return "(" + " OR ".join(f"{old}.{column} IS NOT {new}.{column}" for column in columns) + ")"
