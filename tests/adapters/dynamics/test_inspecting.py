"""What `connector check` finds in a Dynamics environment: reach, what an update wakes, who else writes, since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.adapters.dynamics import inspecting
from connector.inspection import Inspection, Reacts, Roles, Sees
from connector.model import CONTACT, LEAD
from connector.ports import Table
from connector.sandbox.dynamics.base import ADMIN_ID, INTEGRATION_ID, SYSTEM_ID
from connector.sandbox.dynamics.dml.request import Options
from tests.adapters.dynamics.world import DynamicsWorld


def looked(world: DynamicsWorld) -> Inspection:
    return world.adapter().inspect(lambda: datetime.now(UTC))


def test_an_administrator_in_an_empty_environment(world: DynamicsWorld) -> None:
    """Everything is in reach, nothing is active, nobody else writes; what the API does not tell is said."""
    found = looked(world)
    assert found.sees == found.edits == {LEAD: Sees.ALL, CONTACT: Sees.ALL}
    assert (found.hidden, found.reactions, found.writers) == ((), (), ())
    assert found.history_since == {LEAD: None, CONTACT: None}
    assert found.roles == Roles(0, 0)
    assert "assignment rule" in found.unasked


def test_rows_of_ones_own_are_not_all(world: DynamicsWorld) -> None:
    """A privilege that reaches the user's own rows only is told: the others look as if they did not exist."""
    with world.crm.storage.transaction() as db:
        db.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (INTEGRATION_ID,))
        db.execute("INSERT INTO role (roleid, name) VALUES ('r', 'Salesperson')")
        db.execute(
            "INSERT INTO roleprivileges SELECT 'rp' || privilegeid, 'r', privilegeid, "
            "CASE WHEN name IN ('prvReadLead', 'prvWriteContact') THEN 1 ELSE 8 END, 0 FROM privilege "
            "WHERE name <> 'prvReadCampaign'"
        )
        db.execute("INSERT INTO systemuserroles VALUES ('ur', ?, 'r', 0)", (INTEGRATION_ID,))
    world.crm.after_write("role")
    found = looked(world)
    assert found.sees == {LEAD: Sees.SOME, CONTACT: Sees.ALL}
    assert found.edits == {LEAD: Sees.ALL, CONTACT: Sees.SOME}
    assert "campaign" in found.hidden


def test_what_an_update_wakes(world: DynamicsWorld) -> None:
    """Workflows on change, business rules, cloud flows that name the table and duplicate rules; drafts are asleep."""
    columns = ["name", "category", "type", "primaryentity", "triggeronupdateattributelist", "clientdata", "statecode"]
    flow = '{"parameters":{"subscriptionRequest/entityname":"lead"}}'
    rows = [
        ["Hand over", 0, 1, "lead", "statuscode", None, 1],
        ["On creation", 0, 1, "lead", None, None, 1],
        ["Draft", 0, 1, "lead", "statuscode", None, 0],
        ["Needs a phone", 2, 1, "contact", None, None, 1],
        ["Tell the team", 5, 1, "none", None, flow, 1],
    ]
    world.crm.load("workflow", columns, rows)
    world.crm.load("duplicaterule", ["name", "baseentityname", "statecode"], [["Same mail", "lead", 1]])
    found = {(one.kind, one.object, one.name) for one in looked(world).reactions}
    assert found == {
        (Reacts.FLOW, LEAD, "Hand over"),
        (Reacts.FLOW, LEAD, "Tell the team"),
        (Reacts.VALIDATION, CONTACT, "Needs a phone"),
        (Reacts.DUPLICATES, LEAD, "Same mail"),
    }


def test_who_else_writes_and_since_when(world: DynamicsWorld) -> None:
    """By the audit of the status alone: people and programs apart, ourselves not; and since when."""
    entity = world.crm.entities["lead"]
    numbers = {one.label: one.value for one in entity.by_name["statuscode"].options}
    lead = world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    for who, text in ((ADMIN_ID, "SQL"), (SYSTEM_ID, "Raw"), (INTEGRATION_ID, "MQL"), (ADMIN_ID, "Inquiry")):
        world.crm.update(entity, lead, {"statuscode": numbers[text]}, Options(user_id=who))
    world.edit(Table.LEAD, lead, title="Buyer")
    found = looked(world)
    told = {(one.object, one.field, one.name, one.changes, one.machine) for one in found.writers}
    assert told == {(LEAD, "status", "Avery Admin", 2, False), (LEAD, "status", "SYSTEM", 1, True)}
    since = found.history_since[LEAD]
    assert since is not None
    assert abs(since - datetime.now(UTC)).total_seconds() < 300


def test_a_change_that_lies_further_back_is_not_denied(world: DynamicsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """If none of the audit rows that were looked through is of the status, nobody says that there is none."""
    lead = world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    start = datetime.now(UTC)
    for hours, step in enumerate(({"title": "Buyer"}, {"title": "Head of Buying"}, {"status": "SQL"}), start=1):
        world.crm.clock = lambda hours=hours: start + timedelta(hours=hours)  # type: ignore[misc]
        world.edit(Table.LEAD, lead, **step)
    world.crm.clock = lambda: datetime.now(UTC)
    assert looked(world).history_since[LEAD] is not None
    monkeypatch.setattr(inspecting, "_LOOKED_THROUGH", 2)
    assert LEAD not in looked(world).history_since


def test_more_changes_than_are_looked_at(world: DynamicsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more audit rows than are looked at, it is said of that object, and of no other."""
    lead = world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    for status in ("SQL", "MQL", "Inquiry"):
        world.edit(Table.LEAD, lead, status=status)
    assert not any(one.startswith("writers") for one in looked(world).unasked)
    monkeypatch.setattr(inspecting, "PAGE", 2)
    assert [one for one in looked(world).unasked if one.startswith("writers")] == ["writers of lead"]


def test_the_clock_of_the_environment(world: DynamicsWorld) -> None:
    """How far it is ahead of ours, by the date of an answer."""
    now = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    world.crm.clock = lambda: now + timedelta(minutes=5)
    assert world.adapter().inspect(lambda: now).skew == timedelta(minutes=5)


def test_privileges_that_are_not_told(world: DynamicsWorld) -> None:
    """Where the environment refuses to tell this login its privileges, that is said, and nothing is assumed."""
    world.faults.add(path="RetrieveUserPrivileges", times=0, status=403, code="0x80040220", message="no privilege")
    found = looked(world)
    assert "rights" in found.unasked
    assert found.sees == {LEAD: Sees.UNKNOWN, CONTACT: Sees.UNKNOWN}


def test_deals_that_name_nobody(world: DynamicsWorld) -> None:
    """An opportunity is a contact's if it names one, or has one as its customer."""
    contact = world.add(Table.CONTACT, last_name="Doe")
    account = world.crm.create(world.crm.entities["account"], {"name": "Acme"}, Options(user_id=ADMIN_ID)).id
    columns = ["name", "parentcontactid", "customerid", "customerid__type"]
    rows = [["a", contact, None, None], ["b", None, contact, "contact"], ["c", None, account, "account"]]
    world.crm.load("opportunity", columns, rows)
    assert looked(world).roles == Roles(3, 1)
