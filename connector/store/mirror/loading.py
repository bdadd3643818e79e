"""Full reads, table by table: a first load, or reading everything again to compare.

A table that was never read to its end starts empty: what a killed load left is cleared, so nothing comes twice. A table
that was read before keeps its rows; what differs is written and marked, what does not come again is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, Protocol

from sqlalchemy.schema import CreateIndex

from connector.ports import Row
from connector.store.bulk import Connection
from connector.store.mirror import people, scratch
from connector.store.mirror.identity import Numbering, Repointed, record, repoint_all, settle_numbers
from connector.store.mirror.people import News
from connector.store.mirror.rows import Rows
from connector.store.mirror.tables import LATE_INDEXES

CHUNK: Final = 5_000
"""Rows per transaction: well below a second."""


class Load(Protocol):
    """One full read of one table."""

    def add(self, rows: Iterable[Row]) -> None:
        """Takes rows in."""

    def distinct(self) -> int:
        """How many different rows have been taken in so far."""

    def finish(self) -> int:
        """The read is complete; how many records changed because of it. The caller commits the mark after it."""


class FirstPeople:
    """Leads or contacts for the first time: appended without looking, indexes afterwards."""

    def __init__(self, connection: Connection, object: int, numbering: Numbering) -> None:
        self._connection = connection
        self._object = object
        self._numbering = numbering
        drop_indexes(connection)
        with connection.transaction():
            connection.run("DELETE FROM person WHERE object = ?", (object,))

    def add(self, rows: Iterable[Row]) -> None:
        """Appends them."""
        for chunk in chunks(rows):
            with self._connection.transaction():
                people.append(self._connection, self._object, chunk, self._numbering)

    def distinct(self) -> int:
        """Different ids so far."""
        return int(self._connection.one("SELECT count(DISTINCT id) FROM person WHERE object = ?", (self._object,)))

    def finish(self) -> int:
        """Nothing is left to do: `make_ready` follows when the next table is begun."""
        return int(self._connection.one("SELECT count(*) FROM person WHERE object = ?", (self._object,)))


class AgainPeople:
    """Leads or contacts read again in full. `tell` is told the news of each transaction before it commits."""

    def __init__(
        self, connection: Connection, object: int, numbering: Numbering, tell: Callable[[int, News], None]
    ) -> None:
        self._connection = connection
        self._object = object
        self._numbering = numbering
        self._tell = tell
        self._changed = 0
        connection.run(f"DELETE FROM {scratch.SEEN}")

    def add(self, rows: Iterable[Row]) -> None:
        """Compares them with what is kept."""
        for chunk in chunks(rows):
            with self._connection.transaction():
                _see(self._connection, (row[0] for row in chunk))
                self._take(people.put(self._connection, self._object, chunk, self._numbering))

    def distinct(self) -> int:
        """Different ids so far."""
        return int(self._connection.one(f"SELECT count(*) FROM {scratch.SEEN}"))

    def finish(self) -> int:
        """Takes out who did not come again."""
        query = f"SELECT id FROM person WHERE object = ? AND id NOT IN (SELECT id FROM {scratch.SEEN})"
        gone = [id for part in self._connection.stream(query, (self._object,)) for (id,) in part]
        for start in range(0, len(gone), CHUNK):
            with self._connection.transaction():
                self._take(people.remove(self._connection, self._object, gone[start : start + CHUNK], {}))
        return self._changed

    def _take(self, news: News) -> None:
        self._tell(self._object, news)
        self._changed += news.changed


class AnyRows:
    """A table that is kept row by row, read in full."""

    def __init__(self, connection: Connection, rows: Rows) -> None:
        self._connection = connection
        self._rows = rows
        self._changed = 0
        connection.run(f"DELETE FROM {scratch.SEEN}")

    def add(self, rows: Iterable[Row]) -> None:
        """Compares them with what is kept."""
        for chunk in chunks(rows):
            with self._connection.transaction():
                _see(self._connection, (self._rows.seen(row) for row in chunk))
                self._changed += self._rows.put(chunk)

    def distinct(self) -> int:
        """Different rows so far."""
        return int(self._connection.one(f"SELECT count(*) FROM {scratch.SEEN}"))

    def finish(self) -> int:
        """Takes out what did not come again."""
        gone = self._rows.unseen()
        with self._connection.transaction():
            return self._changed + self._rows.put((), gone)


def _see(connection: Connection, ids: Iterable[str]) -> None:
    connection.many(f"INSERT INTO {scratch.SEEN} (id) VALUES (?) ON CONFLICT DO NOTHING", ((id,) for id in ids))


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of one transaction each."""
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def is_ready(connection: Connection) -> bool:
    """Whether the indexes of people are made."""
    last = LATE_INDEXES[-1].name
    return connection.has_index(str(last))


def make_ready(connection: Connection, numbering: Numbering) -> Iterator[Sequence[Repointed]]:
    """After first loads of people: makes the indexes, parts equal numbers, makes one person of lead and contact.

    Yields records that became somebody else, page by page. Killed half way, it starts again.
    """
    dialect = connection.dialect
    for index in LATE_INDEXES[:-1]:
        connection.run(str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)))
    with connection.transaction():
        connection.run(
            "DELETE FROM person WHERE key IN (SELECT p.key FROM person AS p JOIN person AS q "
            "ON q.object = p.object AND q.id = p.id AND q.key > p.key)"
        )
        probed = settle_numbers(connection, numbering)
        record(connection, probed)
    yield probed
    yield from repoint_all(connection)
    if connection.on_postgres:  # its planner would else take a million people for a few, until it has a look by itself
        connection.run("ANALYZE person")
    connection.run(str(CreateIndex(LATE_INDEXES[-1], if_not_exists=True).compile(dialect=dialect)))


def drop_indexes(connection: Connection) -> None:
    """Before a first load of people."""
    for index in reversed(LATE_INDEXES):
        connection.run(f"DROP INDEX IF EXISTS {index.name}")
