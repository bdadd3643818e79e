"""What an admin should know is told in one line each, and what may not be asked is left out."""

from __future__ import annotations

from tests.adapters.salesforce.world import SalesforceWorld


def test_an_active_assignment_rule_is_told(world: SalesforceWorld) -> None:
    """Flows that assign owners cannot be told to stop, so the admin should know."""
    world.crm.load("AssignmentRule", ("Name", "SobjectType", "Active"), [("Round robin", "Lead", True)])
    assert any("Round robin" in line for line in world.adapter().schema().warnings)


def test_a_rule_that_is_off_is_not_told(world: SalesforceWorld) -> None:
    """Nor one for cases."""
    rules = [("Old rule", "Lead", False), ("Case rule", "Case", True)]
    world.crm.load("AssignmentRule", ("Name", "SobjectType", "Active"), rules)
    assert not any("rule" in line and ("Old" in line or "Case" in line) for line in world.adapter().schema().warnings)


def test_what_may_not_be_asked_is_left_out(world: SalesforceWorld) -> None:
    """A user without setup rights gets a schema all the same."""
    world.faults.add(path="AssignmentRule", times=0, status=400, code="INVALID_TYPE", message="not supported")
    assert world.adapter().schema().objects
