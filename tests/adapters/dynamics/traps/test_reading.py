"""Traps of reading: pages, links, deletions, labels, types and what hides, survived by the adapter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from connector.adapters.dynamics import query
from connector.errors import CrmFailed, MappingError, MarkExpired
from connector.mapping import load
from connector.model import LEAD, Ref
from connector.ports import COLUMNS, Row, Table
from connector.sandbox.dynamics import roles
from connector.sandbox.dynamics.base import INTEGRATION_ID
from connector.sandbox.dynamics.rules import Limits
from tests.adapters.contract import column, everything
from tests.adapters.dynamics.world import FIRST, STATUSES, DynamicsWorld, columns_of_ours


def leads(world: DynamicsWorld, count: int, **columns: Any) -> list[str]:
    """So many leads."""
    given = {"company": "Acme", "status": "Inquiry", **columns}
    return [world.add(Table.LEAD, last_name=f"Doe {number}", **given) for number in range(count)]


def named(table: Table, rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Rows by id, with their columns by name."""
    return {row[0]: dict(zip(COLUMNS[table], row, strict=True)) for row in rows}


@pytest.mark.trap("D4")
@pytest.mark.trap("D31")
def test_all_pages_are_read_and_counted(world: DynamicsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of many pages is read, counted and listed to its last row, each row once."""
    monkeypatch.setattr(query, "PAGE", 3)
    made = leads(world, 10)
    adapter = world.adapter()
    rows = everything(adapter.read(Table.LEAD, None))[0]
    assert sorted(row[0] for row in rows) == sorted(made)
    assert adapter.count(Table.LEAD) == 10
    assert sorted(one for page in adapter.ids(Table.LEAD) for one in page) == sorted(made)


@pytest.mark.trap("D5")
def test_pages_that_go_round_are_an_error(world: DynamicsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A next link that leads to where we were is told, instead of reading the same page for ever."""
    monkeypatch.setattr(query, "PAGE", 2)
    leads(world, 7)
    world.crm.rules.stuck_paging = ("lead",)
    with pytest.raises(CrmFailed, match="circle"):
        world.adapter().count(Table.LEAD)


@pytest.mark.trap("D6")
@pytest.mark.parametrize("status", [429, 503])
def test_a_read_waits_as_long_as_it_is_told(world: DynamicsWorld, status: int) -> None:
    """Turned away with Retry-After, a read comes back after exactly that long, and is whole."""
    leads(world, 2)
    world.faults.add(path="/leads", times=2, status=status, retry_after=47, body="html")
    assert world.adapter().count(Table.LEAD) == 2
    assert world.waits.seconds == [47, 47]


@pytest.mark.trap("D35")
def test_limits_are_those_the_environment_names(world: DynamicsWorld) -> None:
    """Whatever number the limit has here, only Retry-After decides how long to wait."""
    now = datetime.now(UTC)
    world.crm.clock = lambda: now + timedelta(seconds=sum(world.waits.seconds))
    world.crm.rules.limits = Limits(requests=4, window=300)
    world.crm.protection.limits = world.crm.rules.limits
    leads(world, 1)
    assert world.adapter().count(Table.LEAD) == 1
    assert world.waits.seconds
    assert all(one <= 300 for one in world.waits.seconds)


@pytest.mark.trap("D7")
@pytest.mark.trap("D8")
def test_metadata_is_asked_for_once_and_of_few_tables(world: DynamicsWorld) -> None:
    """One request per table of the mapping that is needed, and none when the same is asked again."""
    seen = world.faults.add(path=r"EntityDefinitions|\$batch", times=0, latency=0)
    adapter = world.adapter()
    adapter.schema()
    asked = seen.hits
    adapter.schema()
    everything(adapter.read(Table.LEAD, None))
    assert asked <= len({one.api for one in world.mapping.tables.values()})
    assert seen.hits <= asked + 1


@pytest.mark.trap("D9")
def test_days_are_days_and_moments_are_moments(world: DynamicsWorld) -> None:
    """A column of days comes as the day that was typed, whatever its column type; a moment as UTC."""
    (lead,) = leads(world, 1, wake_up_date="2026-03-29", status_entered_at="2026-03-29T00:30:00Z")
    seen = next(iter(world.adapter().reread([Ref("acme", LEAD, lead)], ["wake_up_date", "status_entered_at"])))
    assert seen.values == {"wake_up_date": "2026-03-29", "status_entered_at": "2026-03-29T00:30:00Z"}
    row = named(Table.LEAD, everything(world.adapter().read(Table.LEAD, None))[0])[lead]
    assert row["wake_up_date"] == "2026-03-29"
    assert row["status_entered_at"] == int(datetime(2026, 3, 29, 0, 30, tzinfo=UTC).timestamp())


@pytest.mark.trap("D10")
def test_owners_and_customers_are_lookups_too(world: DynamicsWorld) -> None:
    """The owner comes whoever it is, an account only if the customer is one; a contact as customer is no account."""
    crm = world.crm
    account = crm.create(crm.entities["account"], {"name": "Acme GmbH", "numberofemployees": 12}).id
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    employee = crm.create(crm.entities["contact"], {"lastname": "A", **bind}).id
    bind = {"parentcustomerid_contact@odata.bind": f"/contacts({employee})"}
    assistant = crm.create(crm.entities["contact"], {"lastname": "B", **bind}).id
    rows = named(Table.CONTACT, everything(world.adapter().read(Table.CONTACT, None))[0])
    assert (rows[employee]["account_id"], rows[employee]["company"]) == (account, "Acme GmbH")
    assert (rows[employee]["employees"], rows[employee]["owner_id"]) == (12, INTEGRATION_ID)
    assert (rows[assistant]["account_id"], rows[assistant]["company"]) == (None, None)


@pytest.mark.trap("D11")
@pytest.mark.parametrize("table", [Table.LEAD, Table.OPPORTUNITY, Table.MAIL])
def test_a_deletion_is_told_by_its_reason(world: DynamicsWorld, table: Table) -> None:
    """What was deleted comes as gone, with its id alone; a row that was made and deleted in between harms nothing."""
    here, there = (world.add(table) for _ in range(2))
    mark = everything(world.adapter().read(table, None))[3]
    world.delete(table, here)
    world.delete(table, world.add(table))
    rows, gone, _, later = everything(world.adapter().read(table, mark))
    assert here in {row[0] for row in gone}
    assert not {here, there} & {row[0] for row in rows}
    assert everything(world.adapter().read(table, later))[:2] == ([], [])


@pytest.mark.trap("D12")
def test_an_expired_link_is_told_as_such(world: DynamicsWorld) -> None:
    """When the delta link of the last read is too old, the caller is told to read in full; a full read then works."""
    (lead,) = leads(world, 1)
    mark = everything(world.adapter().read(Table.LEAD, None))[3]
    later = datetime.now(UTC) + timedelta(days=8)
    world.crm.clock = lambda: later
    with pytest.raises(MarkExpired) as raised:
        list(world.adapter().read(Table.LEAD, mark))
    assert "--full" in raised.value.next
    assert [row[0] for row in everything(world.adapter().read(Table.LEAD, None))[0]] == [lead]


@pytest.mark.trap("D27")
def test_columns_that_only_name_others_are_none(world: DynamicsWorld) -> None:
    """A mapping that names a virtual column is refused with its place, before the CRM refuses the whole query."""
    file = world.folder / "mapping.toml"
    file.write_text('[tables.lead.fields]\ncountry = "owneridname"\n')
    world.mapping = load("dynamics", file)
    with pytest.raises(MappingError, match="owneridname") as raised:
        everything(world.adapter().read(Table.LEAD, None))
    assert "mapping.toml" in str(raised.value)


@pytest.mark.trap("D30")
def test_history_says_who_and_when(world: DynamicsWorld) -> None:
    """Each change of status comes with its user, its moment, and the labels before and after."""
    (lead,) = leads(world, 1)
    world.edit(Table.LEAD, lead, status="SQL")
    world.edit(Table.LEAD, lead, title="Buyer")
    adapter = world.adapter()
    rows = everything(adapter.read(Table.LEAD_HISTORY, None))[0]
    (found,) = (dict(zip(COLUMNS[Table.LEAD_HISTORY], row, strict=True)) for row in rows)
    assert (found["person_id"], found["before"], found["after"]) == (lead, "Inquiry", "SQL")
    assert found["by"] == world.colleague()
    assert abs(found["at"] - datetime.now(UTC).timestamp()) < 60


@pytest.mark.trap("D33")
def test_labels_are_read_from_this_environment(world: DynamicsWorld) -> None:
    """Renumbered and relabelled options read as this environment labels them; a deleted one as its number."""
    kept, dropped = (leads(world, 1, status=status)[0] for status in ("SQL", "Raw"))
    lead = world.crm.entities["lead"]
    reasons = lead.by_name["statuscode"]
    left = [
        replace(one, label="Verkaufsreif") if one.label == "SQL" else one
        for one in reasons.options
        if one.label != "Raw"
    ]
    world.crm.define(lead.with_attribute(replace(reasons, options=tuple(left))))
    rows = named(Table.LEAD, everything(world.adapter().read(Table.LEAD, None))[0])
    assert rows[kept]["status"] == "Verkaufsreif"
    assert rows[dropped]["status"] == str(FIRST + STATUSES.index("Raw"))


@pytest.mark.trap("D34")
def test_flags_are_read_by_value_not_by_label(world: DynamicsWorld) -> None:
    """Flags whose labels are inverted, and those with another default, mean what is stored."""
    file = world.folder / "mapping.toml"
    file.write_text('[tables.lead.facts]\nfit = "evaluatefit"\n')
    world.mapping = load("dynamics", file).with_facts(["fit", "email_opt_out"])
    crm = world.crm
    lead = crm.create(crm.entities["lead"], {"lastname": "A", "evaluatefit": True, "donotbulkemail": False}).id
    row = named(Table.LEAD, everything(world.adapter().read(Table.LEAD, None))[0])[lead]
    assert row["facts"] in ("[0,1]", "[1,0]")
    assert world.mapping.object("lead").facts[0][0] == ("email_opt_out" if row["facts"] == "[0,1]" else "fit")


@pytest.mark.trap("D36")
def test_a_secured_column_counts_as_missing(world: DynamicsWorld) -> None:
    """A column that this login may not read is hidden, not empty: nothing of it is read, and the admin is told."""
    leads(world, 1, disposition="Busy")
    api = "conn_lastcalldisposition"
    roles.secure(world.crm, "lead", api)
    privileges = ("ReadLead", "WriteLead", "ReadFieldSecurityProfile")
    roles.assign(world.crm, INTEGRATION_ID, [f"prv{one}" for one in privileges])
    adapter = world.adapter()
    lead = adapter.schema().objects[LEAD]
    assert "disposition" in lead.missing
    assert "disposition" not in lead.fields
    assert any(api in one and "secured" in one for one in adapter.schema().warnings)
    assert column(Table.LEAD, everything(adapter.read(Table.LEAD, None))[0][0], "disposition") is None
    roles.permit(world.crm, INTEGRATION_ID, "lead", api, read=True)
    again = world.adapter()
    assert not again.schema().objects[LEAD].fields["disposition"].writable
    assert column(Table.LEAD, everything(again.read(Table.LEAD, None))[0][0], "disposition") == "Busy"


@pytest.mark.trap("D39")
def test_a_correction_of_ours_comes_back_as_what_it_is(world: DynamicsWorld) -> None:
    """What we wrote comes with the next delta, once, with the value we wrote: sync compares and finds no news."""
    (lead,) = leads(world, 1)
    adapter = world.adapter()
    mark = everything(adapter.read(Table.LEAD, None))[3]
    world.edit(Table.LEAD, lead, status="SQL")
    first, _, _, mark = everything(adapter.read(Table.LEAD, mark))
    assert [column(Table.LEAD, row, "status") for row in first] == ["SQL"]
    assert everything(adapter.read(Table.LEAD, mark))[0] == []


def test_columns_of_ours_may_all_be_missing(world: DynamicsWorld) -> None:
    """Before `connector schema apply` none of our columns is there: everything else is read, and told as missing."""
    bare = world.crm.entities["lead"]
    ours = {one.name for one in columns_of_ours(world.mapping, "lead")}
    world.crm.define(bare.changed(attributes=tuple(one for one in bare.attributes if one.name not in ours)))
    leads(world, 1)
    adapter = world.adapter()
    assert set(adapter.schema().objects[LEAD].missing) >= {"disposition", "wake_up_date", "cycle"}
    assert len(everything(adapter.read(Table.LEAD, None))[0]) == 1


@pytest.mark.trap("D36")
def test_a_secured_column_of_the_account_counts_as_missing(world: DynamicsWorld) -> None:
    """The same behind a lookup: what may not be read of a contact's account is hidden, the rest of it is read."""
    crm = world.crm
    account = crm.create(crm.entities["account"], {"name": "Acme GmbH", "numberofemployees": 12}).id
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    contact = crm.create(crm.entities["contact"], {"lastname": "A", **bind}).id
    roles.secure(crm, "account", "numberofemployees")
    names = ("ReadLead", "ReadContact", "ReadAccount", "ReadFieldSecurityProfile")
    roles.assign(crm, INTEGRATION_ID, [f"prv{one}" for one in names])
    adapter = world.adapter()
    assert "employees" in adapter.schema().objects["contact"].missing
    row = named(Table.CONTACT, everything(adapter.read(Table.CONTACT, None))[0])[contact]
    assert (row["company"], row["employees"]) == ("Acme GmbH", None)
    roles.assign(crm, INTEGRATION_ID, [f"prv{one}" for one in names if one != "ReadAccount"])
    row = named(Table.CONTACT, everything(world.adapter().read(Table.CONTACT, None))[0])[contact]
    assert (row["company"], row["employees"], row["account_id"]) == (None, None, account)
