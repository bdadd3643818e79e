"""When jobs are due: at the org's own times, through both changes of the clocks, and not too late."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.base import BaseTrigger
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connector.daemon.calendar import Job, at_or_after, at_or_before, due
from connector.scheduleconfig import ScheduleConfig, every

BERLIN = ZoneInfo("Europe/Berlin")
PLACES = (
    "Europe/Berlin", "Europe/London", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata",
)  # fmt: skip
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOURS = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 211, 15)]
"""00:00 to 03:30: every place above moves its clocks somewhere in there."""


def triggers(zone: ZoneInfo = BERLIN, *, jitter: int = 0, **schedule: object) -> dict[Job, tuple[BaseTrigger, int]]:
    """Job → its trigger and how late it may begin."""
    return {one.job: (one.trigger, one.late) for one in due(ScheduleConfig(jitter=jitter, **schedule), zone)}


def test_every_job_has_a_time_unless_it_is_off() -> None:
    """An empty text switches a job off."""
    assert set(triggers()) == set(Job)
    assert set(triggers(night="", sync="")) == {Job.ALERTS, Job.DIGEST, Job.RECONCILE}


def test_without_a_time_zone_there_are_no_times_of_day() -> None:
    """What is done every so often is done all the same."""
    assert {one.job for one in due(ScheduleConfig(), None)} == {Job.SYNC, Job.ALERTS}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime(2026, 1, 5, 12, tzinfo=BERLIN), datetime(2026, 1, 6, 3, 30, tzinfo=BERLIN)),
        (datetime(2026, 3, 28, 12, tzinfo=BERLIN), datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)),
        (datetime(2026, 10, 24, 12, tzinfo=BERLIN), datetime(2026, 10, 25, 3, 30, tzinfo=BERLIN)),
    ],
)
def test_a_night_is_at_its_hour_there(after: datetime, expected: datetime) -> None:
    """In winter, and on the nights when the clocks change."""
    trigger, _ = triggers(night="03:30")[Job.NIGHT]
    assert trigger.get_next_fire_time(None, after) == expected


@pytest.mark.parametrize(
    ("place", "day", "hour", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "02:30", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 6), "00:00", datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:15", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 4, 5), "01:45", datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
    ],
)
def test_a_time_that_is_leapt_over_or_comes_twice(place: str, day: date, hour: str, expected: datetime) -> None:
    """The first moment after the leap; the first of the two."""
    zone = ZoneInfo(place)
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    assert at_or_after(midnight, hour, zone) == expected
    assert at_or_before(expected + timedelta(hours=22), hour, zone) == expected


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("jitter", [0, 30, 600])
def test_two_years_of_nights(place: str, jitter: int) -> None:
    """One night each day, whatever the clocks do, and always forward: each begins after the one before it, within the
    jitter after its hour."""
    zone = ZoneInfo(place)
    for hour in HOURS:
        trigger, _ = triggers(zone, jitter=jitter, night=hour)[Job.NIGHT]
        begun, days = trigger.get_next_fire_time(None, BEGIN), Counter[date]()
        while begun is not None and begun < BEGIN + timedelta(days=731):
            days[begun.astimezone(zone).date()] += 1
            planned = at_or_before(begun, hour, zone)
            assert timedelta() <= begun - planned <= timedelta(seconds=jitter)
            following = trigger.get_next_fire_time(begun, begun + timedelta(seconds=1))
            assert following is not None
            assert following.timestamp() > begun.timestamp() + 20 * 3600
            begun = following
        assert set(days.values()) == {1}, (place, hour)
        first, last = min(days), max(days)
        assert len(days) == (last - first).days + 1 >= 730, (place, hour)


@given(
    place=st.sampled_from(PLACES),
    hour=st.sampled_from(HOURS),
    jitter=st.sampled_from([0, 30, 600]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    gaps=st.lists(st.integers(1, 4 * 86_400), max_size=8),
)
def test_begun_anew_at_any_moment(place: str, hour: str, jitter: int, start: datetime, gaps: list[int]) -> None:
    """However long a machine slept, and whenever the process began: what comes next is in the future, at its hour, and
    what was missed is counted once a day, in an end."""
    zone, now = ZoneInfo(place), start.replace(tzinfo=UTC)
    trigger, _ = triggers(zone, jitter=jitter, night=hour)[Job.NIGHT]
    following = trigger.get_next_fire_time(None, now)
    for gap in gaps:
        assert following is not None
        assert now <= following <= now + timedelta(hours=25, seconds=jitter)
        now += timedelta(seconds=gap)
        passed = 0
        while following is not None and following <= now:
            passed += 1
            before, following = following, trigger.get_next_fire_time(following, now)
            assert following is not None
            assert following.timestamp() > before.timestamp()
        assert passed <= gap // 72_000 + 1


def test_the_week_is_reconciled_once() -> None:
    """On its day, a week apart, through the changes of the clocks."""
    trigger, late = triggers(reconcile="sun 02:15", jitter=600)[Job.RECONCILE]
    found = [trigger.get_next_fire_time(None, datetime(2026, 3, 2, tzinfo=BERLIN))]
    for _ in range(60):
        assert found[-1] is not None
        found.append(trigger.get_next_fire_time(found[-1], found[-1]))
    days = [one.astimezone(BERLIN).date() for one in found if one is not None]
    assert days == [date(2026, 3, 8) + timedelta(weeks=week) for week in range(61)]
    assert late == 12 * 3600


@given(minutes=st.integers(1, 600))
def test_spans(minutes: int) -> None:
    """Minutes and hours mean what they say; a job that recurs may be late by its own span at most."""
    assert every(f"{minutes}m") == timedelta(minutes=minutes)
    assert triggers(sync=f"{minutes}m")[Job.SYNC][1] == minutes * 60


@pytest.mark.parametrize(
    "wrong", [{"sync": "15"}, {"sync": "0m"}, {"night": "25:00"}, {"reconcile": "sunday"}, {"alerts": "soon"}]
)
def test_what_is_no_time_is_refused(wrong: dict[str, str]) -> None:
    """With how to write it."""
    with pytest.raises(ValidationError, match=r"write it like|too often"):
        ScheduleConfig(**wrong)
