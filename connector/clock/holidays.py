"""Days, or parts of days, on which nobody works, and how they come back.

Recurrence is in Salesforce's words [D object_reference Holiday]; an adapter of another CRM translates into them. What
the documentation leaves open is decided so: a 31st, or a February 29th, that a month lacks is left out; weeks begin on
Sunday, as the mask of weekdays does.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from connector.clock.hours import DAY

_INSTANCES: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        start=1,
    )
}
_WEEKDAYS: Final = 0b0111110
"""Monday to Friday; Sunday is the first bit."""
_TYPES: Final = {
    "RecursDaily": (),
    "RecursEveryWeekday": (),
    "RecursWeekly": ("mask",),
    "RecursMonthly": ("day",),
    "RecursMonthlyNth": ("mask", "instance"),
    "RecursYearly": ("day", "month"),
    "RecursYearlyNth": ("mask", "instance", "month"),
}
"""What each type cannot do without."""


class Recurrence(msgspec.Struct, frozen=True):
    """How a holiday comes back. `mask`: weekdays, Sunday 1, Monday 2 … Saturday 64; `instance` -1: the last."""

    type: str
    start: date
    end: date | None = None
    interval: int = 1
    mask: int = 0
    day: int = 0
    instance: int = 0
    month: int = 0


class Holiday(msgspec.Struct, frozen=True):
    """Nobody works `on` that day, or on the dates of `recurrence`, between two minutes of the wall clock."""

    name: str
    on: date | None = None
    from_minute: int = 0
    to_minute: int = DAY
    recurrence: Recurrence | None = None

    def dates(self, first: date, last: date) -> Iterator[date]:
        """The dates from `first` to `last`, both included, in order."""
        if self.recurrence is not None:
            yield from _dates(self.recurrence, first, last)
        elif self.on is not None and first <= self.on <= last:
            yield self.on


def read(name: str, day: str | None, from_minute: int | None, to_minute: int | None, recurrence: str | None) -> Holiday:
    """A holiday from a row of the table `holiday`. Raises ValueError if it cannot be understood."""
    try:
        start = from_minute or 0
        end = to_minute if to_minute is not None and to_minute > start else DAY
        if not 0 <= start < end <= DAY:
            raise ValueError(f"from minute {from_minute} to minute {to_minute}")
        single = date.fromisoformat(day[:10]) if day else None
        again = _recurrence(json.loads(recurrence), single) if recurrence else None
        if single is None and again is None:
            raise ValueError("it has no date")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"the holiday {name!r} cannot be understood and is left out: {error}") from None
    return Holiday(name, single, start, end, again)


def _recurrence(words: dict[str, Any], single: date | None) -> Recurrence:
    kind = str(words.get("RecurrenceType") or "")
    if kind not in _TYPES:
        raise ValueError(f"unknown RecurrenceType {kind!r}")
    begins, ends = words.get("RecurrenceStartDate"), words.get("RecurrenceEndDateOnly")
    start = date.fromisoformat(begins[:10]) if begins else single
    if start is None:
        raise ValueError("no RecurrenceStartDate")
    found = Recurrence(
        type=kind,
        start=start,
        end=date.fromisoformat(ends[:10]) if ends else None,
        interval=max(_whole(words.get("RecurrenceInterval")), 1),
        mask=_whole(words.get("RecurrenceDayOfWeekMask")),
        day=_whole(words.get("RecurrenceDayOfMonth")),
        instance=_INSTANCES.get(str(words.get("RecurrenceInstance") or "").casefold(), 0),
        month=_MONTHS.get(str(words.get("RecurrenceMonthOfYear") or "").casefold(), 0),
    )
    for need in _TYPES[kind]:
        if not getattr(found, need):
            raise ValueError(f"{kind} without its {need}")
    return found


def _whole(value: Any) -> int:
    return int(float(value)) if value not in (None, "") else 0


def _dates(rule: Recurrence, first: date, last: date) -> Iterator[date]:
    first = max(first, rule.start)
    last = min(last, rule.end) if rule.end is not None else last
    if rule.type in ("RecursDaily", "RecursEveryWeekday", "RecursWeekly"):
        day = first
        while day <= last:
            if _by_day(rule, day):
                yield day
            day += timedelta(days=1)
        return
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        found = _in_month(rule, year, month)
        if found is not None and first <= found <= last:
            yield found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _by_day(rule: Recurrence, day: date) -> bool:
    if rule.type == "RecursDaily":
        return (day - rule.start).days % rule.interval == 0
    if rule.type == "RecursEveryWeekday":
        return bool(_bit(day) & _WEEKDAYS)
    weeks = (_sunday(day) - _sunday(rule.start)).days // 7
    return bool(_bit(day) & rule.mask) and weeks % rule.interval == 0


def _in_month(rule: Recurrence, year: int, month: int) -> date | None:
    """The date in that month, if there is one."""
    if rule.type.startswith("RecursYearly"):
        if month != rule.month:
            return None
    elif ((year - rule.start.year) * 12 + month - rule.start.month) % rule.interval:
        return None
    days = monthrange(year, month)[1]
    if not rule.type.endswith("Nth"):
        return date(year, month, rule.day) if rule.day <= days else None
    fitting = [day for day in range(1, days + 1) if _bit(date(year, month, day)) & rule.mask]
    at = rule.instance - 1 if rule.instance > 0 else -1
    return date(year, month, fitting[at]) if at < len(fitting) else None


def _bit(day: date) -> int:
    return 1 << (day.isoweekday() % 7)


def _sunday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() % 7)
