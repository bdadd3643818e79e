"""Very many rows of several objects at once, in any mixture, already in the form the columns store.

`Org.load` brings values into form and fills in what is missing, row by row; this does neither, so that a million
people take a minute and their rows are never held together in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connector.sandbox.salesforce import tables

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_BLOCK = 2_000
_IDS = 512


class Pour:
    """Takes rows and gives out ids. `counts` says how many rows of each object were taken so far."""

    def __init__(self, org: Org, db: sqlite3.Connection) -> None:
        self._org = org
        self._db = db
        self._waiting: dict[str, list[tuple[object, ...]]] = {}
        self._statements: dict[str, str] = {}
        self._dropped: list[str] = []
        self._ids: dict[str, Iterator[str]] = {}
        self.counts: dict[str, int] = {}

    def mint(self, object_name: str) -> str:
        """A fresh id for that object."""
        found = next(self._ids.get(object_name, iter(())), None)
        if found is None:
            ids = self._ids[object_name] = iter(self._org.ids.take(self._org.objects[object_name].prefix, _IDS))
            found = next(ids)
        return found

    def put(self, object_name: str, columns: tuple[str, ...], row: tuple[object, ...]) -> None:
        """Takes one row. An object has the same columns every time; booleans are 0 or 1, times are text."""
        waiting = self._waiting.get(object_name)
        if waiting is None:
            waiting = self._begin(object_name, columns)
        waiting.append(row)
        if len(waiting) >= _BLOCK:
            self._write(object_name, waiting)

    def flush(self) -> None:
        """Writes what is waiting, so that queries in the same transaction see it."""
        for object_name, waiting in self._waiting.items():
            self._write(object_name, waiting)

    def finish(self) -> None:
        """Writes what is waiting and brings the indexes back."""
        self.flush()
        for object_name in self._dropped:
            for statement in tables.index_statements(self._org.objects[object_name]):
                self._db.execute(statement)
        for object_name in self._waiting:
            self._org.after_load(self._org.objects[object_name])

    def _begin(self, object_name: str, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
        found = self._org.objects[object_name]
        wrong = [name for name in columns if name not in found or not found.by_name[name.lower()].stored]
        if wrong:
            raise ValueError(f"no column to fill on {object_name}: {', '.join(wrong)}")
        if self._db.execute(f'SELECT 1 FROM "{object_name}" LIMIT 1').fetchone() is None:
            for field in found.fields:
                self._db.execute(f'DROP INDEX IF EXISTS "{tables.index_name(object_name, field.name)}"')
            self._dropped.append(object_name)
        names = ", ".join(f'"{name}"' for name in columns)
        spots = ", ".join("?" * len(columns))
        self._statements[object_name] = f'INSERT INTO "{object_name}" ({names}) VALUES ({spots})'
        self._waiting[object_name] = []
        return self._waiting[object_name]

    def _write(self, object_name: str, waiting: list[tuple[object, ...]]) -> None:
        self._db.executemany(self._statements[object_name], waiting)
        self.counts[object_name] = self.counts.get(object_name, 0) + len(waiting)
        waiting.clear()


@contextmanager
def pouring(org: Org) -> Iterator[Pour]:
    """One transaction in which rows are poured into the org; indexes of empty objects are built at the end.

    An exception undoes all of it. While it lasts, the database sorts its indexes on disk, not in memory.
    """
    db = org.storage.db
    apart = not db.in_transaction  # SQLite changes temp_store only outside transactions
    if apart:
        db.execute("PRAGMA temp_store=FILE")
    try:
        with org.storage.transaction():
            pour = Pour(org, db)
            yield pour
            pour.finish()
    finally:
        if apart:
            db.execute("PRAGMA temp_store=MEMORY")
