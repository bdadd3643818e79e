"""Traps of reading: sessions, cursors, stamps, history and what hides, survived by the adapter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from connector.adapters.salesforce.adapter import SalesforceAdapter
from connector.errors import MappingError
from connector.model import LEAD, Ref
from connector.ports import COLUMNS, Mark, Row, Table
from connector.sandbox.salesforce.apps import register
from connector.sandbox.salesforce.catalogue.types import FieldType
from tests.adapters.contract import column, everything
from tests.adapters.salesforce.world import SalesforceWorld

STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")


def renewable(world: SalesforceWorld) -> SalesforceAdapter:
    """An adapter that can log in again."""
    app = register(world.crm)
    (world.folder / "secret").write_text(app.client_secret)
    return world.adapter(login="client_credentials", client_id=app.client_id, client_secret="file:secret")


def load(world: SalesforceWorld, count: int, **more: Any) -> None:
    """So many leads, quickly."""
    names = ("LastName", "Company", "Status", *more)
    world.crm.load("Lead", names, [(f"Doe {n}", "Acme", "Inquiry", *more.values()) for n in range(count)])


def leads(adapter: SalesforceAdapter, since: Mark | None = None) -> tuple[dict[str, Row], Mark]:
    """All lead rows by id, and the mark."""
    rows, _, _, mark = everything(adapter.read(Table.LEAD, since))
    assert mark is not None
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row for row in rows}, mark


@pytest.mark.trap("S2")
def test_the_rest_of_the_pages_is_read_by_key(world: SalesforceWorld) -> None:
    """When the session ends between two pages, the query goes on behind the last key, and no row is lost or doubled."""
    load(world, 4_500)
    adapter = renewable(world)
    hit = world.faults.add(path="query/01g", times=1, expire_sessions=True)
    assert len(leads(adapter)[0]) == 4_500
    assert hit.hits == 1


@pytest.mark.trap("S2")
def test_changes_are_read_on_by_key_too(world: SalesforceWorld) -> None:
    """The same for a read of changes, where thousands of rows may carry one stamp."""
    mark = leads(world.adapter())[1]
    load(world, 4_500)
    adapter = renewable(world)
    world.faults.add(path="queryAll/01g|query/01g", times=1, expire_sessions=True)
    assert len(leads(adapter, mark)[0]) == 4_500


@pytest.mark.trap("S3")
def test_a_long_read_takes_up_a_new_token(world: SalesforceWorld) -> None:
    """Sessions end while a job is polled and its pages are fetched: each request carries the token of now."""
    load(world, 300)
    adapter = renewable(world)
    adapter._reader._rest_to = 10
    hit = world.faults.add(path="jobs/query/", every=2, expire_sessions=True)
    assert len(leads(adapter)[0]) == 300
    assert hit.hits


@pytest.mark.trap("S5")
def test_changes_within_the_same_second_are_not_skipped(world: SalesforceWorld) -> None:
    """A row that was changed again in the very second of the mark comes with the next read."""
    load(world, 1)
    now = datetime.now(UTC).replace(microsecond=0)
    world.crm.clock = lambda: now
    ref = Ref(world.org, LEAD, next(iter(leads(world.adapter())[0])))
    world.edit(Table.LEAD, ref.id, status="MAQL")
    mark = leads(world.adapter())[1]
    world.edit(Table.LEAD, ref.id, status="SQL")
    found, _ = leads(world.adapter(), mark)
    assert column(Table.LEAD, found[ref.id], "status") == "SQL"


@pytest.mark.trap("S5")
def test_a_late_commit_is_not_skipped(world: SalesforceWorld) -> None:
    """A long transaction stamps its rows minutes before they can be seen: the overlap brings them."""
    load(world, 1)
    mark = leads(world.adapter())[1]
    early = f"{datetime.fromisoformat(mark.text) - timedelta(minutes=9):%Y-%m-%dT%H:%M:%S.000Z}"
    load(world, 1, **dict.fromkeys(STAMPS, early))
    assert len(leads(world.adapter(), mark)[0]) == 2


@pytest.mark.trap("S6")
def test_history_is_read_on_by_creation(world: SalesforceWorld) -> None:
    """History tables refuse SystemModstamp; their rows never change, so that creation is enough."""
    load(world, 1)
    adapter = world.adapter()
    (id_,) = leads(adapter)[0]
    world.edit(Table.LEAD, id_, status="MAQL")
    _, _, _, mark = everything(adapter.read(Table.LEAD_HISTORY, None))
    world.edit(Table.LEAD, id_, status="SQL")
    rows, _, _, _ = everything(adapter.read(Table.LEAD_HISTORY, mark))
    assert (id_, "MAQL", "SQL") in {(row[1], row[4], row[5]) for row in rows}


@pytest.mark.trap("S7")
def test_a_full_read_brings_the_oldest_rows(world: SalesforceWorld) -> None:
    """Leads of 2005 and tasks archived years ago come, and the org's own count agrees."""
    old = "2005-06-07T08:09:10.000Z"
    load(world, 3, **dict.fromkeys(STAMPS, old))
    adapter = world.adapter()
    ids = list(leads(adapter)[0])
    assert len(ids) == adapter.count(Table.LEAD) == 3
    names = ("WhoId", "Subject", "Status", "TaskSubtype", "ActivityDate", "IsClosed", *STAMPS)
    task = (ids[0], "Call", "Completed", "Call", "2005-06-08", True, old, old, old)
    world.crm.load("Task", names, [task])
    rows, _, _, _ = everything(adapter.read(Table.TASK, None))
    assert [column(Table.TASK, row, "lead_id") for row in rows] == [ids[0]]


