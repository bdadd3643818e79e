"""Times, lengths of time and what people did, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import ELAPSED
from connector.model import Activity

LEVEL_WORDS: Final = {
    "escalate": "escalated",
    "breach": "broken",
    "warn": "about to break",
    "tell": "to know",
}
TASK_WORDS: Final = {"escalate": "Escalated", "breach": "Overdue", "warn": "Due soon", "tell": "To know"}
"""What the subject of a task begins with."""
_KINDS: Final = {
    "form": "filled in a form",
    "campaign_response": "answered a campaign",
    "mail": "wrote to us",
    "call": "spoke with us on the phone",
    "meeting": "met with us",
}


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 2 Mar 2026, 14:05`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 2 Mar 2026`: where the CRM knows the day alone, and `at` is the last moment of it, in the zone or in UTC."""
    known = min(at.date(), at.astimezone(zone).date())
    return f"{known:%a} {known.day} {known:%b %Y}"


def length(span: timedelta) -> str:
    """`2 d 4 h`, `5 h 12 min`, `48 min`; less than a minute is `0 min`."""
    minutes = int(span.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def clocked(span: timedelta, clock: str) -> str:
    """Time on a promise's clock: as `length`; on a clock of business hours in hours, whose days have no 24 of them."""
    minutes = int(span.total_seconds()) // 60
    if clock == ELAPSED.name or minutes < 60:
        return length(span)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def deed(at: datetime, activity: Activity, zone: ZoneInfo) -> str:
    """What somebody did and when: `Mon 2 Mar 2026, 14:05: demo (filled in a form)`."""
    did = _KINDS.get(activity.kind, activity.kind.replace("_", " "))
    if activity.kind == "call" and activity.direction == "in":
        did = "called us and spoke with us" if activity.is_conversation else "called us"
    when = moment(at, zone) if activity.earliest is None else day(at, zone)
    return f"{when}: {activity.about} ({did})" if activity.about else f"{when}: {did}"
