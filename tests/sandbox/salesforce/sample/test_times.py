"""Moments as Salesforce stores them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.salesforce.sample.times import stamp


@given(st.integers(0, 4_000_000_000))
def test_text_is_what_the_standard_library_writes(at: int) -> None:
    """`stamp` agrees with datetime for every moment."""
    assert stamp(at) == f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000Z"
