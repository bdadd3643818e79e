"""When each job of an org is due, as triggers of APScheduler.

Times of day are the org's own: a night at 02:00 is at 02:00 there, through both changes of the clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from connector.scheduleconfig import ScheduleConfig, every

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger


class Job(StrEnum):
    """What is done by the clock."""

    SYNC = "sync"
    ALERTS = "alerts"
    NIGHT = "night"
    RECONCILE = "reconcile"


class Due(NamedTuple):
    """A job, its trigger, and for how many seconds after its time it is still worth beginning."""

    job: Job
    trigger: BaseTrigger
    late: int


def due(schedule: ScheduleConfig, zone: ZoneInfo) -> Iterator[Due]:
    """The jobs that are on. What was missed while the machine slept runs once, if it is not too late for it."""
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    jitter = schedule.jitter or None
    for job, text in ((Job.SYNC, schedule.sync), (Job.ALERTS, schedule.alerts)):
        if text:
            span = int(every(text).total_seconds())
            short = min(jitter, span // 4) if jitter else None
            yield Due(job, IntervalTrigger(seconds=span, timezone=zone, jitter=short), span)
    if schedule.night:
        hour, minute = schedule.night.split(":")
        yield Due(Job.NIGHT, CronTrigger(hour=hour, minute=minute, timezone=zone, jitter=jitter), 3 * 3600)
    if schedule.reconcile:
        day, _, at = schedule.reconcile.partition(" ")
        hour, minute = at.split(":")
        weekly = CronTrigger(day_of_week=day, hour=hour, minute=minute, timezone=zone, jitter=jitter)
        yield Due(Job.RECONCILE, weekly, 12 * 3600)
