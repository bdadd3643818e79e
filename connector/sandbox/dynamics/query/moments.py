"""What the relative dates of queries mean: `LastXDays`, `ThisMonth`, `older-than-x-hours` … as a span of time.

Days, weeks and months are those of UTC; weeks begin on Sunday, as in an untouched environment.
"""

from datetime import datetime, timedelta

from connector.sandbox.dynamics.query.fault import ARGUMENT, QueryError

Span = tuple[datetime | None, datetime | None]
"""From (inclusive) until (exclusive); None is open."""
_FIXED = {
    "today": ("day", 0), "yesterday": ("day", -1), "tomorrow": ("day", 1), "thisweek": ("week", 0),
    "lastweek": ("week", -1), "nextweek": ("week", 1), "thismonth": ("month", 0), "lastmonth": ("month", -1),
    "nextmonth": ("month", 1), "thisyear": ("year", 0), "lastyear": ("year", -1), "nextyear": ("year", 1),
}  # fmt: skip
_UNITS = ("minute", "hour", "day", "week", "month", "year")
_MOST = 100_000


def is_relative(name: str) -> bool:
    """Whether this operator, in lower case and without dashes, is a relative date."""
    return name in _FIXED or name in ("last7days", "next7days") or _counted(name) is not None


def takes_number(name: str) -> bool:
    """Whether the operator needs a number (the X of LastXDays)."""
    return _counted(name) is not None


def span(name: str, now: datetime, count: int = 0) -> Span:
    """The time that the operator means, `now` being UTC. Raises QueryError for a number out of bounds."""
    if name in _FIXED:
        unit, shift = _FIXED[name]
        start = _floor(now, unit)
        return _plus(start, unit, shift), _plus(start, unit, shift + 1)
    second = timedelta(seconds=1)
    if name == "last7days":
        return _floor(now, "day") - timedelta(days=7), now + second
    if name == "next7days":
        return now + second, _floor(now, "day") + timedelta(days=8)
    way, unit = _counted(name) or ("", "day")
    if not 0 < count <= _MOST:
        raise QueryError(ARGUMENT, f"The value {count} of the condition operator {name} is not valid.")
    try:
        return _around(way, unit, now, count)
    except (OverflowError, ValueError):  # before the first year there is nothing, and nothing after the last one
        return (None, None) if way != "olderthan" else (now, now)


def _around(way: str, unit: str, now: datetime, count: int) -> Span:
    fine = unit in ("minute", "hour")
    whole = _floor(now, unit if fine else "day")
    if way == "last":
        return _plus(whole, unit, -count), now + timedelta(seconds=1)
    if way == "next":
        return now + timedelta(seconds=1), _plus(whole, unit, count) + timedelta(**{"hours" if fine else "days": 1})
    return None, _plus(now if fine else whole, unit, -count)


def _counted(name: str) -> tuple[str, str] | None:
    """`lastxdays` → (last, day); None for any other name."""
    for way in ("last", "next", "olderthan"):
        for unit in _UNITS:
            if name == f"{way}x{unit}s" and (way == "olderthan" or unit != "minute"):
                return way, unit
    return None


def _floor(moment: datetime, unit: str) -> datetime:
    if unit == "minute":
        return moment.replace(second=0, microsecond=0)
    hour = moment.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return hour
    day = hour.replace(hour=0)
    if unit == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _plus(moment: datetime, unit: str, count: int) -> datetime:
    if unit in ("month", "year"):
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        day = min(moment.day, _days(year, month + 1))
        return moment.replace(year=year, month=month + 1, day=day)
    return moment + timedelta(**{f"{unit}s": count})


def _days(year: int, month: int) -> int:
    first = datetime(year, month, 1)
    later = datetime(year + month // 12, month % 12 + 1, 1)
    return (later - first).days
