"""What connector itself wrote: how history tells our corrections from people's work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connector.model import OwnWrite, Ref
from connector.store.ledger.database import Database, by_record, moment


class OwnWrites:
    """Applied changes of one org, found by record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Whether there is a single one; asked first, so that an org never written to costs nothing."""
        return bool(self._database.rows("SELECT 1 FROM change WHERE org = :org AND state = 2 LIMIT 1"))

    def of(self, refs: Sequence[Ref]) -> list[OwnWrite]:
        """Those of these records, oldest first per record."""
        return list(self._each(refs))

    def _each(self, refs: Sequence[Ref]) -> Iterator[OwnWrite]:
        sql = (
            "SELECT object, id, field, before, after, rule, at, undone FROM change WHERE org = ? AND object = ? "
            "AND id IN ({ids}) AND state = 2 ORDER BY id, at, plan, seq"
        )
        org = self._database.org
        for row in by_record(self._database, sql, refs):
            yield _own_write(org, row)


def _own_write(org: str, row: Any) -> OwnWrite:
    kind, key, field, before, after, rule, at, undone = row
    return OwnWrite(Ref(org, kind, key), field, before, after, rule, moment(at), bool(undone))
