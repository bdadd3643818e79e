"""Status reasons: each in the state it belongs to, and none taken away that a row still needs."""

from __future__ import annotations

import pytest

from connector.errors import Skip
from connector.provisioning import StepKind
from tests.adapters.dynamics.schema_change.conftest import Environment

STOCK = {
    "New": 0,
    "Contacted": 0,
    "Qualified": 1,
    "Lost": 2,
    "Cannot Contact": 2,
    "No Longer Interested": 2,
    "Canceled": 2,
}


def add(environment: Environment, *values: str, **more: object) -> int:
    return environment.do(StepKind.STATUSES, name="statuscode", values=values, **more)


def test_each_in_its_state(environment: Environment) -> None:
    """People are worked on in Open, also those handed back; closing values disqualify, a converting one qualifies."""
    given = {"closing": ("Dead",), "converting": "SQL"}
    for _ in range(2):
        add(environment, "MQL", "Re-Market", "Dead", "SQL", "new", **given)
    expected = {**STOCK, "MQL": 0, "Re-Market": 0, "Dead": 2, "SQL": 1}
    assert environment.labels("statuscode") == expected
    numbers = [one.value for one in environment.column("statuscode").options]
    assert len(numbers) == len(set(numbers))


def test_a_value_that_stands_in_another_state(environment: Environment) -> None:
    """A label that is there in another state cannot be moved: it is told, and nothing is added."""
    with pytest.raises(Skip, match="of another state"):
        add(environment, "Lost")
    assert environment.labels("statuscode") == STOCK


def test_an_unpublished_one_is_found_again(environment: Environment) -> None:
    """A process that died between adding and publishing left a number that is taken but not shown."""
    environment.stop_at = 4
    with pytest.raises(Exception, match="somebody else"):
        add(environment, "MQL")
    assert "MQL" not in environment.labels("statuscode")
    add(environment, "MQL", "SAL")
    assert {"MQL": 0, "SAL": 0}.items() <= environment.labels("statuscode").items()


@pytest.mark.parametrize("state", [0, 1, 2])
def test_an_option_that_rows_hold_stays(environment: Environment, state: int) -> None:
    """Dynamics can only delete options; as long as a row of any state holds it, it stays."""
    add(environment, "Old", closing=("Old",) if state == 2 else (), converting="Old" if state == 1 else "")
    value = next(one.value for one in environment.column("statuscode").options if one.label == "Old")
    environment.org.load("lead", ["lastname", "statecode", "statuscode"], [["Doe", state, value]])
    with pytest.raises(Skip, match="hold 'Old'"):
        environment.do(StepKind.RETIRE, name="statuscode", values=("Old",))
    assert "Old" in environment.labels("statuscode")


def test_an_option_that_nobody_holds_goes(environment: Environment) -> None:
    """And what the platform brought along cannot be deleted: it says so."""
    add(environment, "Old")
    environment.do(StepKind.RETIRE, name="statuscode", values=("Old",))
    assert environment.labels("statuscode") == STOCK
    with pytest.raises(Skip, match="managed"):
        environment.do(StepKind.RETIRE, name="statuscode", values=("Contacted",))
