"""Snapshots hold everything visible, so that a canary sees whatever moved."""

from __future__ import annotations

import pytest

from connector.adapters.salesforce import snapshot
from connector.model import CONTACT, LEAD, Ref
from connector.ports import Table, Update, Way
from connector.sandbox.salesforce.catalogue.types import FieldType
from connector.sandbox.salesforce.rules import Automation
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.world import SalesforceWorld


def lead(world: SalesforceWorld) -> Ref:
    """A lead."""
    return Ref(world.org, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))


def test_every_readable_field_is_there(world: SalesforceWorld) -> None:
    """All of describe but compound fields, custom ones and Id included."""
    ref = lead(world)
    (taken,) = world.adapter().snapshot([ref])
    expected = {field.name for field in world.crm.objects["Lead"].fields if field.type not in ("address", "location")}
    assert taken.fields.keys() == expected - {f.name for f in world.crm.objects["Lead"].fields if f.hidden}
    assert taken.own["status"] == "Status"


def test_what_moves_by_itself_is_named(world: SalesforceWorld) -> None:
    """Stamps and formulas may differ after a write of ours; the owner may not. Activities are counted themselves."""
    formula = FieldType(
        name="Age__c", label="Age", type="double", precision=18, scale=0, formula="TODAY() - X", sql="1",
        updateable=False, createable=False, custom=True, permissionable=True,
    )  # fmt: skip
    world.crm.add_field("Lead", formula)
    (taken,) = world.adapter().snapshot([lead(world)])
    assert {"SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastActivityDate", "Age__c"} <= taken.moving
    assert not {"OwnerId", "Status", "Rating"} & taken.moving


def test_a_flow_shows(world: SalesforceWorld) -> None:
    """A flow that sets a field and makes a task when the status changes is seen in both."""
    ref = lead(world)
    flow = Automation("Lead", "Status", ("SQL",), {"Rating": "Hot"}, "", {"Subject": "Call now"})
    world.crm.rules.automation.append(flow)
    adapter = world.adapter()
    (before,) = adapter.snapshot([ref])
    list(adapter.write([Update(ref, {"status": "SQL"})], Way("rows", 200), Remembered()))
    (after,) = adapter.snapshot([ref])
    moved = {name for name in after.fields if after.fields[name] != before.fields[name]} - after.moving
    assert moved - {"LastActivityDate"} == {"Status", "Rating"}
    assert (before.around["tasks"], after.around["tasks"]) == (0, 1)


def test_what_hangs_on_each_record_is_counted(world: SalesforceWorld) -> None:
    """Tasks, events, mails and campaign members, of leads and of contacts, each record its own."""
    one, two = lead(world), lead(world)
    contact = Ref(world.org, CONTACT, world.add(Table.CONTACT, last_name="Roe"))
    for ref in (one, one, contact):
        world.add(Table.TASK, lead_id=ref.id)
    campaign = world.add(Table.CAMPAIGN, name="Spring")
    world.add(Table.CAMPAIGN_MEMBER, campaign_id=campaign, lead_id=two.id)
    taken = {each.ref: each.around for each in world.adapter().snapshot([one, two, contact])}
    assert (taken[one]["tasks"], taken[two]["tasks"], taken[contact]["tasks"]) == (2, 0, 1)
    assert (taken[one]["campaign members"], taken[two]["campaign members"]) == (0, 1)


def test_a_record_that_is_gone_has_no_snapshot(world: SalesforceWorld) -> None:
    """Nothing is made up for it."""
    here, gone = lead(world), lead(world)
    world.delete(Table.LEAD, gone.id)
    assert [taken.ref for taken in world.adapter().snapshot([here, gone])] == [here]


def test_hundreds_of_fields_are_asked_in_parts(world: SalesforceWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """An org with very many fields is asked in several queries that together hold every field."""
    ref = lead(world)
    (whole,) = world.adapter().snapshot([ref])
    monkeypatch.setattr(snapshot, "_NAMES_ROOM", 100)
    (parts,) = world.adapter().snapshot([ref])
    assert parts == whole


def test_what_may_not_be_seen_is_said(world: SalesforceWorld) -> None:
    """A user without access to campaigns gets no count of them, no error, and the reason; what is seen has none."""
    world.faults.add(
        path="FROM[+]CampaignMember", times=0, status=400, code="INVALID_TYPE", message="sObject type not supported"
    )
    (taken,) = world.adapter().snapshot([lead(world)])
    assert "campaign members" not in taken.around
    assert "tasks" in taken.around
    assert taken.unseen.keys() == {"campaign members"}
    assert "CampaignMember" in taken.unseen["campaign members"]
