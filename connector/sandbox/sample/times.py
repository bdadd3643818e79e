"""Moments as epoch seconds, and how they are written. Everything in the sample is told as so long before now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

MINUTE = 60
HOUR = 3600
DAY = 86_400

_OPENS, _CLOSES = 7 * HOUR, 18 * HOUR  # people work between these, in UTC
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _day_text(number: int) -> str:
    return f"{_FIRST_DAY + timedelta(days=number):%Y-%m-%d}"


@lru_cache(maxsize=DAY)
def _time_text(second: int) -> str:
    return f"T{second // HOUR:02}:{second % HOUR // MINUTE:02}:{second % MINUTE:02}"


def clock(at: int) -> str:
    """The moment in UTC, without saying so: `2026-01-31T09:00:00`."""
    day, second = divmod(at, DAY)
    return _day_text(day) + _time_text(second)


def date(at: int) -> str:
    """The day in UTC: `2026-01-31`."""
    return _day_text(at // DAY)


def at_work(at: int) -> int:
    """The moment moved into office hours of the same day, or of the Friday before if it is a weekend."""
    day, second = divmod(at, DAY)
    weekday = (day + 3) % 7  # day 0 was a Thursday; Monday is 0
    if weekday > 4:
        day -= weekday - 4
    return day * DAY + _OPENS + second * (_CLOSES - _OPENS) // DAY
