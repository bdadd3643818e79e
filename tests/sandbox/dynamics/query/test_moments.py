"""Relative dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.dynamics.query.fault import QueryError
from connector.sandbox.dynamics.query.moments import is_relative, span, takes_number

NOW = datetime(2024, 2, 29, 13, 45, 30, tzinfo=UTC)  # a Thursday
SPANS = {
    ("today", 0): ("2024-02-29T00:00:00", "2024-03-01T00:00:00"),
    ("tomorrow", 0): ("2024-03-01T00:00:00", "2024-03-02T00:00:00"),
    ("thisweek", 0): ("2024-02-25T00:00:00", "2024-03-03T00:00:00"),
    ("lastweek", 0): ("2024-02-18T00:00:00", "2024-02-25T00:00:00"),
    ("lastmonth", 0): ("2024-01-01T00:00:00", "2024-02-01T00:00:00"),
    ("nextmonth", 0): ("2024-03-01T00:00:00", "2024-04-01T00:00:00"),
    ("lastyear", 0): ("2023-01-01T00:00:00", "2024-01-01T00:00:00"),
    ("last7days", 0): ("2024-02-22T00:00:00", "2024-02-29T13:45:31"),
    ("lastxhours", 2): ("2024-02-29T11:00:00", "2024-02-29T13:45:31"),
    ("lastxdays", 1): ("2024-02-28T00:00:00", "2024-02-29T13:45:31"),
    ("lastxyears", 1): ("2023-02-28T00:00:00", "2024-02-29T13:45:31"),
    ("nextxdays", 1): ("2024-02-29T13:45:31", "2024-03-02T00:00:00"),
    ("olderthanxminutes", 45): (None, "2024-02-29T13:00:30"),
    ("olderthanxdays", 1): (None, "2024-02-28T00:00:00"),
    ("olderthanxmonths", 1): (None, "2024-01-29T00:00:00"),
    ("lastxyears", 5_000): (None, None),
}


@pytest.mark.parametrize(("name", "count"), SPANS)
def test_a_relative_date_is_a_span(name: str, count: int) -> None:
    """Whole days, weeks from Sunday, a leap day that falls back to the 28th; before the first year all is open."""
    told = [None if one is None else one.replace(tzinfo=None).isoformat() for one in span(name, NOW, count)]
    assert tuple(told) == SPANS[name, count]


@given(name=st.sampled_from([name for name, _ in SPANS]), count=st.integers(1, 100_000), now=st.datetimes())
def test_spans_are_never_the_wrong_way_round(name: str, count: int, now: datetime) -> None:
    """For any time and any number: from is not after until."""
    start, end = span(name, now.replace(year=min(max(now.year, 2), 9_990), tzinfo=UTC), count)
    assert start is None or end is None or start <= end


def test_what_needs_a_number_gets_one_that_makes_sense() -> None:
    """Zero and absurd ones are refused; names that are no dates are not taken for any."""
    assert takes_number("lastxdays")
    assert not takes_number("today")
    assert not is_relative("lastxminutes")
    for count in (0, -1, 1_000_000):
        with pytest.raises(QueryError):
            span("lastxdays", NOW, count)
