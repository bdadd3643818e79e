"""Business hours and holidays come as clocks need them."""

from __future__ import annotations

import json

from connector.adapters.salesforce.calendar import DAYS
from connector.ports import Table
from tests.adapters.contract import column, everything
from tests.adapters.salesforce.world import SalesforceWorld


def test_a_week_is_seven_spans_of_minutes(world: SalesforceWorld) -> None:
    """Monday first, closed days null, a day from midnight to midnight whole, whatever zone stands behind the times."""
    names = ["Name", "IsActive", "IsDefault", "TimeZoneSidKey"]
    values: list[object] = ["Support", True, False, "America/Los_Angeles"]
    for day in DAYS[:5]:
        names += [f"{day}StartTime", f"{day}EndTime"]
        values += ["08:30:00.000Z", "17:00:00.000Z"]
    names += ["SaturdayStartTime", "SaturdayEndTime"]
    values += ["00:00:00.000Z", "00:00:00.000Z"]
    world.crm.load("BusinessHours", names, [values])
    rows, _, _, _ = everything(world.adapter().read(Table.HOURS, None))
    (row,) = [row for row in rows if row[1] == "Support"]
    assert json.loads(column(Table.HOURS, row, "week")) == [[510, 1020]] * 5 + [[0, 1440], None]
    assert column(Table.HOURS, row, "timezone") == "America/Los_Angeles"


def test_holidays_say_how_they_come_back(world: SalesforceWorld) -> None:
    """A single day has a date; a recurring one the CRM's words for it."""
    world.crm.load("Holiday", ("Name", "ActivityDate", "IsAllDay"), [("Works outing", "2026-07-03", True)])
    world.crm.load(
        "Holiday",
        ("Name", "IsRecurrence", "RecurrenceType", "RecurrenceStartDate", "RecurrenceDayOfMonth"),
        [("New Year", True, "RecursYearly", "2020-01-01", 1)],
    )
    rows = {row[1]: row for row in everything(world.adapter().read(Table.HOLIDAY, None))[0]}
    assert column(Table.HOLIDAY, rows["Works outing"], "date") == "2026-07-03"
    assert column(Table.HOLIDAY, rows["Works outing"], "recurrence") is None
    assert json.loads(column(Table.HOLIDAY, rows["New Year"], "recurrence"))["RecurrenceType"] == "RecursYearly"
