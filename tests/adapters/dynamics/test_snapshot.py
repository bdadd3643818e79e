"""Snapshots for the canary: what is ours, what moves by itself, what hangs on a record."""

from __future__ import annotations

from connector.model import LEAD, Ref
from connector.ports import Snapshot, Table
from connector.sandbox.dynamics.base import ADMIN_ID
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
