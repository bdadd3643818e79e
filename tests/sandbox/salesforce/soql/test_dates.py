"""What days the date literals mean."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.salesforce.soql.dates import days, midnight

WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("literal", "first", "after"),
    [
        ("YESTERDAY", "2026-03-03", "2026-03-04"),
        ("TODAY", "2026-03-04", "2026-03-05"),
        ("TOMORROW", "2026-03-05", "2026-03-06"),
        ("LAST_WEEK", "2026-02-22", "2026-03-01"),
        ("THIS_WEEK", "2026-03-01", "2026-03-08"),
        ("THIS_MONTH", "2026-03-01", "2026-04-01"),
        ("LAST_QUARTER", "2025-10-01", "2026-01-01"),
        ("THIS_FISCAL_QUARTER", "2026-01-01", "2026-04-01"),
        ("NEXT_YEAR", "2027-01-01", "2028-01-01"),
        ("LAST_90_DAYS", "2025-12-04", "2026-03-05"),
        ("NEXT_90_DAYS", "2026-03-05", "2026-06-03"),
        ("LAST_N_DAYS:3", "2026-03-01", "2026-03-05"),
        ("NEXT_N_DAYS:2", "2026-03-05", "2026-03-07"),
        ("LAST_N_MONTHS:2", "2026-01-01", "2026-03-01"),
        ("NEXT_N_QUARTERS:1", "2026-04-01", "2026-07-01"),
        ("N_DAYS_AGO:2", "2026-03-02", "2026-03-03"),
        ("N_WEEKS_AGO:1", "2026-02-22", "2026-03-01"),
        ("N_FISCAL_YEARS_AGO:1", "2025-01-01", "2026-01-01"),
    ],
)
def test_literal(literal: str, first: str, after: str) -> None:
    """Each literal covers the days the documentation says, seen from Wednesday 4 March 2026."""
    assert days(literal, WEDNESDAY) == (date.fromisoformat(first), date.fromisoformat(after))


@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1)),
    st.sampled_from(["WEEK", "MONTH", "QUARTER", "YEAR"]),
)
def test_periods_join(today: date, unit: str) -> None:
    """Last, this and next period follow each other without gap or overlap, and today is in this one."""
    last, this, following = (days(f"{which}_{unit}", today) for which in ("LAST", "THIS", "NEXT"))
    assert (last[1], this[1]) == (this[0], following[0])
    assert this[0] <= today < this[1]


@given(st.dates(), st.integers(0, 10**6), st.sampled_from(["DAYS", "WEEKS", "MONTHS", "YEARS"]))
def test_any_number(today: date, count: int, unit: str) -> None:
    """However large the number, a range comes out and is the right way round."""
    for literal in (f"LAST_N_{unit}:{count}", f"NEXT_N_{unit}:{count}", f"N_{unit}_AGO:{count}"):
        first, after = days(literal, today)
        assert first <= after


def test_midnight_in_the_org() -> None:
    """A day begins at the midnight of the org's time zone, summer time included."""
    zone = ZoneInfo("America/Los_Angeles")
    assert midnight(date(2026, 3, 4), zone) == "2026-03-04T08:00:00.000Z"
    assert midnight(date(2026, 3, 4) + timedelta(days=10), zone) == "2026-03-14T07:00:00.000Z"
