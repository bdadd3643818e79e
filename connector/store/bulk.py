"""The fast way into a store: plain SQL and tuples through the driver's own cursor, no object per row.

SQLAlchemy makes the engine, the tables and the statements; rows by the million never pass through it. SQL is kept to
what SQLite and PostgreSQL both understand, with `?` for values. Errors leave as StoreFailed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Engine

from connector.store.failures import translated

Values = Sequence[Any]
Tuples = list[tuple[Any, ...]]

FETCH = 2_000
"""Rows fetched at a time when streaming."""


class Connection:
    """One connection to a store. Not for several threads at once."""

    def __init__(self, engine: Engine, kind: str) -> None:
        self._where = str(engine.url.database)
        self._kind = kind
        with translated(self._where, kind):
            self._pooled = engine.raw_connection()
            self._cursor = self._pooled.cursor()
        self._begun = False

    @contextmanager
    def transaction(self, *, private: bool = False) -> Iterator[None]:
        """All of the block or nothing. Takes the write lock at once; inside another one it just belongs to that.

        `private`: only temporary tables are written, so no lock is wanted.
        """
        if self._begun:
            yield
            return
        self.run("BEGIN" if private else "BEGIN IMMEDIATE")
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
            self._cursor.execute(sql, values)
            return self._cursor.rowcount

    def many(self, sql: str, rows: Iterable[Values]) -> int:
        """Runs one statement for every tuple of a list or generator; how many rows were touched."""
        with translated(self._where, self._kind):
            self._cursor.executemany(sql, rows)  # type: ignore[arg-type]  # the driver takes a generator too
            return self._cursor.rowcount

    def rows(self, sql: str, values: Values = ()) -> Tuples:
        """All rows of a query whose answer is small."""
        with translated(self._where, self._kind):
            self._cursor.execute(sql, values)
            return cast(Tuples, self._cursor.fetchall())

    def one(self, sql: str, values: Values = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def stream(self, sql: str, values: Values = ()) -> Iterator[Tuples]:
        """The rows of a query in lists of up to FETCH, on a cursor of its own; memory stays flat."""
        with translated(self._where, self._kind):
            cursor = self._pooled.cursor()
            cursor.execute(sql, values)
        try:
            while True:
                with translated(self._where, self._kind):
                    part: Tuples = cast(Tuples, cursor.fetchmany(FETCH))
                if not part:
                    return
                yield part
        finally:
            cursor.close()

    def close(self) -> None:
        """Closes it; an open transaction is rolled back."""
        with translated(self._where, self._kind):
            self._cursor.close()
            self._pooled.close()

    def _roll_back(self) -> None:
        """Takes the transaction back. SQLite may have done so itself (disk full); then there is nothing left to do."""
        if self._pooled.dbapi_connection is not None and getattr(self._pooled.dbapi_connection, "in_transaction", True):
            self.run("ROLLBACK")


def listed(columns: Iterable[str], prefix: str = "") -> str:
    """Column names for a statement: `p.id, p.name`."""
    return ", ".join(prefix + column for column in columns)


def places(count: int) -> str:
    """`?, ?, ?` for so many values."""
    return ", ".join("?" * count)


def differ(columns: Iterable[str], old: str, new: str) -> str:
    """A condition: any of the columns has another value in `new` than in `old`, empty being a value."""
    return "(" + " OR ".join(f"{old}.{column} IS NOT {new}.{column}" for column in columns) + ")"
