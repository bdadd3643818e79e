"""A full read of one table, proved complete against the org's own count before anything rests on it.

Tools are known to read two years only, to lose pages, and to trust a number of rows that is wrong. So the org is asked
to count. If that is not what came, rows may have come or gone meanwhile: then what has changed since the read began is
read as well. If rows are missing still, that is an error, and the table is read from the start the next time.
"""

from __future__ import annotations

from collections.abc import Callable

from connector.errors import CrmFailed
from connector.ports import Batch, Mark, Table
from connector.store.mirror import Mirror, Witness
from connector.sync.holes import Reads

Progress = Callable[[Table, int, int | None], None]
"""Table, rows read so far, rows expected (None: unknown)."""


def read_in_full(mirror: Mirror, adapter: Reads, table: Table, witness: Witness, progress: Progress) -> int:
    """Reads the whole table into the mirror; how many rows there were. Raises CrmFailed if some are missing."""
    expected = adapter.count(table)
    progress(table, 0, expected)
    mirror.intake.begin(table)
    read = passed_over = 0
    mark: Mark | None = None
    for batch in adapter.read(table, None):
        mark = batch.mark
        read += len(batch.rows)
        passed_over += batch.passed_over
        mirror.put(Batch(table, batch.rows), first=True, witness=witness)
        progress(table, read, expected)
    if mark is None:
        raise _incomplete(table, read, expected)
    if read + passed_over != expected:
        there = adapter.count(table)
        gone = _read_meanwhile(mirror, adapter, table, witness, mark)
        found = mirror.intake.distinct(table) + passed_over
        if there - found > gone:
            raise _incomplete(table, found, there)
    mirror.put(Batch(table, mark=mark), first=True, witness=witness)
    return read


def _read_meanwhile(mirror: Mirror, adapter: Reads, table: Table, witness: Witness, mark: Mark) -> int:
    """Reads what has changed since the read began; how many rows have gone."""
    gone = 0
    for batch in adapter.read(table, mark):
        mirror.put(Batch(table, batch.rows), first=True, witness=witness)
        gone += len(batch.gone)
    return gone


def _incomplete(table: Table, read: int, expected: int) -> CrmFailed:
    return CrmFailed(
        f"the org says it has {expected:,} {table.value.replace('_', ' ')} rows, but {read:,} could be read",
        where=f"table {table.value}",
        next="run `connector sync` again; if this stays, compare what the integration user may see: connector check",
    )
