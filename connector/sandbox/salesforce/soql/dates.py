"""Date literals: TODAY, THIS_QUARTER, LAST_N_DAYS:30 … as the days they mean on a given day.

[D soql_sosl sforce_api_calls_soql_select_dateformats]; fiscal periods follow the calendar (a fiscal year that
starts in January), weeks start on Sunday as they do for the en_US locale.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")


def days(literal: str, today: date) -> tuple[date, date]:
    """First day, and the day after the last, of a date literal (upper case) such as LAST_N_DAYS:30."""
    name, _, number = literal.partition(":")
    name = name.replace("FISCAL_", "")
    if name in ("YESTERDAY", "TODAY", "TOMORROW"):
        start = today + timedelta(days=("YESTERDAY", "TODAY", "TOMORROW").index(name) - 1)
        return start, start + timedelta(days=1)
    if name.endswith("_90_DAYS"):
        name, number = name.replace("90", "N"), "90"
    unit = next(unit for unit in _UNITS if unit in name)
    if name.endswith("_AGO"):
        first = _shift(_floor(today, unit), unit, -int(number))
        return first, _shift(first, unit, 1)
    if not number:
        first = _shift(_floor(today, unit), unit, {"LAST": -1, "THIS": 0, "NEXT": 1}[name.split("_")[0]])
        return first, _shift(first, unit, 1)
    return _several(name, unit, int(number), today)


def _several(name: str, unit: str, count: int, today: date) -> tuple[date, date]:
    """LAST_N_ and NEXT_N_: whole periods beside the current one, except that LAST_N_DAYS includes today."""
    this = _floor(today, unit)
    if name.startswith("NEXT"):
        first = _shift(this, unit, 1)
        return first, _shift(first, unit, count)
    if unit == "DAY":
        return _shift(this, unit, -count), _shift(this, unit, 1)
    return _shift(this, unit, -count), this


def midnight(day: date, zone: ZoneInfo) -> str:
    """The UTC instant at which `day` begins in `zone`, as datetimes are stored."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _floor(day: date, unit: str) -> date:
    match unit:
        case "WEEK":
            return day - timedelta(days=(day.weekday() + 1) % 7)
        case "MONTH":
            return day.replace(day=1)
        case "QUARTER":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "YEAR":
            return day.replace(month=1, day=1)
        case _:
            return day


def _shift(day: date, unit: str, count: int) -> date:
    """`count` periods later, held within the years a date can have."""
    if unit in ("DAY", "WEEK"):
        ordinal = day.toordinal() + count * (7 if unit == "WEEK" else 1)
        return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))
    months = day.year * 12 + day.month - 1 + count * {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    months = min(max(months, 12), 9999 * 12 + 11)
    return date(months // 12, months % 12 + 1, 1)