@pytest.mark.trap("S8")
def test_a_new_or_removed_field_does_not_start_over(world: SalesforceWorld) -> None:
    """A mark stays good when the org's fields change: what is missing is blank, what is new comes along."""
    load(world, 2)
    before = world.mapping
    _, mark = leads(world.adapter())
    world.crm.add_field("Lead", FieldType(name="Region__c", label="Region", type="string", length=40, custom=True))
    world.mapping = before
    world.crm.storage.db.execute("DELETE FROM FieldPermissions WHERE Field = 'Lead.Last_Call_Disposition__c'")
    world.crm.after_load(world.crm.objects["PermissionSet"])
    adapter = world.adapter()
    found, later = leads(adapter, mark)
    assert later.text >= mark.text
    assert all(column(Table.LEAD, row, "disposition") is None for row in found.values())
    assert "disposition" in adapter.schema().objects[LEAD].missing


@pytest.mark.trap("S9")
def test_a_stamp_that_moves_alone_changes_nothing_else(world: SalesforceWorld) -> None:
    """A task moves the lead's stamp: the row comes again and differs in its version only, so it is no news."""
    load(world, 1)
    adapter = world.adapter()
    before, mark = leads(adapter)
    (id_,) = before
    world.crm.clock = lambda: datetime.now(UTC) + timedelta(seconds=5)
    world.add(Table.TASK, lead_id=id_)
    after, _ = leads(adapter, mark)
    pairs = zip(COLUMNS[Table.LEAD], before[id_], after[id_], strict=True)
    differ = {name for name, old, new in pairs if old != new}
    assert differ <= {"version"}


@pytest.mark.trap("S23")
def test_a_hidden_field_is_left_out_and_named(world: SalesforceWorld) -> None:
    """A field that nobody was given access to is not asked for; the schema names it; once granted it is read."""
    world.crm.storage.db.execute("DELETE FROM FieldPermissions WHERE Field = 'Lead.Status_Reason__c'")
    world.crm.after_load(world.crm.objects["PermissionSet"])
    adapter = world.adapter()
    assert leads(adapter)[0] == {}
    schema = adapter.schema().objects[LEAD]
    assert "status_reason" in schema.missing
    assert "status_reason" not in schema.fields


@pytest.mark.trap("S30")
def test_a_closed_cursor_is_resumed_by_key(world: SalesforceWorld) -> None:
    """While we read, ten others open queries and push our cursor out: the read goes on behind its last key."""
    load(world, 6_500)
    adapter = world.adapter()
    batches = adapter.read(Table.LEAD, None)
    rows = [row for batch in islice(batches, 1) for row in batch.rows]
    for _ in range(11):
        next(iter(world.adapter().read(Table.LEAD, None)))
    rows += [row for batch in batches for row in batch.rows]
    assert len({row[0] for row in rows}) == len(rows) == 6_500


