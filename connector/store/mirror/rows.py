"""Tables that are kept row by row: users, accounts, campaigns, deals, contact roles, business hours, holidays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from connector.ports import COLUMNS, Row, Table
from connector.store.bulk import Connection, listed, places
from connector.store.mirror import neighbours, scratch
from connector.store.mirror.dirty import mark_found
from connector.store.mirror.tables import ROWS, table

_PROMISED: Final = {
    Table.USER: "SELECT DISTINCT key FROM promise WHERE state <> 'void'",
    Table.HOURS: "SELECT DISTINCT key FROM promise WHERE clock <> 'elapsed'",
    Table.HOLIDAY: "SELECT DISTINCT key FROM promise WHERE clock <> 'elapsed'",
}
"""Tables whose change concerns those to whom something is promised: whose work counts, and when the clock runs."""


class Rows:
    """One of these tables."""

    def __init__(self, connection: Connection, source: Table, *, via_account: bool) -> None:
        self._connection = connection
        self._source = source
        self._via_account = via_account
        self._into = table(ROWS[source])
        self._columns = COLUMNS[source]
        self._key = tuple(column.name for column in self._into.primary_key)

    def put(self, rows: Iterable[Row], gone: Iterable[Row] = ()) -> int:
        """Writes rows that differ, takes out those that are gone, marks whom it concerns. In a transaction."""
        latest = {self._id(row): tuple(None if value == "" else value for value in row) for row in rows}
        dead = {self._id(row) for row in gone} - latest.keys()
        before = self._before([*latest, *dead])
        changed = {key: row for key, row in latest.items() if before.get(key) != row}
        lost = dead & before.keys()
        rest = [column for column in self._columns if column not in self._key]
        then = "UPDATE SET " + ", ".join(f"{one} = excluded.{one}" for one in rest) if rest else "NOTHING"
        old = [before[key] for key in (*changed, *lost) if key in before]
        self._mark([*old, *changed.values()])
        self._connection.many(
            f"INSERT INTO {self._into.name} ({listed(self._columns)}) VALUES ({places(len(self._columns))}) "
            f"ON CONFLICT ({listed(self._key)}) DO {then}",
            changed.values(),
        )
        self._connection.many(
            f"DELETE FROM {self._into.name} WHERE " + " AND ".join(f"{one} = ?" for one in self._key), list(lost)
        )
        self._mark([*old, *changed.values()])
        return len(changed) + len(lost)

    def unseen(self) -> list[Row]:
        """Rows whose keys (joined by a blank) are not among `scratch.SEEN`: a full read did not bring them again."""
        key = " || ' ' || ".join(self._key)
        return self._connection.rows(
            f"SELECT {listed(self._columns)} FROM {self._into.name} WHERE {key} NOT IN (SELECT id FROM {scratch.SEEN})"
        )

    def seen(self, row: Row) -> str:
        """How the row is written down in `scratch.SEEN`."""
        return " ".join(self._id(row))

    def _id(self, row: Row) -> tuple[str, ...]:
        return tuple(row[: len(self._key)])

    def _before(self, keys: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], Row]:
        scratch.fill_words(self._connection, [key[0] for key in keys])
        found = self._connection.rows(
            f"SELECT {listed(self._columns)} FROM {self._into.name} "
            f"WHERE {self._key[0]} IN (SELECT word FROM {scratch.WORDS})"
        )
        return {self._id(row): row for row in found}

    def _mark(self, rows: Sequence[Row]) -> None:
        if rows and self._source in _PROMISED:
            mark_found(self._connection, _PROMISED[self._source], (), self._source.value)
        about = self._columns.index("contact_id") if self._source is Table.OPPORTUNITY_CONTACT else 0
        neighbours.mark_people_of(
            self._connection, self._source, [row[about] for row in rows], via_account=self._via_account
        )
