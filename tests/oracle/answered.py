"""What is known of an answer of which only the day is kept: a second implementation, from the specification alone.

It imports nothing of connector. Time is walked through, quarter of an hour by quarter of an hour, and every moment is
asked whether the answer may have been then.

    moments(day, zone, created, seen) -> [datetime, …]

    day     the date that the CRM keeps: of the org's zone or of UTC, nobody says which
    zone    the org's time zone, by name
    created when the membership was made: nobody answered before, unless it was only written down on a later day
    seen    (the sync before or None, the sync that saw the answer) or None
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
SLOW = timedelta(minutes=10)
"""A CRM may show what was written a little later."""


def moments(
    day: date, zone: str, created: datetime, seen: tuple[datetime | None, datetime] | None, now: datetime
) -> list[datetime]:
    """All moments, oldest first, at which the person may have answered."""
    that_day = []
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    for _ in range(3 * 24 * 4):
        if day in (moment.astimezone(ZoneInfo(zone)).date(), moment.date()):
            that_day.append(moment)
        moment += STEP
    if min(created.astimezone(ZoneInfo(zone)).date(), created.date()) > day:
        return that_day
    possible = [one for one in that_day if one >= created and one <= now]
    if seen is not None:
        before, at = seen
        possible = [one for one in possible if one <= at and (before is None or one >= before - SLOW)]
    return possible
