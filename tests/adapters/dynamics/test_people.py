"""Leads and contacts: what merged, what was converted to what and when, what is closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from connector.ports import PERSON_COLUMNS, Table
from connector.sandbox.dynamics.base import ADMIN_ID
from connector.sandbox.dynamics.catalogue import Option
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.qualify import qualify
from tests.adapters.contract import everything
from tests.adapters.dynamics.world import DynamicsWorld


def people(world: DynamicsWorld, table: Table) -> dict[str, dict[str, Any]]:
    """All rows by id, with their columns by name."""
    rows = everything(world.adapter().read(table, None))[0]
    return {row[0]: dict(zip(PERSON_COLUMNS, row, strict=True)) for row in rows}


def made(world: DynamicsWorld, **columns: Any) -> str:
    """A lead."""
    return world.add(Table.LEAD, **{"last_name": "Doe", "company": "Acme", "status": "SQL", **columns})


def qualified(world: DynamicsWorld, lead: str, **asked: Any) -> dict[str, str]:
    """Qualifies it; table → id of what that made."""
    return dict(qualify(world.crm, lead, {"Status": 3, **asked}, Options(user_id=ADMIN_ID, event=24)))


def test_a_qualified_lead_names_what_it_became(world: DynamicsWorld) -> None:
    """Contact, account and opportunity are told, and the moment they were made counts as that of the conversion."""
    then = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    lead = made(world)
    world.crm.clock = lambda: then
    became = qualified(world, lead, CreateAccount=True, CreateContact=True, CreateOpportunity=True)
    world.crm.clock = lambda: then + timedelta(days=9)
    world.edit(Table.CONTACT, became["contact"], title="Chief")
    row = people(world, Table.LEAD)[lead]
    assert (row["is_converted"], row["is_closed"], row["is_inactive"]) == (1, 0, 0)
    assert row["converted_contact"] == became["contact"]
    assert row["converted_account"] == became["account"]
    assert row["converted_opportunity"] == became["opportunity"]
    assert row["converted_at"] == int(then.timestamp())


def test_the_contact_is_found_by_the_lead_it_names(world: DynamicsWorld) -> None:
    """Where the lead itself does not name its contact or opportunity, those that name the lead are taken."""
    lead = made(world)
    became = qualified(world, lead, CreateContact=True, CreateOpportunity=True)
    entity = world.crm.entities["lead"]
    blank = {"parentcontactid@odata.bind": None, "qualifyingopportunityid@odata.bind": None}
    world.crm.update(entity, lead, blank, Options(user_id=ADMIN_ID, system=True))
    row = people(world, Table.LEAD)[lead]
    assert (row["converted_contact"], row["converted_opportunity"]) == (became["contact"], became["opportunity"])


def test_audit_tells_when_a_lead_joined_an_old_contact(world: DynamicsWorld) -> None:
    """A lead that was qualified into a contact of old has its moment from the audit row; without one, none."""
    then = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    old = world.add(Table.CONTACT, last_name="Doe")
    lead = made(world)
    bind = {"parentcontactid@odata.bind": f"/contacts({old})"}
    world.crm.update(world.crm.entities["lead"], lead, bind, Options(user_id=ADMIN_ID))
    assert people(world, Table.LEAD)[lead]["converted_contact"] is None, "an open lead is that person's next cycle"
    world.crm.clock = lambda: then
    assert qualified(world, lead) == {}
    row = people(world, Table.LEAD)[lead]
    assert (row["converted_contact"], row["converted_at"]) == (old, int(then.timestamp()))
    with world.crm.storage.transaction() as db:
        db.execute("DELETE FROM audit")
    assert people(world, Table.LEAD)[lead]["converted_at"] is None


def test_a_default_nobody_chose_is_blank(world: DynamicsWorld) -> None:
    """The placeholder that new contacts get as lead source is no source; an option that somebody chose is one."""
    crm = world.crm
    contact = crm.entities["contact"]
    source = contact.by_name["leadsourcecode"]
    blank = world.add(Table.CONTACT, last_name="Doe")
    assert crm.get(contact, blank) is not None
    assert people(world, Table.CONTACT)[blank]["source"] is None
    trade = Option(value=727_000_001, label="Trade Show", managed=False)
    crm.define(contact.with_attribute(replace(source, options=(*source.options, trade))))
    chosen = world.add(Table.CONTACT, last_name="Doe", source="Trade Show")
    found = people(world, Table.CONTACT)
    assert (found[blank]["source"], found[chosen]["source"]) == (None, "Trade Show")
    assert people(world, Table.LEAD) == {}
    lead = made(world, source="Advertisement")
    assert people(world, Table.LEAD)[lead]["source"] == "Advertisement"


@pytest.mark.parametrize("table", [Table.LEAD, Table.CONTACT])
def test_losers_of_a_merge_are_left_out(world: DynamicsWorld, table: Table) -> None:
    """Whoever lost a merge stays in the CRM as a closed row; it is neither read nor counted nor listed."""
    loser, winner = (world.add(table, last_name="Doe") for _ in range(2))
    world.merge(table, loser, winner)
    adapter = world.adapter()
    assert set(people(world, table)) == {winner}
    assert adapter.count(table) == 1
    assert [one for page in adapter.ids(table) for one in page] == [winner]


def test_disqualified_leads_are_closed_and_inactive_contacts_inactive(world: DynamicsWorld) -> None:
    """A closed lead is still somebody; an inactive contact is not judged."""
    lead = made(world, status="Lost")
    contact = world.add(Table.CONTACT, last_name="Doe")
    entity = world.crm.entities["contact"]
    world.crm.update(entity, contact, {"statecode": 1, "statuscode": 2}, Options(user_id=ADMIN_ID))
    row = people(world, Table.LEAD)[lead]
    assert (row["status"], row["is_closed"], row["is_inactive"], row["is_converted"]) == ("Lost", 1, 0, 0)
    assert people(world, Table.CONTACT)[contact]["is_inactive"] == 1
