"""Business hours and holidays, for clocks that only run while somebody works.

`week`: seven [from, to] in minutes of the day, or null, Monday first. Times stand in the record's own time zone; the Z
behind them means nothing [wire §5]. A day from 00:00 to 00:00 is the whole day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.adapters.web.rows import TAIL, Constant, From, Shape, Sorted, Verbatim
from connector.mapping import TableMap
from connector.ports import COLUMNS, Row, Table

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIMES = tuple(f"{day}{edge}Time" for day in DAYS for edge in ("Start", "End"))
_RECURRENCE = (
    "IsRecurrence",
    "RecurrenceType",
    "RecurrenceStartDate",
    "RecurrenceEndDateOnly",
    "RecurrenceInterval",
    "RecurrenceDayOfWeekMask",
    "RecurrenceDayOfMonth",
    "RecurrenceInstance",
    "RecurrenceMonthOfYear",
)
_ENCODE = msgspec.json.Encoder().encode


def shape(found: TableMap, table: Table, tail: Sequence[From]) -> Shape:
    """The mapped columns but for the last, which is made of many fields that stand behind them."""
    names = COLUMNS[table][:-1]
    own: list[From] = [found.field(name) if found.has(name) else Constant() for name in names]
    many = _TIMES if table is Table.HOURS else _RECURRENCE
    return Shape([*own, *(Verbatim(api) for api in many)], None, tail)


def arranger(table: Table) -> Callable[[list[Row]], Sorted]:
    """Puts the many fields into one JSON column."""
    own = len(COLUMNS[table]) - 1
    gather = _week if table is Table.HOURS else _recurrence

    def arrange(rows: list[Row]) -> Sorted:
        return Sorted([(*row[:own], gather(row[own:-TAIL])) for row in rows], [], [])

    return arrange


def _week(times: Sequence[Any]) -> str:
    return _ENCODE([_day(times[at], times[at + 1]) for at in range(0, len(_TIMES), 2)]).decode()


def _day(start: str | None, end: str | None) -> list[int] | None:
    if not start or not end:
        return None
    opens, closes = _minutes(start), _minutes(end)
    return [opens, closes if closes > opens else 24 * 60]


def _minutes(time: str) -> int:
    return int(time[0:2]) * 60 + int(time[3:5])


def _recurrence(values: Sequence[Any]) -> str | None:
    """None for a single day, else the CRM's own words for how it comes back."""
    if values[0] != "true":
        return None
    return _ENCODE(dict(zip(_RECURRENCE[1:], values[1:], strict=True))).decode()
