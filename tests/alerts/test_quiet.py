"""Quiet hours, in the zone of those who would be woken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.alertconfig import QuietConfig
from connector.alerts.quiet import ends, is_quiet

BERLIN = ZoneInfo("Europe/Berlin")


def quiet(at: str, start: str = "20:00", end: str = "07:00", level: str = "breach", **more: Any) -> bool:
    """Whether it is quiet at that local time of Berlin."""
    when = datetime.fromisoformat(at).replace(tzinfo=BERLIN).astimezone(UTC)
    return is_quiet(QuietConfig(start=start, end=end, **more), level, when, BERLIN)


@pytest.mark.parametrize(
    ("at", "is_so"),
    [
        ("2026-03-02T19:59:59", False),
        ("2026-03-02T20:00:00", True),
        ("2026-03-03T00:00:00", True),
        ("2026-03-03T06:59:59", True),
        ("2026-03-03T07:00:00", False),
        ("2026-03-29T06:59:59", True),  # clocks went forward in that night
        ("2026-03-29T07:00:00", False),
    ],
)
def test_over_midnight(at: str, is_so: bool) -> None:
    """From the evening to the next morning, the first moment in, the last one out."""
    assert quiet(at) is is_so


def test_within_a_day() -> None:
    """A pause at noon."""
    assert quiet("2026-03-02T12:30:00", "12:00", "13:00")
    assert not quiet("2026-03-02T13:00:00", "12:00", "13:00")
    assert not quiet("2026-03-02T13:00:00", "12:00", "12:00")


def test_weekends() -> None:
    """Saturday and Sunday all day, if so wanted."""
    assert quiet("2026-03-07T12:00:00", weekends=True)
    assert quiet("2026-03-08T12:00:00", weekends=True)
    assert not quiet("2026-03-07T12:00:00")
    assert not quiet("2026-03-09T12:00:00", weekends=True)


def test_what_goes_through() -> None:
    """Levels that are told even so, and no configuration at all."""
    assert not quiet("2026-03-02T23:00:00", level="escalate", through=("escalate",))
    assert not is_quiet(None, "breach", datetime(2026, 3, 2, 23, tzinfo=UTC), BERLIN)


def test_another_zone_than_the_orgs() -> None:
    """The zone that is named counts."""
    assert not quiet("2026-03-02T21:00:00", zone="America/New_York")


def test_when_they_end() -> None:
    """The next morning, after a weekend on Monday; None while it is not quiet, or where it always is."""
    nights = QuietConfig(start="20:00", end="07:10", weekends=True)
    for at, until in (("2026-03-06T21:30:20", "2026-03-09T07:10"), ("2026-03-02T12:00", None)):
        found = ends(nights, datetime.fromisoformat(at).replace(tzinfo=BERLIN), BERLIN)
        assert found == (None if until is None else datetime.fromisoformat(until).replace(tzinfo=BERLIN))
    assert ends(None, datetime(2026, 3, 2, 23, tzinfo=UTC), BERLIN) is None
