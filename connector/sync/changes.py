"""What changed in one table since its mark."""

from __future__ import annotations

from typing import NamedTuple

from connector.errors import CrmFailed
from connector.ports import Table
from connector.store.mirror import Mirror, Witness
from connector.sync.full import Progress
from connector.sync.holes import Reads


class Changes(NamedTuple):
    """How many rows came, and the ids of those that are alive."""

    rows: int
    alive: frozenset[str]


def read_changes(mirror: Mirror, adapter: Reads, table: Table, witness: Witness, progress: Progress) -> Changes:
    """Reads on from the table's mark. Rows within the overlap come again; they differ in nothing and are no news."""
    since = mirror.notes.mark(table)
    rows = 0
    alive: set[str] = set()
    done = False
    progress(table, 0, None)
    for batch in adapter.read(table, since):
        mirror.put(batch, witness=witness)
        rows += len(batch.rows) + len(batch.gone)
        alive.update(row[0] for row in batch.rows)
        done = batch.mark is not None
        progress(table, rows, None)
    if not done:
        raise CrmFailed(
            f"reading what changed in table {table.value} broke off after {rows:,} rows",
            where=f"table {table.value}",
            next="run `connector sync` again: it goes on from where it was",
        )
    return Changes(rows, frozenset(alive))
