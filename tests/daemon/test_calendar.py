"""When jobs are due: at the org's own times, through both changes of the clocks, and not too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connector.daemon.calendar import Job, due
from connector.scheduleconfig import ScheduleConfig, every

BERLIN = ZoneInfo("Europe/Berlin")


def triggers(**schedule: object) -> dict[Job, tuple[object, int]]:
    """Job → its trigger and how late it may begin."""
    return {one.job: (one.trigger, one.late) for one in due(ScheduleConfig(jitter=0, **schedule), BERLIN)}


def test_every_job_has_a_time_unless_it_is_off() -> None:
    """An empty text switches a job off."""
    assert set(triggers()) == set(Job)
    assert set(triggers(night="", sync="")) == {Job.ALERTS, Job.RECONCILE}


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
    assert trigger.get_next_fire_time(None, after) == expected  # type: ignore[attr-defined]


def test_the_week_is_reconciled_once() -> None:
    """On its day, a week apart."""
    trigger, late = triggers(reconcile="sat 05:15")[Job.RECONCILE]
    first = trigger.get_next_fire_time(None, datetime(2026, 3, 2, tzinfo=BERLIN))  # type: ignore[attr-defined]
    assert (first.weekday(), first.hour, first.minute) == (5, 5, 15)
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
