"""When nights may write, and whether that ever comes about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.policy.night import Night

NONE = timedelta()


@pytest.mark.parametrize(
    ("window", "begins", "said"),
    [
        ("22:00-06:00", "02:00", ""),
        ("22:00-06:00", "22:00", ""),
        ("22:00-06:00", "06:00", "outside of the window"),
        ("20:00-02:00", "02:00", "outside of the window"),
        ("03:00-05:00", "02:00", "outside of the window"),
        ("03:00-05:00", "04:49", ""),
        ("03:00-05:00", "04:50", "ends before its first few records are looked at, 10 minutes later"),
        ("22:00-00:10", "00:00", "ends before"),
        ("22:00-00:11", "00:00", ""),
        ("", "12:00", ""),
        ("03:00-05:00", "", ""),
    ],
)
def test_a_night_that_could_never_write_is_told(window: str, begins: str, said: str) -> None:
    """One that begins outside of its window, or so late that the wait after the first few records outlasts it."""
    found = Night(rules=("age",), window=window).unfit(begins, NONE)
    assert said in found if said else not found


def test_it_may_begin_a_little_later() -> None:
    """Jobs are moved at random by so much."""
    night = Night(rules=("age",), window="03:00-05:00")
    assert not night.unfit("04:45", timedelta(minutes=4))
    assert "15 minutes later" in night.unfit("04:45", timedelta(minutes=5))


def test_where_nights_write_nothing_it_does_not_matter() -> None:
    """Without rules of its own a night only plans."""
    assert not Night(window="03:00-05:00").unfit("02:00", NONE)