@pytest.mark.trap("S31")
def test_a_query_that_times_out_goes_by_bulk(world: SalesforceWorld) -> None:
    """What REST cannot finish in time a bulk job can."""
    load(world, 2_500)
    world.crm.rules.limits.query_rows = 1_000
    assert len(leads(world.adapter())[0]) == 2_500


@pytest.mark.trap("S32")
def test_compound_fields_are_never_selected(world: SalesforceWorld) -> None:
    """A mapping that names an address is told so before anything is asked; its parts are read."""
    from connector.mapping import load as mapping

    (world.folder / "own.toml").write_text('[tables.lead.facts]\naddress = "Address"\n')
    load(world, 30, City="Köln")
    plain = world.mapping
    world.mapping = mapping("salesforce", world.folder / "own.toml").with_facts(["address", "city"])
    with pytest.raises(MappingError, match=r"Lead\.Address is put together from other fields") as refused:
        leads(world.adapter())
    assert "[tables.lead.facts.address]" in refused.value.where
    world.mapping = plain.with_facts(["city"])
    adapter = world.adapter()
    adapter._reader._rest_to = 5
    assert {row[-1] for row in leads(adapter)[0].values()} == {'["Köln"]'}


@pytest.mark.trap("S37")
def test_a_session_that_somebody_else_ended_is_replaced(world: SalesforceWorld) -> None:
    """Another process of the same user logs out: we log in again. We ourselves never end a session."""
    load(world, 1)
    adapter = renewable(world)
    revoked = world.faults.add(path="revoke|logout", times=0, latency=0.0)
    adapter.count(Table.LEAD)
    world.crm.sessions.end_all()
    assert adapter.count(Table.LEAD) == 1
    del adapter
    assert revoked.hits == 0


@pytest.mark.trap("S39")
def test_a_fresh_look_at_the_schema_is_fresh(world: SalesforceWorld) -> None:
    """What describe said is remembered within a process until somebody asks anew."""
    adapter = world.adapter()
    assert "region" not in adapter.schema().objects[LEAD].fields
    world.crm.storage.db.execute("DELETE FROM FieldPermissions WHERE Field = 'Lead.Status_Reason__c'")
    world.crm.after_load(world.crm.objects["PermissionSet"])
    assert "status_reason" in adapter.schema().objects[LEAD].fields
    assert "status_reason" not in adapter.schema(fresh=True).objects[LEAD].fields


@pytest.mark.trap("S40")
def test_rows_are_counted_by_a_query(world: SalesforceWorld) -> None:
    """`limits/recordCount` is approximate and late; it is never asked."""
    load(world, 7)
    asked = world.faults.add(path="recordCount", times=0, latency=0.0)
    assert world.adapter().count(Table.LEAD) == 7
    assert asked.hits == 0


@pytest.mark.trap("S41")
def test_queues_and_people_who_left_are_told_apart(world: SalesforceWorld) -> None:
    """Owners may be queues or inactive users; both come with the users, as what they are."""
    world.crm.load("Group", ("Name", "Type"), [("Inbound", "Queue"), ("Everyone", "Regular")])
    world.crm.storage.db.execute("UPDATE User SET IsActive = 0 WHERE Username LIKE 'admin%'")
    rows, _, _, _ = everything(world.adapter().read(Table.USER, None))
    kinds = {column(Table.USER, row, "name"): column(Table.USER, row, "kind") for row in rows}
    assert kinds["Inbound"] == "queue"
    assert "Everyone" not in kinds
    active = {column(Table.USER, row, "active") for row in rows if column(Table.USER, row, "kind") == "user"}
    assert active == {0, 1}


@pytest.mark.trap("S43")
def test_person_accounts_are_left_out_and_counted(world: SalesforceWorld) -> None:
    """A person account's contact cannot be written as a contact: it is not read, and an admin is told how many."""
    flag = FieldType(name="IsPersonAccount", label="Is Person Account", type="boolean", default=False, defaulted=True)
    world.crm.add_field("Contact", flag)
    world.crm.load("Contact", ("LastName", "IsPersonAccount"), [("Doe", True), ("Roe", False), ("Poe", False)])
    adapter = world.adapter()
    rows, _, _, _ = everything(adapter.read(Table.CONTACT, None))
    assert sorted(column(Table.CONTACT, row, "last_name") for row in rows) == ["Poe", "Roe"]
    assert adapter.count(Table.CONTACT) == 2
    assert any("1 person accounts" in line for line in adapter.schema().warnings)
