"""Looking around in a Salesforce org: what is active is told, what is off is not, what is refused is said."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.inspection import Inspection, Reacts, Sees
from tests.adapters.salesforce.world import SalesforceWorld


def look(world: SalesforceWorld) -> Inspection:
    """By a new login."""
    return world.adapter().inspect(lambda: datetime.now(UTC))


def test_an_active_assignment_rule_is_told(world: SalesforceWorld) -> None:
    """Flows that assign owners cannot be told to stop, so the admin should know."""
    world.crm.load("AssignmentRule", ("Name", "SobjectType", "Active"), [("Round robin", "Lead", True)])
    assert "Round robin" in {one.name for one in look(world).reactions if one.kind is Reacts.ASSIGNMENT}


def test_a_rule_that_is_off_is_not_told(world: SalesforceWorld) -> None:
    """Nor one for cases."""
    rules = [("Old rule", "Lead", False), ("Case rule", "Case", True)]
    world.crm.load("AssignmentRule", ("Name", "SobjectType", "Active"), rules)
    assert not {"Old rule", "Case rule"} & {one.name for one in look(world).reactions}


def test_what_may_not_be_asked_is_said(world: SalesforceWorld) -> None:
    """A user without setup rights is told all the rest."""
    world.faults.add(path="AssignmentRule", times=0, status=400, code="INVALID_TYPE", message="not supported")
    found = look(world)
    assert "not supported" in found.unasked["assignment rule"]
    assert found.sees == {"lead": Sees.ALL, "contact": Sees.ALL}


def test_the_org_tells_its_time(world: SalesforceWorld) -> None:
    """By the Date header of an answer."""
    skew = look(world).skew
    assert skew is not None
    assert abs(skew.total_seconds()) <= 2
