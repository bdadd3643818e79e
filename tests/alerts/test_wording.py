"""Times, lengths and deeds in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.alerts.wording import clocked, deed, length, moment
from connector.model import Activity

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=48), "48 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(hours=5, minutes=12), "5 h 12 min"),
        (timedelta(days=2), "2 d"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
    ],
)
def test_length(span: timedelta, text: str) -> None:
    """The two largest units, never rounded up."""
    assert length(span) == text


@pytest.mark.parametrize(
    ("span", "clock", "text"),
    [
        (timedelta(hours=446, minutes=40), "Office hours", "446 h 40 min"),
        (timedelta(hours=16), "Office hours", "16 h"),
        (timedelta(minutes=48), "Office hours", "48 min"),
        (timedelta(days=2, hours=4), "elapsed", "2 d 4 h"),
    ],
)
def test_working_time_has_no_days(span: timedelta, clock: str, text: str) -> None:
    """Time on a clock of business hours is told in hours: a working day has no 24 of them."""
    assert clocked(span, clock) == text


def test_moment() -> None:
    """In the org's zone."""
    assert moment(AT, BERLIN) == "Mon 2 Mar 2026, 14:05"


@pytest.mark.parametrize(
    ("activity", "text"),
    [
        (Activity(AT, "form", "in", "done", "1", None, "demo"), "Mon 2 Mar 2026, 14:05: demo (filled in a form)"),
        (Activity(AT, "mail", "in", "", "1"), "Mon 2 Mar 2026, 14:05: wrote to us"),
        (Activity(AT, "call", "in", "no_answer", "1"), "Mon 2 Mar 2026, 14:05: called us"),
        (Activity(AT, "call", "in", "done", "1"), "Mon 2 Mar 2026, 14:05: called us and spoke with us"),
        (Activity(AT, "call", "out", "connected", "1"), "Mon 2 Mar 2026, 14:05: spoke with us on the phone"),
    ],
)
def test_deed(activity: Activity, text: str) -> None:
    """What they did, when, and what it was about."""
    assert deed(activity.at, activity, BERLIN) == text


def test_a_day_is_no_time_of_day() -> None:
    """A CRM that only knows the day of an answer is not quoted with an hour."""
    first, last = datetime(2026, 3, 1, 23, 0, tzinfo=UTC), datetime(2026, 3, 2, 22, 59, 59, tzinfo=UTC)
    answer = Activity(last, "campaign_response", "in", "responded", "7", None, "Webinar", None, first)
    assert deed(last, answer, BERLIN) == "Mon 2 Mar 2026: Webinar (answered a campaign)"
    for zone, at in ((BERLIN, "2026-03-02T23:59:59"), (ZoneInfo("America/New_York"), "2026-03-03T04:59:59")):
        assert deed(datetime.fromisoformat(f"{at}+00:00"), answer, zone).startswith("Mon 2 Mar 2026: ")
