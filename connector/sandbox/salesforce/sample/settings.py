"""How the firm set its org up: its lead statuses, its hours and its holidays."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.sample.owners import Mint, Put
from connector.sandbox.salesforce.sample.times import stamp
from connector.sandbox.sample.statuses import LISTED
from connector.sandbox.sample.times import DAY

STATUS_COLUMNS = (
    "Id", "MasterLabel", "ApiName", "SortOrder", "IsDefault", "IsConverted", "CreatedDate", "CreatedById",
    "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
HOLIDAY_COLUMNS = (
    "Id", "Name", "Description", "IsAllDay", "ActivityDate", "IsRecurrence", "RecurrenceStartDate", "RecurrenceType",
    "RecurrenceDayOfMonth", "RecurrenceMonthOfYear", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp",
)  # fmt: skip

_YEARLY = (
    ("Neujahr", 1, "January"),
    ("Tag der Arbeit", 1, "May"),
    ("Tag der Deutschen Einheit", 3, "October"),
    ("1. Weihnachtstag", 25, "December"),
    ("2. Weihnachtstag", 26, "December"),
)
_MONTHS = {"January": 1, "May": 5, "October": 10, "December": 12}


def set_up(db: sqlite3.Connection, now: int, mint: Mint, put: Put) -> None:
    """Puts the firm's own lead statuses, office hours and holidays in the place of those of an untouched org."""
    since = stamp(now - 1000 * DAY)
    db.execute('DELETE FROM "LeadStatus"')
    for place, value in enumerate((value for value in LISTED if value.active), start=1):
        put(
            "LeadStatus",
            STATUS_COLUMNS,
            (
                mint("LeadStatus"), value.name, value.name, place, int(value.default), int(value.converts), since,
                ADMIN_ID, since, ADMIN_ID, since,
            ),
        )  # fmt: skip
    _hours(db)
    _holidays(now, since, mint, put)


def _hours(db: sqlite3.Connection) -> None:
    """Monday to Thursday 8 to 17:30, Friday to 15, in Berlin."""
    week = {"Monday": "17:30", "Tuesday": "17:30", "Wednesday": "17:30", "Thursday": "17:30", "Friday": "15:00"}
    sets = "".join(f", {day}StartTime = '08:00:00.000Z', {day}EndTime = '{end}:00.000Z'" for day, end in week.items())
    db.execute(f"UPDATE BusinessHours SET Name = 'Office hours', TimeZoneSidKey = 'Europe/Berlin'{sets}")
    db.execute("UPDATE Organization SET Name = 'Northwind Instruments', TimeZoneSidKey = 'Europe/Berlin'")


def _holidays(now: int, since: str, mint: Mint, put: Put) -> None:
    year = datetime.fromtimestamp(now, UTC).year
    for name, day, month in _YEARLY:
        begins = f"{year - 3}-{_MONTHS[month]:02}-{day:02}"
        row: tuple[object, ...] = (mint("Holiday"), name, None, 1, None, 1, begins, "RecursYearly", day, month)
        put("Holiday", HOLIDAY_COLUMNS, (*row, since, ADMIN_ID, since, ADMIN_ID, since))
    row = (mint("Holiday"), "Betriebsausflug", "Nobody answers", 1, f"{year}-09-18", 0, None, None, None, None)
    put("Holiday", HOLIDAY_COLUMNS, (*row, since, ADMIN_ID, since, ADMIN_ID, since))
