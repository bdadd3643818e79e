"""The clock agrees with a second implementation that looks at every minute by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import BusinessClock, Holiday, Hours, Recurrence
from tests.oracle import clock as oracle

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "America/Havana",
    "UTC",
)
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
)
"""Moments around which something odd happens in one of the zones."""

quarters = st.integers(0, 96).map(lambda quarter: quarter * 15)


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.lists(quarters, min_size=0, max_size=4, unique=True)))
    if draw(st.integers(0, 4)) == 0:
        edges = [0, 1440]
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def closings(draw: st.DrawFn, near: date) -> tuple[Holiday, oracle.Closed]:
    """A holiday for both, near that day."""
    edges = sorted(draw(st.lists(quarters, min_size=2, max_size=2, unique=True)))
    start, end = edges if draw(st.booleans()) else (0, 1440)
    day = near + timedelta(days=draw(st.integers(-4, 8)))
    kind = draw(st.sampled_from(("single", "daily", "weekly", "monthly", "monthly nth", "yearly", "yearly nth")))
    begins = day - timedelta(days=draw(st.integers(0, 60)))
    every = draw(st.integers(1, 3))
    named = draw(st.sets(st.sampled_from(oracle.WEEKDAYS), min_size=1, max_size=3))
    mask = sum(1 << oracle.WEEKDAYS.index(name) for name in named)
    which = draw(st.sampled_from(("First", "Second", "Third", "Fourth", "Last")))
    nth = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}[which]
    is_day: object
    again: Recurrence | None = None
    if kind == "single":
        is_day = day.__eq__
    elif kind == "daily":
        again = Recurrence("RecursDaily", begins, interval=every + 4)
        is_day = lambda one: one >= begins and (one - begins).days % (every + 4) == 0  # noqa: E731
    elif kind == "weekly":
        again = Recurrence("RecursWeekly", begins, interval=every, mask=mask)
        is_day = oracle.weekly(named, every, begins)
    elif kind == "monthly":
        again = Recurrence("RecursMonthly", begins, interval=every, day=day.day)
        is_day = oracle.monthly(day.day, every, begins)
    elif kind == "yearly":
        again = Recurrence("RecursYearly", date(2000, 1, 1), day=day.day, month=day.month)
        is_day = oracle.yearly(day.month, day.day)
    else:
        months = {day.month} if kind == "yearly nth" else set(range(1, 13))
        type = "RecursYearlyNth" if kind == "yearly nth" else "RecursMonthlyNth"
        month = day.month if kind == "yearly nth" else 0
        again = Recurrence(type, date(2000, 1, 1), mask=mask, instance=nth, month=month)
        is_day = oracle.nth(named, which, months)
    holiday = Holiday("closed", day if again is None else None, start, end, again)
    return holiday, oracle.Closed(lru_cache(is_day), start, end)  # type: ignore[arg-type]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[BusinessClock, oracle.Office, datetime]:
    near = draw(st.sampled_from(CHANGES))
    zone = draw(st.sampled_from(ZONES))
    week = tuple(draw(days()) for _ in range(7))
    closed = draw(st.lists(closings(near.date()), max_size=3))
    start = near + timedelta(seconds=draw(st.integers(-2 * 86_400, 86_400)))
    clock = BusinessClock(Hours("hours", zone, week), tuple(holiday for holiday, _ in closed))
    return clock, oracle.Office(zone, week, tuple(one for _, one in closed)), start


def agrees(world: tuple[BusinessClock, oracle.Office, datetime], seconds: int, more: int) -> None:
    clock, office, start = world
    end = start + timedelta(seconds=seconds)
    used = office.used(start, end)
    assert clock.used(start, end) == used
    runs = clock.trace(start, end)
    assert sum(run.seconds for run in runs) == used.total_seconds()
    assert all(start <= run.start < run.end <= end for run in runs)
    limit = timedelta(seconds=more)
    due = office.due(start, limit, end)
    if due is not None:
        assert clock.due(start, limit) == due
    else:
        found = clock.due(start, limit)
        assert found is None or found >= end or limit == timedelta()


@settings(max_examples=40, deadline=None)
@given(worlds(), st.integers(0, 4 * 86_400), st.integers(0, 30 * 3600))
def test_time_used_and_deadlines_agree(
    world: tuple[BusinessClock, oracle.Office, datetime], seconds: int, more: int
) -> None:
    """Through changes of the clocks of many zones, parts of days and every kind of recurrence, to the second."""
    agrees(world, seconds, more)


@pytest.mark.long
@settings(max_examples=1500, deadline=None)
@given(worlds(), st.integers(0, 12 * 86_400), st.integers(0, 90 * 3600))
def test_time_used_and_deadlines_agree_at_length(
    world: tuple[BusinessClock, oracle.Office, datetime], seconds: int, more: int
) -> None:
    """The same over more days."""
    agrees(world, seconds, more)


@settings(max_examples=50, deadline=None)
@given(worlds(), st.integers(1, 200 * 3600), st.integers(0, 40 * 86_400))
def test_a_deadline_is_where_the_limit_is_used_up(
    world: tuple[BusinessClock, oracle.Office, datetime], seconds: int, later: int
) -> None:
    """Exactly the limit is used at the deadline, less a second before it; a later start has no earlier deadline."""
    clock, _, start = world
    limit = timedelta(seconds=seconds)
    due = clock.due(start, limit)
    if due is None:
        return
    assert clock.used(start, due) == limit
    assert clock.used(start, due - timedelta(seconds=1)) == limit - timedelta(seconds=1)
    after = clock.due(start + timedelta(seconds=later), limit)
    assert after is None or after >= due
    middle = start + (due - start) / 2
    assert clock.used(start, middle) + clock.used(middle.replace(microsecond=0), due) >= limit
