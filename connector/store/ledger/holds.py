"""Changes that somebody undid: left alone until that person's other facts change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.model import Hold, Ref
from connector.store.ledger.database import Database, by_record, many, moment


class Holds:
    """Holds of one org. They are made by applying an undo (see `Journalled.settle`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Whether there is a single one."""
        return bool(self._database.rows("SELECT 1 FROM hold WHERE org = :org LIMIT 1"))

    def of(self, refs: Sequence[Ref]) -> list[Hold]:
        """Those of these records."""
        sql = "SELECT object, id, field, value, at, facts FROM hold WHERE org = ? AND object = ? AND id IN ({ids})"
        org = self._database.org
        return [
            Hold(Ref(org, row.object, row.id), row.field, row.value, moment(row.at), row.facts)
            for row in by_record(self._database, sql, refs)
        ]

    def remember(self, facts: Mapping[tuple[Ref, str], str]) -> None:
        """Keeps the fingerprint of the person's other facts, per record and field, where a hold has none yet."""
        sql = "UPDATE hold SET facts = ? WHERE org = ? AND object = ? AND id = ? AND field = ? AND facts IS NULL"
        rows = [(text, ref.org, ref.object, ref.id, field) for (ref, field), text in facts.items()]
        with self._database.transaction() as connection:
            many(connection, sql, rows)

    def release(self, held: Sequence[tuple[Ref, str]]) -> None:
        """Ends holds, per record and field: the facts have changed, or the admin said so."""
        sql = "DELETE FROM hold WHERE org = ? AND object = ? AND id = ? AND field = ?"
        with self._database.transaction() as connection:
            many(connection, sql, [(ref.org, ref.object, ref.id, field) for ref, field in held])
