"""Users with their roles, teams and who is in them, opportunities and who takes part in them, working hours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.mapping import load
from connector.ports import COLUMNS, Table
from connector.sandbox.dynamics.base import ADMIN_ID, BUSINESS_UNIT_ID, TEAM_ID
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.sample import MAPPING, fill
from tests.adapters.contract import everything
from tests.adapters.dynamics.world import DynamicsWorld

HUMAN = Options(user_id=ADMIN_ID)


def rows(world: DynamicsWorld, table: Table) -> dict[str, dict[str, Any]]:
    """All rows by their first column."""
    found = everything(world.adapter().read(table, None))[0]
    return {row[0]: dict(zip(COLUMNS[table], row, strict=True)) for row in found}


def test_users_and_teams_may_own(world: DynamicsWorld) -> None:
    """Users come with unit and security roles, teams as queues; only users are members."""
    world.crm.load("teammembership", ("teammembershipid", "teamid", "systemuserid"), [(None, TEAM_ID, ADMIN_ID)])
    users = rows(world, Table.USER)
    admin, team = users[ADMIN_ID], users[TEAM_ID]
    assert (admin["kind"], admin["active"], admin["role"]) == ("user", 1, "System Administrator")
    unit = world.crm.get(world.crm.entities["businessunit"], BUSINESS_UNIT_ID)
    assert unit is not None
    assert admin["department"] == unit["name"]
    assert (team["kind"], team["active"]) == ("queue", 1)
    members = everything(world.adapter().read(Table.QUEUE_MEMBER, None))[0]
    assert (TEAM_ID, ADMIN_ID) in members


def test_an_open_opportunity_is_not_closed_yet(world: DynamicsWorld) -> None:
    """The day of closing counts only when it has come; won and lost are told by the state."""
    crm = world.crm
    made = {
        state: crm.create(crm.entities["opportunity"], {"name": "x", "actualclosedate": "2026-05-04"}, HUMAN).id
        for state in ("open", "won", "lost")
    }
    for name, pair in (("won", (1, 3)), ("lost", (2, 4))):
        change = {"statecode": pair[0], "statuscode": pair[1]}
        crm.update(crm.entities["opportunity"], made[name], change, Options(user_id=ADMIN_ID, system=True))
    found = rows(world, Table.OPPORTUNITY)
    day = int(datetime(2026, 5, 4, tzinfo=UTC).timestamp())
    assert {name: (found[id]["is_open"], found[id]["is_won"], found[id]["closed_at"]) for name, id in made.items()} == {
        "open": (1, 0, None),
        "won": (0, 1, day),
        "lost": (0, 0, day),
    }


def test_who_takes_part_in_an_opportunity(world: DynamicsWorld) -> None:
    """Its contact and its customer, if that is a contact; taken away they are gone, and with the opportunity, too."""
    crm = world.crm
    one, two = (world.add(Table.CONTACT, last_name="Doe") for _ in range(2))
    binds = {"parentcontactid@odata.bind": f"/contacts({one})", "customerid_contact@odata.bind": f"/contacts({two})"}
    deal = crm.create(crm.entities["opportunity"], {"name": "x", **binds}, HUMAN).id
    bare = crm.create(crm.entities["opportunity"], {"name": "y"}, HUMAN).id
    adapter = world.adapter()
    found, _, _, mark = everything(adapter.read(Table.OPPORTUNITY_CONTACT, None))
    assert sorted(found) == sorted([(f"{deal}:c", deal, one), (f"{deal}:k", deal, two)])
    assert adapter.count(Table.OPPORTUNITY_CONTACT) == 2
    crm.update(crm.entities["opportunity"], deal, {"parentcontactid@odata.bind": None}, HUMAN)
    found, gone, _, mark = everything(world.adapter().read(Table.OPPORTUNITY_CONTACT, mark))
    assert found == [(f"{deal}:k", deal, two)]
    assert f"{deal}:c" in {row[0] for row in gone}
    world.delete(Table.OPPORTUNITY, deal)
    world.delete(Table.OPPORTUNITY, bare)
    gone = everything(world.adapter().read(Table.OPPORTUNITY_CONTACT, mark))[1]
    assert {f"{deal}:c", f"{deal}:k"} <= {row[0] for row in gone}


@pytest.fixture
def filled(world: DynamicsWorld) -> DynamicsWorld:
    """The environment with a few people of the sample in it, and its own mapping."""
    fill(world.crm, people=1)
    (world.folder / "own.toml").write_text(MAPPING)
    world.mapping = load("dynamics", world.folder / "own.toml")
    return world


def test_working_hours_and_holidays(filled: DynamicsWorld) -> None:
    """Which weekdays, from when to when, in which time zone; holidays as days, those of both kinds of calendar once."""
    (hours,) = rows(filled, Table.HOURS).values()
    assert (hours["name"], hours["is_default"], hours["timezone"]) == ("Office hours", 1, "Europe/Berlin")
    early, late = [[480, 1050]], [[480, 900]]
    assert json.loads(hours["week"]) == [early, early, early, early, late, None, None]
    days = rows(filled, Table.HOLIDAY)
    assert {"Neujahr", "Tag der Arbeit", "Betriebsausflug"} <= {day["name"] for day in days.values()}
    assert all(day["recurrence"] is None and day["from_minute"] is None for day in days.values())
    dates = [day["date"] for day in days.values()]
    assert len(dates) == len(set(dates))


def test_an_own_mapping_is_heeded(filled: DynamicsWorld) -> None:
    """The sample's own column for types of opportunity is read by its label."""
    types = {row["type"] for row in rows(filled, Table.OPPORTUNITY).values()}
    assert types <= {"New Business", "Existing Business", "Renewal"}
