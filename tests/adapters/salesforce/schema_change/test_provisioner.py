"""All steps on an org that has nothing of ours: what is made, that nothing else changes, and that dying is harmless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.adapters.salesforce.schema_change.access import SET
from connector.errors import Skip
from connector.mapping import load
from connector.provisioning import SchemaStep, StepKind
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.permissions import revoke
from connector.sandbox.server import Sandbox
from tests.adapters.salesforce.schema_change.bare import Death, Killed, Process, made, mapping_of
from tests.adapters.salesforce.world import SalesforceWorld


@pytest.mark.trap("S23")
def test_an_empty_org_gets_all_of_it(bare: SalesforceWorld) -> None:
    """Every step is done and read back; a second look finds nothing to do; describe shows all fields to this login."""
    bare.mapping = load("salesforce")
    process = Process(bare)
    done = process.apply()
    assert (done.failed, done.by_hand) == ((), ())
    assert process.steps() == []
    for name in ("lead", "contact"):
        there = process.adapter.schema(fresh=True).objects[name]
        table = bare.mapping.object(name)
        assert {field for field in table.writable if there.fields[field].writable} == table.writable
        assert there.fields["age_in_stage"].readable
        assert not there.fields["age_in_stage"].writable
    assert process.adapter.schema().objects["contact"].fields["status"].tracked


@pytest.mark.trap("S24")
def test_no_value_that_was_there_becomes_inactive(bare: SalesforceWorld, process: Process) -> None:
    """The list of lead statuses only grows, its order and its marks stay; the converting value is still that one."""
    before = made(bare)["statuses"]
    process.apply()
    after = made(bare)["statuses"]
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert [row[1] for row in after if row[2]] == ["Closed - Converted"]


def test_age_in_stage_of_a_blank_is_blank(bare: SalesforceWorld, process: Process) -> None:
    """Blank stays blank, and a stamp of two days and a bit ago is 2."""
    process.apply()
    lead = bare.crm.insert("Lead", [{"LastName": "A", "Company": "B"}])[0].id
    session = process.adapter._session
    age = "SELECT Age_In_Stage__c FROM Lead"
    assert session.query(age)["records"][0]["Age_In_Stage__c"] is None
    from datetime import UTC, datetime, timedelta

    stamp = f"{datetime.now(UTC) - timedelta(days=2, hours=20):%Y-%m-%dT%H:%M:%S.000Z}"
    assert bare.crm.update("Lead", [{"Id": lead, "Status_Entered_At__c": stamp}])[0].success
    assert session.query(age)["records"][0]["Age_In_Stage__c"] == 2


def test_what_the_org_carries_over_on_conversion_stays(bare: SalesforceWorld, process: Process) -> None:
    """Pairs of the org's own are still there beside ours."""
    from connector.sandbox.salesforce.catalogue.types import FieldType

    for name in ("Lead", "Contact", "Account"):
        bare.crm.add_field(name, FieldType(name="Region__c", label="Region", type="string", length=20, custom=True))
    own = {"Contact": {"Region__c": "Region__c"}}
    bare.crm.settings["lead mapping"] = own
    process.apply()
    after = made(bare)["mapping"]["Contact"]
    assert after["Region__c"] == "Region__c"
    assert after["Last_Call_Disposition__c"] == "Last_Call_Disposition__c"
    assert process.steps() == []


def test_without_the_right_nothing_is_changed(bare: SalesforceWorld, process: Process) -> None:
    """A user without Customize Application is told what is lacking, before the first request that writes."""
    from connector.errors import NotPermitted

    revoke(bare.crm, "CustomizeApplication")
    before = made(bare)
    setup, steps = process.look()
    assert setup.lacks == ("Customize Application",)
    assert len(steps) > 10
    with pytest.raises(NotPermitted, match="Customize Application") as refused:
        process.apply()
    assert "schema apply --user integration@sandbox.example" in refused.value.next
    assert made(bare) == before


def test_access_can_be_given_to_somebody_else(bare: SalesforceWorld, process: Process) -> None:
    """An admin's login adds the fields for the integration user: that user gets the permission set."""
    assert process.apply(user="admin@sandbox.example").failed == ()
    assert [row[0] for row in made(bare)["assigned"]] == ["0055g0000000001AAA"]
    assert [step for step in process.steps(user="admin@sandbox.example") if step.kind is not StepKind.BY_HAND] == []
    assert [step.kind for step in process.steps()] == [StepKind.ACCESS, StepKind.ACCESS]


def test_a_field_that_somebody_made_is_only_shown(bare: SalesforceWorld, process: Process) -> None:
    """A field that the org has but hides is granted, not made again."""
    process.do(StepKind.FIELD)
    steps = process.steps()
    assert StepKind.FIELD not in {step.kind for step in steps}
    assert StepKind.ACCESS in {step.kind for step in steps}


def test_a_field_of_another_type_is_left_alone(bare: SalesforceWorld, process: Process) -> None:
    """A name that is taken by a field of another type is left to an admin, and everything else is done."""
    from connector.sandbox.salesforce.catalogue.types import FieldType

    taken = FieldType(name="Wake_Up_Date__c", label="Wake", type="string", length=20, custom=True, permissionable=True)
    bare.crm.add_field("Lead", taken)
    done = process.apply()
    assert done.failed == ()
    (left,) = done.by_hand
    assert "Lead.Wake_Up_Date__c is there, but of type string" in left.what


