"""One ledger database seen from one org: transactions, and queries over many records.

A writing transaction takes the write lock at its beginning (SQLite: BEGIN IMMEDIATE), so that the token of a lease
that is checked inside it still holds when it commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from connector.model import Ref
from connector.store.bulk import in_postgres
from connector.store.engine import engine_at, make_schema, nowhere
from connector.store.failures import LEDGER, translated
from connector.store.place import Place

if TYPE_CHECKING:
    from connector.store.ledger.lease import Lease

IDS_PER_QUERY = 500
"""SQLite before 3.32 took at most 999 values per statement."""


class Database:
    """The ledger and the org whose rows are meant. Safe to use from several threads. Raises only StoreFailed."""

    def __init__(self, place: Place, org: str, *, blank: bool = False) -> None:
        """`blank`: there is nothing at that place, and nothing is made; there are not even tables yet."""
        self.place = place
        self._where = str(place)
        self.org = org
        self.engine = nowhere() if blank else engine_at(place, kind=LEDGER, durable=True)
        self._keeper: Connection | None = None
        if blank:
            return
        make_schema(self.engine, place, LEDGER)
        if not isinstance(place, Path):
            return
        with translated(place, LEDGER):
            # Whoever closes the last connection folds the write-ahead log back; this one stays, so that not every
            # commit does. It has to read once to count.
            self._keeper = self.engine.connect()
            self._keeper.exec_driver_sql("SELECT COUNT(*) FROM sqlite_master").close()
            self._keeper.rollback()

    @contextmanager
    def transaction(self, lease: Lease | None = None) -> Iterator[Connection]:
        """One writing transaction; with a lease it only commits while the lease is ours, else raises LeaseLost."""
        with translated(self._where, LEDGER), self.engine.connect() as connection:
            begin(connection)
            try:
                if lease is not None:
                    lease.fence(connection)
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of the ledger; writes nothing."""
        with translated(self._where, LEDGER), self.engine.connect() as connection:
            yield connection

    def rows(self, sql: str, **values: Any) -> Sequence[Any]:
        """All rows of a short query; `:org` is given."""
        with self.reading() as connection:
            return connection.execute(text(sql), {"org": self.org, **values}).fetchall()

    def close(self) -> None:
        """Lets go of the file."""
        with translated(self._where, LEDGER):
            if self._keeper is not None:
                self._keeper.close()
            self.engine.dispose()


def exists(place: Place) -> bool:
    """Whether a ledger was ever made at that place. Makes nothing. Raises StoreFailed."""
    if isinstance(place, Path):
        with translated(str(place), LEDGER):
            return place.exists() and place.stat().st_size > 0
    engine = engine_at(place, kind=LEDGER, durable=True)
    there = text("SELECT 1 FROM pg_tables WHERE schemaname = :schema AND tablename = 'lease'")
    try:
        with translated(str(place), LEDGER), engine.connect() as connection:
            return connection.execute(there, {"schema": place.schema}).first() is not None
    finally:
        engine.dispose()


def begin(connection: Connection) -> None:
    """Takes the write lock now rather than at the first write: one writer at a time, as a file has it by nature."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext(current_schema()))")


def seconds(moment: datetime) -> int:
    """Whole epoch seconds."""
    return int(moment.timestamp())


def moment(value: int) -> datetime:
    """The aware UTC time of whole epoch seconds."""
    return datetime.fromtimestamp(value, UTC)


def many(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Runs one statement (places marked `?`) over many tuples, straight through the driver."""
    if rows:
        connection.exec_driver_sql(placed(connection, sql), list(rows))


def placed(connection: Connection, sql: str) -> str:
    """The statement with its `?` in the driver's own words."""
    return sql if connection.dialect.name == "sqlite" else in_postgres(sql)


def by_record(database: Database, sql: str, refs: Sequence[Ref]) -> Iterator[Any]:
    """Runs a query over many records, a few set queries in all: `?` are org and object, `{ids}` the ids."""
    by_object: dict[str, list[str]] = {}
    for ref in refs:
        if ref.org == database.org:
            by_object.setdefault(ref.object, []).append(ref.id)
    with database.reading() as connection:
        for kind, ids in by_object.items():
            for at in range(0, len(ids), IDS_PER_QUERY):
                some = ids[at : at + IDS_PER_QUERY]
                query = placed(connection, sql.format(ids=", ".join("?" * len(some))))
                yield from connection.exec_driver_sql(query, (database.org, kind, *some)).fetchall()
