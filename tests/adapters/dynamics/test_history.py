"""The status history from audit rows: which of them tell of it, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connector.adapters.dynamics.schema_change.access import RUN
from connector.ports import Row, Table
from connector.sandbox.dynamics import roles
from connector.sandbox.dynamics.base import INTEGRATION_ID
from tests.adapters.contract import everything
from tests.adapters.dynamics.world import DynamicsWorld


def history(world: DynamicsWorld, table: Table) -> list[Row]:
    """All rows, oldest first; with what is passed over they are as many as the CRM has."""
    adapter = world.adapter()
    batches = list(adapter.read(table, None))
    rows = [row for batch in batches for row in batch.rows]
    assert len(rows) + sum(batch.passed_over for batch in batches) == adapter.count(table)
    return sorted(rows, key=lambda row: row[2])


def test_only_changes_of_the_status_tell(world: DynamicsWorld) -> None:
    """Neither the creation nor another column's change is history; closing and qualifying are."""
    start = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    world.crm.clock = lambda: start
    lead = world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    steps = [{"title": "Buyer"}, {"status": "SQL"}, {"status": "Lost"}, {"status": "MQL"}, {"email": "a@b.example"}]
    for number, step in enumerate(steps, start=1):
        world.crm.clock = lambda number=number: start + timedelta(hours=number)  # type: ignore[misc]
        world.edit(Table.LEAD, lead, **step)
    world.crm.clock = lambda: start + timedelta(hours=9)
    world.convert(lead)
    rows = history(world, Table.LEAD_HISTORY)
    assert [row[4:] for row in rows] == [
        ("Inquiry", "SQL"),
        ("SQL", "Lost"),
        ("Lost", "MQL"),
        ("MQL", "Qualified"),
    ]
    assert [row[2] for row in rows] == [int((start + timedelta(hours=n)).timestamp()) for n in (2, 3, 4, 9)]


def test_a_first_fill_has_nothing_before(world: DynamicsWorld) -> None:
    """A contact's status is a choice of ours: filled the first time, changed, emptied."""
    contact = world.add(Table.CONTACT, last_name="Doe")
    for status in ("Inquiry", "SQL", None):
        world.edit(Table.CONTACT, contact, status=status)
    assert [row[1] for row in history(world, Table.CONTACT_HISTORY)] == [contact] * 3
    told = {row[4:] for row in history(world, Table.CONTACT_HISTORY)}
    assert told == {(None, "Inquiry"), ("Inquiry", "SQL"), ("SQL", None)}


def test_the_next_read_begins_a_little_before(world: DynamicsWorld) -> None:
    """Auditing writes late: what was audited within the overlap comes again under its id, what is new comes too."""
    lead = world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    world.edit(Table.LEAD, lead, status="SQL")
    first, _, _, mark = everything(world.adapter().read(Table.LEAD_HISTORY, None))
    world.edit(Table.LEAD, lead, status="MQL")
    again, gone, _, later = everything(world.adapter().read(Table.LEAD_HISTORY, mark))
    assert {row[0] for row in first} < {row[0] for row in again}
    assert not gone
    assert later is not None


def test_without_the_right_to_audits_there_is_no_history(world: DynamicsWorld) -> None:
    """It is read as empty, instead of stopping everything else."""
    lead = world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    world.edit(Table.LEAD, lead, status="SQL")
    known = {name for (name,) in world.crm.storage.reader().execute("SELECT name FROM privilege")}
    rights = [one for one in RUN if one in known and one != "prvReadAuditSummary"]
    roles.assign(world.crm, INTEGRATION_ID, rights)
    assert history(world, Table.LEAD_HISTORY) == []


def test_details_that_are_gone_leave_a_hole(world: DynamicsWorld) -> None:
    """A row whose details the CRM no longer has comes without values, instead of not at all: then something changed."""
    lead = world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    for status in ("SQL", "MQL"):
        world.edit(Table.LEAD, lead, status=status)
    whole = {row[0]: row for row in history(world, Table.LEAD_HISTORY)}
    lost = next(id for id, row in whole.items() if row[5] == "SQL")
    with world.crm.storage.transaction() as db:
        columns = [name for (_, name, *_) in db.execute("PRAGMA table_info(audit)")]
        assert "changedata" in columns
        db.execute("UPDATE audit SET changedata = NULL WHERE auditid = ?", (lost,))
    found = {row[0]: row for row in history(world, Table.LEAD_HISTORY)}
    assert found == {**whole, lost: (*whole[lost][:4], None, None)}
