"""Which person of ours a record is, where that does not follow from the record alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from connector.model import Ref
from connector.store.ledger.database import IDS_PER_QUERY, Database, by_record, many, placed, seconds

PAGE = 2_000


class Identity(msgspec.Struct, frozen=True):
    """This record is that person. `why`: `conversion`, `merge`, or `probe` (two records asked for the same number)."""

    ref: Ref
    person_id: int
    why: str


class Identities:
    """Re-pointed records of one org. They outlive the mirror, which can be rebuilt at any time."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def record(self, identities: Sequence[Identity]) -> None:
        """Keeps these; a record that was re-pointed before is re-pointed again."""
        at = seconds(self._now())
        sql = (
            "INSERT INTO identity (org, object, id, person_id, why, at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (org, object, id) DO UPDATE SET person_id = excluded.person_id, why = excluded.why, "
            "at = excluded.at WHERE identity.person_id <> excluded.person_id"
        )
        rows = [(one.ref.org, one.ref.object, one.ref.id, one.person_id, one.why, at) for one in identities]
        with self._database.transaction() as connection:
            many(connection, sql, rows)

    def of(self, refs: Sequence[Ref]) -> dict[Ref, int]:
        """The person of those among these records that were re-pointed."""
        sql = "SELECT object, id, person_id FROM identity WHERE org = ? AND object = ? AND id IN ({ids})"
        org = self._database.org
        return {Ref(org, row.object, row.id): row.person_id for row in by_record(self._database, sql, refs)}

    def of_people(self, people: Sequence[int]) -> dict[int, list[Ref]]:
        """By person: which records were re-pointed to them (merged into theirs, or converted)."""
        org = self._database.org
        found: dict[int, list[Ref]] = {}
        with self._database.reading() as connection:
            for at in range(0, len(people), IDS_PER_QUERY):
                some = people[at : at + IDS_PER_QUERY]
                marks = ", ".join("?" * len(some))
                sql = f"SELECT object, id, person_id FROM identity WHERE org = ? AND person_id IN ({marks})"
                for row in connection.exec_driver_sql(placed(connection, sql), (org, *some)).fetchall():
                    found.setdefault(row.person_id, []).append(Ref(org, row.object, row.id))
        return found

    def each(self) -> Iterator[Identity]:
        """All of them, for building a mirror anew."""
        org, last = self._database.org, ("", "")
        sql = (
            "SELECT object, id, person_id, why FROM identity WHERE org = :org "
            "AND (object > :object OR (object = :object AND id > :id)) ORDER BY object, id LIMIT :page"
        )
        while rows := self._database.rows(sql, object=last[0], id=last[1], page=PAGE):
            for row in rows:
                yield Identity(Ref(org, row.object, row.id), row.person_id, row.why)
            last = (rows[-1].object, rows[-1].id)
