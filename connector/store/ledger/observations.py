"""Changes of a field that we saw ourselves, between two syncs: what stands in for missing field history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from connector.model import OBJECTS, Observation, Ref
from connector.store.ledger.database import Database, by_record, many, moment, seconds

_INSERT: Final = (
    "INSERT INTO observation (org, object, id, field, seen_at, since, before, after) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (org, object, id, field, seen_at) DO NOTHING"
)


class Observations:
    """What syncs of one org saw change. They outlive the mirror."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Whether there is a single one of any lead or contact; asked first, so that an org without costs nothing."""
        query = "SELECT 1 FROM observation WHERE org = :org AND object = :object AND id > '' LIMIT 1"
        return any(self._database.rows(query, object=one) for one in OBJECTS)

    def of_object(self, object: str) -> list[Observation]:
        """Those of everything of one kind (`user`), oldest first per record and field."""
        sql = (
            "SELECT object, id, field, since, seen_at, before, after FROM observation "
            "WHERE org = :org AND object = :object ORDER BY id, field, seen_at"
        )
        return [_read(self._database.org, row) for row in self._database.rows(sql, object=object)]

    def record(self, seen: Sequence[Observation]) -> None:
        """Keeps these; the same change seen twice at the same moment is kept once."""
        with self._database.transaction() as connection:
            many(connection, _INSERT, [_row(one) for one in seen])

    def instead(self, ref: Ref, field: str, seen: Sequence[Observation]) -> None:
        """Keeps these of that record and field, and none that were kept of it before."""
        sql = "DELETE FROM observation WHERE org = ? AND object = ? AND id = ? AND field = ?"
        with self._database.transaction() as connection:
            many(connection, sql, [(ref.org, ref.object, ref.id, field)])
            many(connection, _INSERT, [_row(one) for one in seen])

    def of(self, refs: Sequence[Ref]) -> list[Observation]:
        """Those of these records, oldest first per record and field."""
        sql = (
            "SELECT object, id, field, since, seen_at, before, after FROM observation "
            "WHERE org = ? AND object = ? AND id IN ({ids}) ORDER BY id, field, seen_at"
        )
        org = self._database.org
        return [_read(org, row) for row in by_record(self._database, sql, refs)]


def _read(org: str, row: Any) -> Observation:
    return Observation(
        Ref(org, row.object, row.id),
        row.field,
        moment(row.since) if row.since is not None else None,
        moment(row.seen_at),
        row.before,
        row.after,
    )


def _row(one: Observation) -> tuple[object, ...]:
    since = seconds(one.since) if one.since is not None else None
    ref = (one.ref.org, one.ref.object, one.ref.id)
    return (*ref, one.field, seconds(one.seen_at), since, one.before, one.after)
