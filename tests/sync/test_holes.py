"""Holes in the history are counted and said."""

from __future__ import annotations

from connector.ports import Table
from connector.sync.holes import Holes
from tests.adapters.memory import MemoryCrm


def test_holes_are_counted_by_table() -> None:
    """A change without values is said, once per table and with its number; a first fill or an emptying is none."""
    crm = MemoryCrm()
    for before, after in ((None, None), (None, "Inquiry"), ("Inquiry", None), (None, None)):
        crm.add(Table.LEAD_HISTORY, person_id="lead-1", at=1, before=before, after=after)
    crm.add(Table.LEAD, status=None)
    holes = Holes(crm.adapter())
    for table in Table:
        assert sum(len(batch.rows) for batch in holes.read(table, None)) == holes.count(table)
    (said,) = holes.warnings()
    assert said.startswith("2 rows read now of lead history say that the status was changed")


def test_nothing_is_said_of_none() -> None:
    """An org that knows all its history hears nothing of it."""
    holes = Holes(MemoryCrm().adapter())
    assert not any(batch.rows for batch in holes.read(Table.LEAD_HISTORY, None))
    assert list(holes.warnings()) == []
