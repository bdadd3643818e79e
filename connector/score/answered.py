"""When somebody answered a campaign, where the CRM keeps only the day: never said to be earlier than is known.

Salesforce keeps a date (FirstRespondedDate), Dynamics a date too (receivedon). What is known besides: the answer was
there at the sync that saw it first and not at the one before; it lies within that day in the org's zone or in UTC,
since nobody says whose day it is (people work in the org's zone, machines in UTC); and the row of the membership was
there. The last moment that agrees with all of it stands for the answer: a promise that starts with it is never broken
on a time that nobody knows. The first such moment is kept beside it, for work that may have answered it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from connector.model import Membership, Observation

ANSWER: Final = "answer"
"""The name under which syncs note that they saw an answer first, with the campaign and the day behind it."""
WIDEST: Final = timedelta(hours=36)
"""A day is over everywhere so long after it began in UTC."""
_SKEW: Final = timedelta(minutes=10)
"""How far the CRM may be behind in showing what was written."""
_A_SECOND: Final = timedelta(seconds=1)


def field_of(campaign_id: str, day: date) -> str:
    """The name under which the first sight of an answer to that campaign on that day is noted."""
    return f"{ANSWER} {campaign_id} {day.isoformat()}"


def is_day(at: datetime) -> bool:
    """Whether a time is a bare day: adapters give a day as its beginning in UTC."""
    return not (at.hour or at.minute or at.second)


def dated(memberships: Sequence[Membership], noted: Iterable[Observation], timezone: str) -> tuple[Membership, ...]:
    """The same; where only the day of an answer is known, `responded_at` is the last moment that it may have been.

    Args:
        memberships: as the mirror has them
        noted: what syncs saw of this person
        timezone: the org's, by its IANA name
    """
    if not any(one.responded_at is not None and is_day(one.responded_at) for one in memberships if one.responded):
        return tuple(memberships)
    first: dict[str, Observation] = {}
    for one in noted:
        if one.field.startswith(ANSWER) and (one.field not in first or one.seen_at < first[one.field].seen_at):
            first[one.field] = one
    zone = ZoneInfo(timezone)
    return tuple(_dated(one, first, zone) for one in memberships)


def _dated(one: Membership, first: Mapping[str, Observation], zone: ZoneInfo) -> Membership:
    at = one.responded_at
    if not one.responded or at is None or not is_day(at):
        return one
    day, created = at.date(), one.created_at
    start = min(_begins(day, zone), _begins(day, UTC))
    end = max(_begins(day + timedelta(days=1), place) for place in (zone, UTC)) - _A_SECOND
    note = first.get(field_of(one.campaign_id, day))
    if created > end:  # somebody wrote it down later; before that nobody could have known
        return replace(one, responded_at=created, earliest=start)
    earliest, latest = max(start, created), end
    if note is not None:
        latest = max(created, min(end, note.seen_at))
        if note.since is not None:
            earliest = max(earliest, note.since - _SKEW)
    earliest = min(earliest, latest)
    return replace(one, responded_at=latest, earliest=earliest if earliest < latest else None)


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
