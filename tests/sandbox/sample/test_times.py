"""Moments and how they are written."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.sample.times import at_work, clock, date

MOMENTS = st.integers(0, 4_000_000_000)


@given(MOMENTS)
def test_text_is_what_the_standard_library_writes(at: int) -> None:
    """`clock` and `date` agree with datetime for every moment."""
    moment = datetime.fromtimestamp(at, UTC)
    assert clock(at) == f"{moment:%Y-%m-%dT%H:%M:%S}"
    assert date(at) == f"{moment:%Y-%m-%d}"


@given(MOMENTS.filter(lambda at: at > 3 * 86_400))
def test_people_work_on_weekdays_between_seven_and_six(at: int) -> None:
    """Office hours of a weekday, of the same day or of the Friday before."""
    moment = datetime.fromtimestamp(at_work(at), UTC)
    assert moment.weekday() < 5
    assert 7 <= moment.hour < 18
    assert 0 <= (datetime.fromtimestamp(at, UTC).date() - moment.date()).days <= 2
