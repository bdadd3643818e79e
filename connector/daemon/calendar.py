"""When each job of an org is due, as triggers of APScheduler.

Times of day are the org's own: a night at 02:00 is at 02:00 there, through both changes of the clocks, once a day.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from connector.scheduleconfig import DAYS, ScheduleConfig, every

LATE: Final = timedelta(hours=3)
"""For how long after its time a night is still worth beginning."""
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


class Job(StrEnum):
    """What is done by the clock."""

    SYNC = "sync"
    ALERTS = "alerts"
    NIGHT = "night"
    DIGEST = "digest"
    RECONCILE = "reconcile"


class Due(NamedTuple):
    """A job, its trigger, and for how many seconds after its time it is still worth beginning."""

    job: Job
    trigger: BaseTrigger
    late: int


class AtTime(BaseTrigger):  # type: ignore[misc, unused-ignore]
    """At a time of day, every day or on one day of the week, and up to `jitter` seconds later, at random.

    All that is added or compared is UTC: local times that come twice, or not at all, cannot lead back. APScheduler's
    own trigger adds its jitter to the local time, and forgets by that which of the two it was.
    """

    def __init__(self, at: str, zone: ZoneInfo, *, jitter: int, day: str | None = None) -> None:
        self.at = at
        self.timezone = zone
        self._jitter = jitter
        self._weekday = DAYS.index(day) if day is not None else None

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """After the one that was given out before; the first one from now on. Aware UTC."""
        if previous_fire_time is None:
            start = now.astimezone(UTC)
        else:
            start = at_or_before(previous_fire_time, self.at, self.timezone) + _MINUTE
        found = at_or_after(start, self.at, self.timezone)
        while self._weekday not in (None, found.astimezone(self.timezone).weekday()):
            found = at_or_after(found + _MINUTE, self.at, self.timezone)
        return found + timedelta(seconds=random.uniform(0, self._jitter))


def due(schedule: ScheduleConfig, zone: ZoneInfo | None) -> Iterator[Due]:
    """The jobs that are on. What was missed while the machine slept runs once, if it is not too late for it.

    `zone` None: nobody knows yet where the org is, and so what its times of day are.
    """
    jitter = schedule.jitter
    for job, text in ((Job.SYNC, schedule.sync), (Job.ALERTS, schedule.alerts)):
        if text:
            span = int(every(text).total_seconds())
            short = min(jitter, span // 4) or None
            yield Due(job, IntervalTrigger(seconds=span, timezone=UTC, jitter=short), span)
    if zone is None:
        return
    if schedule.night:
        yield Due(Job.NIGHT, AtTime(schedule.night, zone, jitter=jitter), int(LATE.total_seconds()))
    if schedule.digest:
        yield Due(Job.DIGEST, AtTime(schedule.digest, zone, jitter=jitter), int(LATE.total_seconds()))
    if schedule.reconcile:
        day, _, at = schedule.reconcile.partition(" ")
        yield Due(Job.RECONCILE, AtTime(at, zone, jitter=jitter, day=day), 12 * 3600)


def at_or_after(moment: datetime, at: str, zone: ZoneInfo) -> datetime:
    """The first time from that moment on that it is `at` (such as 02:00) in the zone. Aware UTC."""
    day = moment.astimezone(zone).date() - _DAY
    while (found := _on(day, at, zone)) < moment:
        day += _DAY
    return found


def at_or_before(moment: datetime, at: str, zone: ZoneInfo) -> datetime:
    """The last time up to that moment that it was `at` (such as 02:00) in the zone. Aware UTC."""
    day = moment.astimezone(zone).date() + _DAY
    while (found := _on(day, at, zone)) > moment:
        day -= _DAY
    return found


def _on(day: date, at: str, zone: ZoneInfo) -> datetime:
    """Of a time that comes twice the first; of one that the clocks leap over the first moment after the leap."""
    local = datetime.combine(day, time.fromisoformat(at))
    while (found := local.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != local:
        local += _MINUTE
    return found
