"""Working time, counted minute by minute: a second implementation, written from the specification alone.

A moment is working time if the wall clock in the hours' zone shows a time within that weekday's hours and within no
holiday. Nothing is laid out in advance and nothing is remembered: every minute is looked at by itself. All boundaries
are whole minutes, so seconds need to be looked at only up to the next whole minute.

Imports nothing of connector.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Closed:
    """Closed on the days of which `is_day` is true, between two minutes of the day."""

    is_day: Callable[[date], bool]
    start: int = 0
    end: int = 1440


@dataclass(frozen=True)
class Office:
    """`week`: Monday first, each day's spans in minutes."""

    zone: str
    week: Sequence[Sequence[tuple[int, int]]]
    closed: Sequence[Closed] = ()

    def works(self, moment: datetime) -> bool:
        """Whether that moment is working time."""
        shown = moment.astimezone(ZoneInfo(self.zone))
        minute = shown.hour * 60 + shown.minute
        if not any(start <= minute < end for start, end in self.week[shown.weekday()]):
            return False
        day = shown.date()
        return not any(one.start <= minute < one.end and one.is_day(day) for one in self.closed)

    def used(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments."""
        total, at = timedelta(), start
        while at < end:
            step = min(self._step(at), end - at)
            if self.works(at):
                total += step
            at += step
        return total

    def due(self, start: datetime, limit: timedelta, latest: datetime) -> datetime | None:
        """The first moment at which so much working time has gone; None if that is not before `latest`."""
        total, at = timedelta(), start
        while total < limit:
            if at >= latest:
                return None
            step = self._step(at)
            if self.works(at):
                step = min(step, limit - total)
                total += step
            at += step
        return at

    def _step(self, at: datetime) -> timedelta:
        return MINUTE if at.second == 0 else SECOND


WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def yearly(month: int, day: int) -> Callable[[date], bool]:
    """Every year on that day."""
    return lambda one: (one.month, one.day) == (month, day)


def monthly(day: int, every: int, start: date) -> Callable[[date], bool]:
    """Every so many months on that day."""
    return lambda one: (
        one >= start and one.day == day and (one.year * 12 + one.month - start.year * 12 - start.month) % every == 0
    )


def weekly(names: set[str], every: int, start: date) -> Callable[[date], bool]:
    """On these weekdays of every so manyth week; a week begins on Sunday."""

    def is_day(one: date) -> bool:
        if one < start or WEEKDAYS[one.isoweekday() % 7] not in names:
            return False
        first, week = start, 0
        while first.isoweekday() != 7:
            first -= timedelta(days=1)
        while first + timedelta(days=7) <= one:
            first += timedelta(days=7)
            week += 1
        return week % every == 0

    return is_day


def nth(names: set[str], which: str, months: set[int]) -> Callable[[date], bool]:
    """The first, second, third, fourth or last of these weekdays in each of these months."""

    def is_day(one: date) -> bool:
        if one.month not in months:
            return False
        days = [date(one.year, one.month, day) for day in range(1, monthrange(one.year, one.month)[1] + 1)]
        fitting = [day for day in days if WEEKDAYS[day.isoweekday() % 7] in names]
        wanted = fitting[-1] if which == "Last" else fitting[("First", "Second", "Third", "Fourth").index(which)]
        return one == wanted

    return is_day
