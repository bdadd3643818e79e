"""Working hours and holidays, for clocks that only run while somebody works.

A customer service calendar's rules say on which weekdays an inner calendar holds; the inner calendar's rules say from
which minute of the day and how long. A holiday schedule's rules are the holidays [wire §6.4]. `week`: per weekday,
Monday first, null or a list of [from, to] in minutes of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from connector.adapters.dynamics import query
from connector.adapters.dynamics.columns import Records
from connector.adapters.dynamics.org import asked
from connector.adapters.dynamics.session import sequence
from connector.adapters.dynamics.sources import Read, Source
from connector.adapters.dynamics.timezones import UTC, zones
from connector.adapters.dynamics.view import View
from connector.ports import COLUMNS, Row, Table

SERVICE, HOLIDAYS = 1, 2
"""Types of calendar: Customer Service, Holiday Schedule."""
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_RULES: Final = "calendar_calendar_rules"
_RULE: Final = (
    "calendarruleid,name,pattern,offset,duration,starttime,effectiveintervalstart,timezonecode,_innercalendarid_value"
)
_EXPAND: Final = f"{_RULES}($select={_RULE})"
_DAY: Final = 24 * 60
_ENCODE: Final = msgspec.json.Encoder().encode


def source(view: View, table: Table) -> Source | None:
    """The query for hours or holidays; None if there is no such thing."""
    got = view.table(table.value)
    if got is None:
        return None
    _, info, _ = got
    reads_hours = table is Table.HOURS
    where = (f"type eq {SERVICE}",) if reads_hours else (_holidays(view),)

    def turn(records: Records) -> Read:
        return Read(_hours(view, info.set, records) if reads_hours else list(_free_days(records)))

    return Source(
        name=table.value,
        info=info,
        select=("name",),
        expand=_EXPAND,
        stamp=None,
        where=where,
        turn=turn,
        gone=lambda ids: [(one, *(None,) * (len(COLUMNS[table]) - 1)) for one in ids],
        ids=lambda records: (str(row[0]) for row in turn(records).rows),
        told=("name",),
    )


def _holidays(view: View) -> str:
    """Holiday schedules, and the calendar in which the organisation keeps the days on which it is closed."""
    place = view.columns("organization").place("businessclosurecalendarid")
    path = query.path(view.session, "organizations", [place.select]) if place is not None else ""
    found = sequence(asked(lambda: view.session.get(path)) if path else None)
    closure = found[0].get(place.select) if found and place is not None else None
    return f"(type eq {HOLIDAYS} or calendarid eq {closure})" if closure else f"type eq {HOLIDAYS}"


def _hours(view: View, entities: str, records: Records) -> list[Row]:
    """One row per calendar. The only one is the default; of several, none is: a policy names those it means."""
    known = zones(view.session, view.metadata)
    inner = _inner(view, entities, records)
    default = int(len(records) == 1)
    rows: list[Row] = []
    for record in records:
        week: list[list[list[int]]] = [[] for _ in DAYS]
        codes = {rule["timezonecode"] for rule in _rules(record) if (rule.get("timezonecode") or -1) >= 0}
        for rule in _rules(record):
            for at in _weekdays(rule.get("pattern") or ""):
                week[at] += [span for one in inner.get(rule.get("_innercalendarid_value"), ()) for span in _span(one)]
        zone = known.get(codes.pop(), UTC) if len(codes) == 1 else UTC
        spans = [sorted(day) or None for day in week]
        rows.append((record["calendarid"], record.get("name"), default, zone, _ENCODE(spans).decode()))
    return rows


def _inner(view: View, entities: str, records: Records) -> Mapping[Any, Sequence[Mapping[str, Any]]]:
    """Inner calendar → its rules."""
    ids = [rule["_innercalendarid_value"] for one in records for rule in _rules(one) if rule["_innercalendarid_value"]]
    found: dict[Any, Sequence[Mapping[str, Any]]] = {}
    for part in query.parts(ids, 100):
        path = query.path(view.session, entities, ["name"], query.among("calendarid", part), expand=_EXPAND)
        for row in query.rows(view.session, path):
            found[row["calendarid"]] = _rules(row)
    return found


def _rules(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return record.get(_RULES) or ()


def _weekdays(pattern: str) -> Iterator[int]:
    """`FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU` → 0, 1. A daily pattern means every day."""
    parts = dict(part.partition("=")[::2] for part in pattern.upper().split(";"))
    if parts.get("FREQ") == "DAILY" and "BYDAY" not in parts:
        yield from range(len(DAYS))
    for day in parts.get("BYDAY", "").split(","):
        if day.strip() in DAYS:
            yield DAYS.index(day.strip())


def _span(rule: Mapping[str, Any]) -> Iterator[list[int]]:
    begins, lasts = rule.get("offset") or 0, rule.get("duration") or 0
    if 0 <= begins < _DAY and lasts > 0:
        yield [begins, min(begins + lasts, _DAY)]


def _free_days(records: Records) -> Iterator[Row]:
    """One row per day; of a holiday that lasts several days, one for each."""
    for record in records:
        for rule in _rules(record):
            begins = rule.get("effectiveintervalstart") or rule.get("starttime")
            if not begins:
                continue
            first, lasts = date.fromisoformat(begins[:10]), rule.get("duration") or _DAY
            from_minute = int(begins[11:13] or 0) * 60 + int(begins[14:16] or 0)
            for number in range(max(1, -(-lasts // _DAY))):
                day = f"{first + timedelta(days=number):%Y-%m-%d}"
                until = from_minute + lasts if lasts < _DAY else None
                starts = from_minute if lasts < _DAY else None
                name = rule.get("name") or record.get("name")
                yield f"{rule['calendarruleid']}:{number}", name, day, starts, until, None
