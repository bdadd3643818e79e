"""The firm's office hours and holidays: Monday to Thursday 8 to 17:30, Friday to 15, in Berlin.

A calendar's rules say on which days (RRULE) another, inner calendar holds, whose rule says from when and how long.
"""

from __future__ import annotations

from datetime import UTC, datetime

from connector.sandbox.dynamics.base import ADMIN_ID, BUSINESS_UNIT_ID
from connector.sandbox.dynamics.sample.rows import STAMPS, Mint, Put, stamp
from connector.sandbox.sample.times import DAY

BERLIN = 110
"""The platform's number for W. Europe Standard Time."""
CALENDAR_COLUMNS = (
    "calendarid", "name", "type", "isshared", "businessunitid", "holidayschedulecalendarid", *STAMPS,
)  # fmt: skip
RULE_COLUMNS = (
    "calendarruleid", "calendarid", "innercalendarid", "name", "pattern", "starttime", "endtime", "offset", "duration",
    "rank", "timecode", "subcode", "timezonecode", "extentcode", "effort", "isselected", "issimple", "isvaried",
    *STAMPS,
)  # fmt: skip
_SERVICE, _HOLIDAYS, _INNER = 1, 2, -1
_WEEK = (("MO,TU,WE,TH", 8 * 60, 570), ("FR", 8 * 60, 420))
_DAYS = (
    ("Neujahr", 1, 1),
    ("Tag der Arbeit", 5, 1),
    ("Tag der Deutschen Einheit", 10, 3),
    ("1. Weihnachtstag", 12, 25),
    ("2. Weihnachtstag", 12, 26),
)


def set_hours(now: int, mint: Mint, put: Put) -> str:
    """Writes the calendars; answers the id of the one with the office hours."""
    hours = _Calendars(now, mint, put)
    holidays = hours.calendar("Holidays", _HOLIDAYS)
    year = datetime.fromtimestamp(now, UTC).year
    days = [(name, f"{which}-{month:02}-{day:02}") for which in range(year - 3, year + 2) for name, month, day in _DAYS]
    for name, day in (*days, ("Betriebsausflug", f"{year}-09-18")):
        begins = f"{day}T00:00:00Z"
        hours.rule(holidays, name=name, pattern="FREQ=DAILY;COUNT=1", starts=begins, duration=24 * 60)
    office = hours.calendar("Office hours", _SERVICE, holidays)
    for days_, begins_at, length in _WEEK:
        inner = hours.calendar("", _INNER)
        hours.rule(inner, offset=begins_at, duration=length)
        pattern = f"FREQ=WEEKLY;INTERVAL=1;BYDAY={days_}"
        hours.rule(office, inner=inner, pattern=pattern, starts=stamp(now // DAY * DAY - 1000 * DAY), duration=24 * 60)
    return office


class _Calendars:
    """Writes calendars and their rules."""

    def __init__(self, now: int, mint: Mint, put: Put) -> None:
        self._since = stamp(now - 1000 * DAY)
        self._mint = mint
        self._put = put

    def calendar(self, name: str, kind: int, holidays: str | None = None) -> str:
        calendar = self._mint("calendar")
        row = (calendar, name or None, kind, int(kind != _INNER), BUSINESS_UNIT_ID, holidays, *self._stamps())
        self._put("calendar", CALENDAR_COLUMNS, row)
        return calendar

    def rule(
        self, calendar: str, *, inner: str | None = None, name: str | None = None, pattern: str | None = None,
        starts: str | None = None, offset: int | None = None, duration: int,
    ) -> None:  # fmt: skip
        row = (
            self._mint("calendarrule"), calendar, inner, name, pattern, starts, None, offset, duration, 0, 0, 1,
            BERLIN if pattern else -1, 1, 1.0, 1, 0, 0, *self._stamps(),
        )  # fmt: skip
        self._put("calendarrule", RULE_COLUMNS, row)

    def _stamps(self) -> tuple[str, str, str, str]:
        return self._since, ADMIN_ID, self._since, ADMIN_ID
