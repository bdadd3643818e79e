"""Hand-worked cases of the clock (cases.txt): each line was worked out with a calendar before it was run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connector.clock import ELAPSED, BusinessClock, Clock
from connector.policy.sla import span_of_time
from tests.clock.hours import HOLIDAYS, HOURS

CASES = Path(__file__).with_name("cases.txt")
ZONES = {
    "UTC": "UTC",
    "Berlin": "Europe/Berlin",
    "London": "Europe/London",
    "New_York": "America/New_York",
    "Kolkata": "Asia/Kolkata",
}


def rows() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in CASES.read_text().splitlines()[1:]]


def moment(text: str) -> datetime:
    shown, _, zone = text.rpartition(" ")
    return datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(ZONES[zone])).astimezone(UTC)


def clock(name: str, holidays: str) -> Clock:
    if name == "elapsed":
        return ELAPSED
    return BusinessClock(HOURS[name], tuple(HOLIDAYS[one.strip()] for one in holidays.split(",") if one.strip()))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]}: {row[5]}")
def test_due(row: list[str]) -> None:
    """The deadline is what was worked out by hand, and exactly the limit is used when it comes."""
    name, holidays, start, limit, due, _ = row
    found = clock(name, holidays).due(moment(start), span_of_time(limit))
    assert found == (None if due == "never" else moment(due))
    if found is not None:
        assert clock(name, holidays).used(moment(start), found) == span_of_time(limit)


USED = """
clock    | holidays | from                    | to                      | used
office   |          | 2026-05-08 14:00 Berlin | 2026-05-11 09:00 Berlin | 2h
office   |          | 2026-05-11 09:00 Berlin | 2026-05-08 14:00 Berlin | 0s
office   |          | 2026-05-04 00:00 Berlin | 2026-05-11 00:00 Berlin | 45h
office   | may day  | 2026-04-27 00:00 Berlin | 2026-05-04 00:00 Berlin | 38h
office   | lunch    | 2026-06-10 00:00 Berlin | 2026-06-11 00:00 Berlin | 8.5h
always   |          | 2026-03-29 00:00 Berlin | 2026-03-30 00:00 Berlin | 23h
always   |          | 2026-10-25 00:00 Berlin | 2026-10-26 00:00 Berlin | 25h
london   |          | 2026-06-09 12:10 London | 2026-06-09 12:50 London | 0s
elapsed  |          | 2026-10-25 00:00 Berlin | 2026-10-26 00:00 Berlin | 25h
"""


@pytest.mark.parametrize("line", USED.strip().splitlines()[1:])
def test_used(line: str) -> None:
    """So much time was on the clock, and the trace adds up to it."""
    name, holidays, start, end, used = (cell.strip() for cell in line.split("|"))
    measured = clock(name, holidays)
    assert measured.used(moment(start), moment(end)) == span_of_time(used)
    runs = measured.trace(moment(start), moment(end))
    assert timedelta(seconds=sum(run.seconds for run in runs)) == span_of_time(used)


def test_there_are_enough() -> None:
    """At least sixty cases of deadlines alone."""
    assert len(rows()) >= 60
