"""An org's week of working hours, with its time zone."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

DAY: Final = 24 * 60
"""Minutes."""

Span = tuple[int, int]
"""From and to, in minutes of the wall clock since midnight; to is not included."""


class Hours(msgspec.Struct, frozen=True):
    """Working hours by name. `week`: per weekday, Monday first, the spans in which somebody works; none: closed.

    `timezone` is an IANA name; the hours are what the wall clock shows there, summer and winter.
    """

    name: str
    timezone: str
    week: tuple[tuple[Span, ...], ...]
    is_default: bool = False

    @property
    def zone(self) -> tzinfo:
        """The time zone."""
        return ZoneInfo(self.timezone)


def read(name: str, is_default: bool, timezone: str | None, week: str | None) -> Hours:
    """Hours from a row of the table `hours` (see `ports.COLUMNS`). Raises ValueError if it cannot be understood.

    A day of `week` is null, [from, to], or several of these in a list.
    """
    try:
        zone = timezone or "UTC"
        ZoneInfo(zone)
        days = json.loads(week or "[]")
        spans = tuple(_spans(day) for day in days)
    except (KeyError, OSError, TypeError, AttributeError) as error:
        raise ValueError(f"the business hours {name!r} cannot be understood: {error}") from None
    if len(spans) != 7:
        raise ValueError(f"the business hours {name!r} have {len(spans)} days instead of 7")
    return Hours(name, zone, spans, bool(is_default))


def _spans(day: Any) -> tuple[Span, ...]:
    if not day:
        return ()
    pairs = [day] if isinstance(day[0], int | float) else day
    spans = sorted((int(start), int(end)) for start, end in pairs)
    if any(not 0 <= start < end <= DAY for start, end in spans):
        raise ValueError(f"a day's hours must lie within the day: {spans}")
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
