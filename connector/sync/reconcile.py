"""The full reconcile: ids of the mirror against ids of the CRM, page by page.

What the CRM no longer has is taken out; deletions older than its recycle bin leave no other trace. If it has a record
that the mirror lacks, the table is read in full again. What happened to people (activities, memberships) is kept packed
and cannot be told apart by id: it is read in full and compared.
"""

from __future__ import annotations

from connector.errors import CrmFailed
from connector.ports import Batch, Table
from connector.store.mirror import Mirror, Witness
from connector.sync.changes import read_changes
from connector.sync.full import Progress, read_in_full
from connector.sync.holes import Reads


def reconcile(mirror: Mirror, adapter: Reads, table: Table, witness: Witness, progress: Progress) -> int:
    """Reads what changed, then makes the mirror's table hold what the CRM's holds; how many rows were read.

    Raises CrmFailed if the listing of ids is not whole: nothing is taken out because of a lost page.
    """
    if not mirror.ids.can(table):
        return read_in_full(mirror, adapter, table, witness, progress)
    mirror.ids.begin()
    compared = 0
    for page in adapter.ids(table):
        mirror.ids.add(page)
        compared += len(page)
        progress(table, compared, None)
    surplus = mirror.ids.surplus(table)
    changes = read_changes(mirror, adapter, table, witness, progress)
    listed, expected = mirror.ids.listed(), adapter.count(table)
    if abs(listed - expected) > changes.rows:
        raise CrmFailed(
            f"the org says it has {expected:,} {table.value.replace('_', ' ')} rows, but listed {listed:,}",
            where=f"table {table.value}",
            next="run `connector sync` again; nothing was taken out of the mirror",
        )
    if mirror.ids.missing(table):
        return changes.rows + read_in_full(mirror, adapter, table, witness, progress)
    gone = [row for row in surplus if row[0] not in changes.alive]
    mirror.put(Batch(table, gone=gone), witness=witness)
    return changes.rows
