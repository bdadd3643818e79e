"""What a correction becomes in a PATCH: pairs of state and status reason, numbers from metadata, each type's values."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.dynamics.metadata import Option
from connector.adapters.dynamics.targets import Target, Targets
from connector.errors import NotPermitted, Skip
from connector.model import LEAD, Kind, Ref
from connector.ports import Update

REF = Ref("acme", LEAD, "00000000-0000-0000-0000-000000000001")
STATUS = Target(
    "statuscode",
    Kind.TEXT,
    "Status",
    (
        Option(1, "New", 0),
        Option(2, "Contacted", 0),
        Option(823270000, "MQL", 0),
        Option(3, "Qualified", 1),
        Option(4, "Lost", 2),
        Option(7, "Duplicate", 2),
        Option(727000004, "Duplicate", 0),
        Option(8, "Dead", 2),
        Option(9, "Dead", 2),
    ),
)


def targets(**fields: Target) -> Targets:
    return Targets("lead", "leads", fields)


def body(target: Target, text: str | None, **raw: str) -> Any:
    return targets(field=target).body(Update(REF, {"field": text}, raw=raw))


@pytest.mark.trap("D19")
@pytest.mark.parametrize(("text", "pair"), [("Contacted", (0, 2)), ("MQL", (0, 823270000)), ("Lost", (2, 4))])
def test_status_goes_with_its_state(text: str, pair: tuple[int, int]) -> None:
    """A status reason is never sent alone; the state is the one the metadata binds it to."""
    assert body(STATUS, text) == {"statecode": pair[0], "statuscode": pair[1]}


@pytest.mark.trap("D33")
def test_same_label_twice() -> None:
    """Of two options with one label the number that was there decides, else the open one; else nothing is written."""
    assert body(STATUS, "Duplicate") == {"statecode": 0, "statuscode": 727000004}
    assert body(STATUS, "Duplicate", statuscode="7") == {"statecode": 2, "statuscode": 7}
    assert body(STATUS, "Duplicate", statuscode="1") == {"statecode": 0, "statuscode": 727000004}
    with pytest.raises(Skip, match="several options"):
        body(STATUS, "Dead")
    assert body(STATUS, "Dead", statuscode="9") == {"statecode": 2, "statuscode": 9}


@pytest.mark.parametrize("text", ["Zombie", "contacted", None])
def test_what_the_org_does_not_have(text: str | None) -> None:
    """A label that the org does not have letter for letter is not written as something like it."""
    with pytest.raises(Skip):
        body(STATUS, text)


@pytest.mark.parametrize(
    ("type", "kind", "text", "value"),
    [
        ("String", Kind.TEXT, "#N/A", "#N/A"),
        ("String", Kind.TEXT, None, None),
        ("Boolean", Kind.FLAG, "true", True),
        ("Boolean", Kind.FLAG, None, False),
        ("Integer", Kind.WHOLE, "3", 3),
        ("Integer", Kind.NUMBER, "85", 85),
        ("Decimal", Kind.NUMBER, "12.5", 12.5),
        ("DateTime", Kind.DATETIME, "2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z"),
        ("DateTime", Kind.DATE, "2026-01-31", "2026-01-31T00:00:00Z"),
    ],
)
def test_values_of_each_type(type: str, kind: Kind, text: str | None, value: Any) -> None:
    """Canonical text becomes JSON of the column's type; None clears, and a checkbox is cleared by false."""
    assert body(Target("conn_x", kind, type), text) == {"conn_x": value}


@pytest.mark.trap("D9")
def test_a_date_column_takes_a_date() -> None:
    """A date goes as a date where the column's behaviour is date only."""
    column = Target("conn_wakeupdate", Kind.DATE, "DateTime", is_date=True)
    assert body(column, "2026-01-31") == {"conn_wakeupdate": "2026-01-31"}


def test_a_part_of_a_point_into_a_whole_column() -> None:
    """Nothing is rounded silently."""
    with pytest.raises(Skip, match="whole numbers"):
        body(Target("conn_leadscore", Kind.NUMBER, "Integer"), "12.5")


@pytest.mark.trap("D36")
def test_a_field_that_is_no_target() -> None:
    """A column that is missing or secured stops the plan with words; it is never sent."""
    with pytest.raises(NotPermitted, match="secured"):
        targets().body(Update(REF, {"status": "New"}))
