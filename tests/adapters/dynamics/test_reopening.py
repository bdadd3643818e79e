"""Closed rows that are corrected and stay closed: all of it or nothing, never left open."""

from __future__ import annotations

import pytest

from connector.model import LEAD, Ref
from connector.ports import Outcome, Result, Table, Update
from connector.sandbox.dynamics.rules import RowFault, ValidationRule
from tests.adapters.dynamics.world import ORG, DynamicsWorld
from tests.adapters.journal import Remembered

STAMP = "2026-05-04T10:00:00Z"


def closed(world: DynamicsWorld) -> Ref:
    """A disqualified lead."""
    return Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Lost"))


def correct(world: DynamicsWorld, ref: Ref, journal: Remembered | None = None, **values: str | None) -> Outcome:
    """Writes as `apply` does where the policy lets closed records be opened."""
    adapter = world.adapter()
    (seen,) = adapter.reread([ref], list(values))
    update = Update(ref, values, seen.version, reopens=seen.raw if seen.closed else {})
    (outcome,) = adapter.write([update], adapter.way(1), journal or Remembered())
    return outcome


def pair(world: DynamicsWorld, ref: Ref) -> tuple[int, int]:
    """State and status reason."""
    row = world.crm.get(world.crm.entities["lead"], ref.id)
    assert row is not None
    return row["statecode"], row["statuscode"]


def test_a_closed_lead_is_corrected_and_closed_again(world: DynamicsWorld) -> None:
    """The value is there, and the status is the one it was."""
    ref = closed(world)
    before = pair(world, ref)
    assert correct(world, ref, status_entered_at=STAMP, status_reason="Not ready").result is Result.WRITTEN
    assert world.value(ref, "status_entered_at") == STAMP
    assert world.value(ref, "status_reason") == "Not ready"
    assert pair(world, ref) == before


def test_another_closed_status_may_come_with_it(world: DynamicsWorld) -> None:
    """From one closed status reason to another, with a column besides; and reopened for good, in one step."""
    ref = closed(world)
    assert correct(world, ref, status="Canceled", status_reason="Not ready").result is Result.WRITTEN
    assert world.value(ref, "status") == "Canceled"
    assert correct(world, ref, status="Inquiry", status_reason="Busy").result is Result.WRITTEN
    assert (pair(world, ref)[0], world.value(ref, "status")) == (0, "Inquiry")


def test_only_the_status_needs_no_opening(world: DynamicsWorld) -> None:
    """A closed status reason for another is one write."""
    ref = closed(world)
    journal = Remembered()
    assert correct(world, ref, journal, status="Canceled").result is Result.WRITTEN
    assert journal.asked == 1


def test_a_refused_step_leaves_nothing_open(world: DynamicsWorld) -> None:
    """A plug-in that refuses the closing takes the opening back, too."""
    ref = closed(world)
    before = pair(world, ref)
    rule = ValidationRule("lead", "Nobody closes this", {"leadid": ref.id, "statecode": 2}, on="update")
    world.crm.rules.validation_rule = (rule,)
    outcome = correct(world, ref, status_reason="Not ready")
    assert (outcome.result, outcome.text) == (Result.FAILED, "Nobody closes this")
    assert pair(world, ref) == before
    assert world.value(ref, "status_reason") is None


def test_what_somebody_changed_is_a_conflict(world: DynamicsWorld) -> None:
    """The version that was reread is demanded here, too."""
    ref = closed(world)
    adapter = world.adapter()
    (seen,) = adapter.reread([ref], ["status"])
    world.edit(Table.LEAD, ref.id, status="Canceled")
    update = Update(ref, {"status_reason": "Not ready"}, seen.version, reopens=seen.raw)
    (outcome,) = adapter.write([update], adapter.way(1), Remembered())
    assert outcome.result is Result.CONFLICT
    assert world.value(ref, "status") == "Canceled"


@pytest.mark.parametrize("drop", [0, 40])
def test_no_answer_is_not_known(world: DynamicsWorld, drop: int) -> None:
    """Cut off, it may have been carried out; but never half of it."""
    ref = closed(world)
    before = pair(world, ref)
    adapter = world.adapter()
    (seen,) = adapter.reread([ref], ["status"])
    update = Update(ref, {"status_reason": "Not ready"}, seen.version, reopens=seen.raw)
    adapter.schema()
    world.faults.add(path=r"\$batch", drop=drop)
    (outcome,) = adapter.write([update], adapter.way(1), Remembered())
    assert outcome.result is Result.UNKNOWN
    assert pair(world, ref) == before


def test_a_throttled_set_is_sent_again(world: DynamicsWorld) -> None:
    """Turned away inside the batch, it waits as long as it is told."""
    ref = closed(world)
    fault = RowFault(table="lead", status=429, code="0x80072322", message="too many", retry_after=31)
    world.crm.rules.row_fault = (fault,)
    assert correct(world, ref, status_reason="Not ready").result is Result.WRITTEN
    assert world.waits.seconds == [31]
