"""Snapshots for the canary: what is ours, what moves by itself, what hangs on a record."""

from __future__ import annotations

import pytest

from connector.adapters.dynamics.schema_change.access import RUN
from connector.model import LEAD, Ref
from connector.ports import Snapshot, Table
from connector.sandbox.dynamics import roles
from connector.sandbox.dynamics.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.dynamics.dml.request import Options
from tests.adapters.dynamics.world import ORG, DynamicsWorld


def moved(before: Snapshot, after: Snapshot) -> set[str]:
    """What differs and does not move by itself."""
    return {name for name in after.fields if before.fields[name] != after.fields[name]} - after.moving


def test_the_state_is_part_of_our_status(world: DynamicsWorld) -> None:
    """A status of another state moves the state with it: both are ours, and nothing else differs."""
    ref = Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))
    adapter = world.adapter()
    (before,) = adapter.snapshot([ref])
    world.edit(Table.LEAD, ref.id, status="Lost")
    (after,) = adapter.snapshot([ref])
    assert moved(before, after) == {"statecode", "statuscode"}
    assert {"statecode", "statuscode"} <= set(after.own.values())


def test_a_new_owner_shows(world: DynamicsWorld) -> None:
    """A flow that hands the record to somebody else is seen, and so is whatever it hangs on it."""
    ref = Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))
    adapter = world.adapter()
    (before,) = adapter.snapshot([ref])
    crm = world.crm
    team = next(iter(crm.storage.reader().execute("SELECT teamid FROM team").fetchone()))
    crm.update(crm.entities["lead"], ref.id, {"ownerid@odata.bind": f"/teams({team})"}, Options(user_id=ADMIN_ID))
    bind = {"regardingobjectid_lead_phonecall@odata.bind": f"/leads({ref.id})"}
    crm.create(crm.entities["phonecall"], {"subject": "x", **bind})
    (after,) = adapter.snapshot([ref])
    assert "_ownerid_value" in moved(before, after)
    assert {name for name in after.around if after.around[name] != before.around[name]} == {"calls"}


def test_with_the_least_rights_everything_is_counted(world: DynamicsWorld) -> None:
    """The security role that connector makes for itself sees whatever the canary counts."""
    known = {name for (name,) in world.crm.storage.reader().execute("SELECT name FROM privilege")}
    roles.assign(world.crm, INTEGRATION_ID, [one for one in RUN if one in known])
    ref = Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))
    (taken,) = world.adapter().snapshot([ref])
    assert taken.unseen == {}
    assert taken.around.keys() == {"tasks", "calls", "events", "mails", "campaign members"}


@pytest.mark.parametrize(("table", "name"), [("task", "tasks"), ("email", "mails"), ("phonecall", "calls")])
def test_what_may_not_be_read_is_said(world: DynamicsWorld, table: str, name: str) -> None:
    """A table whose rows the CRM refuses is not counted as empty: it is named, with the CRM's reason."""
    ref = Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))
    entities = world.crm.entities[table].set_name
    world.faults.add(path=f"/{entities}[?]", times=0, status=403, code="0x80040220", message="no privilege")
    world.faults.add(path="/activityparties", times=0, status=403, code="0x80040220", message="no privilege")
    (taken,) = world.adapter().snapshot([ref])
    assert name not in taken.around
    assert "no privilege" in taken.unseen[name]


def test_a_kind_that_is_kept_from_us_is_said(world: DynamicsWorld) -> None:
    """Without the privilege to read activities there is a reason instead of a count, known without asking for rows."""
    known = {name for (name,) in world.crm.storage.reader().execute("SELECT name FROM privilege")}
    rights = [one for one in RUN if one in known and one != "prvReadActivity"]
    roles.assign(world.crm, INTEGRATION_ID, rights)
    ref = Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))
    (taken,) = world.adapter().snapshot([ref])
    assert {"tasks", "calls", "events", "mails"} <= taken.unseen.keys()
    assert not taken.unseen.keys() & taken.around.keys()
