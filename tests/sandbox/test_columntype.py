"""What type a column has."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.columntype import Guess, Kind


def guess(values: list[str]) -> Guess:
    made = Guess()
    for value in values:
        made.see(value)
    return made


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], Kind.TEXT),
        (["", ""], Kind.TEXT),
        (["true", "", "FALSE"], Kind.FLAG),
        (["1", "0"], Kind.NUMBER),
        (["-3.25", "12"], Kind.NUMBER),
        (["0049", "12"], Kind.TEXT),
        (["1e5"], Kind.TEXT),
        (["true", "1"], Kind.TEXT),
        (["2026-01-31"], Kind.DATE),
        (["2026-02-30"], Kind.TEXT),
        (["2026-01-31T09:00:00.000Z", "2026-01-31T09:00:00+0000"], Kind.DATETIME),
        (["2026-01-31", "2026-01-31T09:00:00Z"], Kind.TEXT),
        (["EMEA", "12"], Kind.TEXT),
    ],
)
def test_a_column_is_what_all_its_values_are(values: list[str], kind: Kind) -> None:
    """One value that does not fit makes it text; empty values say nothing."""
    assert guess(values).kind is kind


def test_sizes_are_remembered() -> None:
    """The longest text and the most decimals."""
    assert guess(["1.25", "100"]).scale == 2
    assert guess(["ab", "abcd"]).longest == 4


@given(st.lists(st.dates(), min_size=1), st.lists(st.datetimes(), min_size=1))
def test_dates_and_times_of_every_year_are_known(days: list[date], moments: list[datetime]) -> None:
    """What Python writes as ISO is recognised as such."""
    assert guess([day.isoformat() for day in days]).kind is Kind.DATE
    assert guess([moment.isoformat() for moment in moments]).kind is Kind.DATETIME