def test_a_picklist_of_ours_gets_what_the_policy_adds(bare: SalesforceWorld, process: Process) -> None:
    """A status that joins the policy joins the Contact Status picklist, and nothing leaves it."""
    process.apply()
    before = {value.value for value in process.adapter.schema(fresh=True).objects["contact"].fields["status"].values}
    more = Process(bare, '[status."On Hold"]\nmeaning = "Waits."\nteam = "sales"')
    assert {step.kind for step in more.steps()} == {StepKind.STATUSES, StepKind.VALUES}
    assert more.apply().failed == ()
    after = {value.value for value in more.adapter.schema(fresh=True).objects["contact"].fields["status"].values}
    assert after == before | {"On Hold"}
    assert more.steps() == []


def test_history_that_is_switched_off_is_switched_on(bare: SalesforceWorld, process: Process) -> None:
    """Both status fields: the lead's is a standard field, the contact's one of ours."""
    from connector.sandbox.salesforce.tracking import track

    process.apply()
    track(bare.crm, "Lead", "Status", on=False)
    track(bare.crm, "Contact", "Contact_Status__c", on=False)
    assert [step.kind for step in process.steps()] == [StepKind.HISTORY, StepKind.HISTORY]
    assert process.apply().failed == ()
    assert process.steps() == []


def test_no_room_for_another_history(bare: SalesforceWorld, process: Process) -> None:
    """Where twenty fields are tracked already the field is made, and what is lacking is told with where to click."""
    from connector.sandbox.salesforce.catalogue.types import FieldType

    for number in range(20):
        field = FieldType(name=f"F{number}__c", label=f"F{number}", type="boolean", custom=True, tracked=True)
        bare.crm.add_field("Contact", field)
    done = process.apply()
    ((step, reason),) = done.failed
    assert step.kind is StepKind.HISTORY
    assert "Set History Tracking" in reason
    assert "contact" in {step.object for step in done.done}


def test_a_step_by_hand_is_never_tried(bare: SalesforceWorld, process: Process) -> None:
    """The adapter refuses it with what the admin should do."""
    step = SchemaStep(kind=StepKind.BY_HAND, object="lead", api="Lead", what="w", why="y", how="click here")
    with pytest.raises(Skip, match="click here"):
        process.adapter.provisioner().change_schema(step, lambda: None)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], int, int]:
    """A snapshot of an org, what an unbroken run makes of it, and its requests: all, and those that write."""
    path = tmp_path_factory.mktemp("bare") / "org.db"
    org = Org()
    org.snapshot(path)
    org.close()
    with _world(path, path.parent) as world:
        every = Process(world, death=Death(0, False, writes=False))
        assert every.apply().failed == ()
        left = made(world)
    with _world(path, path.parent) as world:
        writes = Process(world, death=Death(0, False))
        writes.apply()
    return path, left, every.requests, writes.requests


class _world:  # noqa: N801 - reads as a function
    """A copy of the org, served, with a mapping of few fields so that a run is short."""

    def __init__(self, snapshot: Path, folder: Path) -> None:
        self._org = Org.from_snapshot(snapshot)
        self._sandbox = Sandbox(self._org)
        self._folder = folder

    def __enter__(self) -> SalesforceWorld:
        return SalesforceWorld(self._sandbox.__enter__(), self._folder, mapping_of())

    def __exit__(self, *error: Any) -> None:
        self._sandbox.__exit__(None, None, None)
        self._org.close()


def _dies(snapshot: Path, folder: Path, death: Death) -> dict[str, Any]:
    """What is left when a run died and another was started."""
    with _world(snapshot, folder) as world:
        with pytest.raises(Killed):
            Process(world, death=death).apply()
        again = Process(world)
        done = again.apply()
        assert (done.failed, done.by_hand) == ((), ())
        assert again.steps() == []
        return made(world)


@pytest.mark.long
def test_dead_after_a_write_and_run_again(unbroken: tuple[Path, dict[str, Any], int, int], tmp_path: Path) -> None:
    """Killed right after every third request that writes was carried out, and run again: the same state."""
    snapshot, left, _, writes = unbroken
    assert writes >= 10
    for at in range(1, writes + 1, 3):
        assert _dies(snapshot, tmp_path, Death(at, carried_out=True)) == left, f"killed at write {at} of {writes}"


@pytest.mark.long
@pytest.mark.parametrize("carried_out", [False, True], ids=["lost", "carried out"])
def test_dead_at_any_request_and_run_again(
    unbroken: tuple[Path, dict[str, Any], int, int], tmp_path: Path, carried_out: bool
) -> None:
    """The same at every request, those that only read too."""
    snapshot, left, every, _ = unbroken
    for at in range(1, every + 1):
        death = Death(at, carried_out, writes=False)
        assert _dies(snapshot, tmp_path, death) == left, f"killed at request {at} of {every}"


def test_a_permission_set_of_that_name_is_used(bare: SalesforceWorld, process: Process) -> None:
    """If somebody made the set already, it gets the fields and keeps what it has."""
    row = bare.crm.insert("PermissionSet", [{"Name": SET, "Label": "Ours"}])[0]
    assert row.success
    process.apply()
    assert made(bare)["sets"] == 1
    assert process.steps() == []


def test_requests_of_others_between_ours_are_kept(bare: SalesforceWorld, process: Process) -> None:
    """A value that somebody adds to the list after our plan was made is there afterwards."""
    before = process.steps()
    other = Process(bare, '[status."On Hold"]\nmeaning = "Waits."\nteam = "sales"')
    other.do(StepKind.STATUSES)
    (step,) = (step for step in before if step.kind is StepKind.STATUSES)
    process.adapter.provisioner().change_schema(step, lambda: None)
    assert "On Hold" in {row[1] for row in made(bare)["statuses"]}
