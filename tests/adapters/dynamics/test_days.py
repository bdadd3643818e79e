"""Days and moments in DateTime columns of each behaviour."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from connector.adapters.dynamics.adapter import DynamicsAdapter
from connector.adapters.dynamics.days import unfit
from connector.errors import MappingError
from connector.model import LEAD, Kind, Ref
from connector.ports import Result, Table, Update
from tests.adapters.contract import everything
from tests.adapters.dynamics.world import ORG, DynamicsWorld
from tests.adapters.journal import Remembered

DAY, MOMENT = "2026-03-29", "2026-03-29T00:30:00Z"


def behaves(world: DynamicsWorld, field: str, behavior: str) -> str:
    """Makes the lead's column of that field one of another behaviour; gives its name."""
    api = world.mapping.object(LEAD).field(field).api
    entity = world.crm.entities["lead"]
    world.crm.define(entity.with_attribute(replace(entity.by_name[api], behavior=behavior, format="DateAndTime")))
    return api


def written(adapter: DynamicsAdapter, ref: Ref, field: str, text: str) -> tuple[Result, str, str | None]:
    """What became of writing it, why, and what is read then."""
    (seen,) = adapter.reread([ref], [field])
    way = adapter.way(1)
    (outcome,) = adapter.write([Update(ref, {field: text}, seen.version)], way, Remembered())
    (seen,) = adapter.reread([ref], [field])
    return outcome.result, outcome.text, seen.values[field]


@pytest.mark.parametrize(
    ("kind", "behavior", "fits"),
    [
        (Kind.DATE, "DateOnly", True),
        (Kind.DATE, "TimeZoneIndependent", True),
        (Kind.DATE, "UserLocal", False),
        (Kind.DATETIME, "DateOnly", False),
        (Kind.DATETIME, "TimeZoneIndependent", True),
        (Kind.DATETIME, "UserLocal", True),
    ],
)
def test_what_fits(kind: Kind, behavior: str, fits: bool) -> None:
    """A day needs a column that is the same for everybody; a moment one that has a time. Other types are no matter."""
    assert (unfit(kind, "DateTime", behavior) == "") is fits
    assert unfit(kind, "String", behavior) == ""


@pytest.mark.trap("D9")
@pytest.mark.parametrize(("field", "behavior", "text"), [
    ("wake_up_date", "UserLocal", DAY), ("status_entered_at", "DateOnly", MOMENT)
])  # fmt: skip
def test_a_column_that_cannot_hold_it_is_refused(world: DynamicsWorld, field: str, behavior: str, text: str) -> None:
    """Nobody's day is moved by one: the schema says so for `check`, sync stops and names both, nothing is sent."""
    api = behaves(world, field, behavior)
    ref = Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))
    adapter = world.adapter()
    assert adapter.schema().objects[LEAD].fields[field].unfit
    with pytest.raises(MappingError, match=f"{field} is mapped onto lead.{api}") as caught:
        everything(adapter.read(Table.LEAD, None))
    assert "Time-Zone Independent" in caught.value.next
    result, why, now = written(adapter, ref, field, text)
    assert (result, now) == (Result.FAILED, None)
    assert "cannot be kept in it" in why


@pytest.mark.trap("D9")
@pytest.mark.parametrize("behavior", ["DateOnly", "TimeZoneIndependent"])
def test_a_day_comes_back_as_it_was_written(world: DynamicsWorld, behavior: str) -> None:
    """In a column that is the same for everybody a day is that day, written and read."""
    behaves(world, "wake_up_date", behavior)
    ref = Ref(ORG, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))
    adapter = world.adapter()
    assert adapter.schema().objects[LEAD].fields["wake_up_date"].unfit == ""
    assert written(adapter, ref, "wake_up_date", DAY) == (Result.WRITTEN, "", DAY)
