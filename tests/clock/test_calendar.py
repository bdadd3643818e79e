"""Hours and holidays as the mirror's rows have them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from connector.clock import Calendar, Holiday, Hours
from tests.clock.hours import HOLIDAYS, HOURS, span

OPEN = json.dumps([[480, 1050]] * 4 + [[480, 900], None, None])


def test_rows_become_clocks() -> None:
    """A week as the adapters write it, breaks included, and the CRM's words for a holiday that comes back."""
    words = {"RecurrenceType": "RecursYearly", "RecurrenceStartDate": "2020-05-01", "RecurrenceDayOfMonth": "1"}
    words["RecurrenceMonthOfYear"] = "May"
    broken = json.dumps([[[540, 720], [780, 1020]]] * 5 + [None, []])
    calendar = Calendar.read(
        [("1", "Office", 1, "Europe/Berlin", OPEN), ("2", "London", 0, "Europe/London", broken)],
        [("3", "may day", None, None, None, json.dumps(words)), ("4", "lunch", "2026-06-10", 720, 780, None)],
    )
    assert not calendar.problems
    assert [one.week for one in calendar.hours] == [HOURS["office"].week, HOURS["london"].week]
    assert calendar.holidays == (HOLIDAYS["may day"], HOLIDAYS["lunch"])
    clock = calendar.clock()
    assert clock is not None
    assert clock.due(datetime(2026, 4, 30, 14, 30, tzinfo=UTC), timedelta(hours=2)) == datetime(
        2026, 5, 4, 7, tzinfo=UTC
    )


def test_what_cannot_be_understood_is_said_and_left_out() -> None:
    """An unknown recurrence, a holiday without a date, a zone nobody knows: a line each, and the rest still counts."""
    calendar = Calendar.read(
        [
            ("1", "Office", 1, "Europe/Berlin", OPEN),
            ("2", "Moon", 0, "Moon/Base", OPEN),
            ("3", "Short", 0, "UTC", "[]"),
        ],
        [
            ("4", "odd", None, None, None, json.dumps({"RecurrenceType": "RecursSometimes"})),
            ("5", "lost", None, None, None, None),
            (
                "6",
                "vague",
                None,
                None,
                None,
                json.dumps({"RecurrenceType": "RecursWeekly", "RecurrenceStartDate": "2026-01-01"}),
            ),
            ("7", "outing", "2026-09-18", None, None, None),
        ],
    )
    assert [one.name for one in calendar.hours] == ["Office"]
    assert [one.name for one in calendar.holidays] == ["outing"]
    assert len(calendar.problems) == 5
    assert all(
        name in line for name, line in zip(("Moon", "Short", "odd", "lost", "vague"), calendar.problems, strict=True)
    )


def test_hours_are_found_by_name() -> None:
    """Without case; without a name the default ones, or the only ones there are."""
    office, support = (
        Hours("Office", "UTC", (span("08:00-17:00"),) * 7),
        Hours("Support", "UTC", (span("00:00-24:00"),) * 7),
    )
    assert Calendar([office]).clock() is not None
    assert Calendar([office, support]).clock() is None
    assert Calendar([office, support]).clock("support ").name == "Support"  # type: ignore[union-attr]
    assert Calendar([office, support]).clock("nights") is None
    default = Hours("Other", "UTC", office.week, is_default=True)
    assert Calendar([office, default]).clock().name == "Other"  # type: ignore[union-attr]
    assert Calendar().clock() is None


def test_a_trace_names_the_holidays() -> None:
    """Where the clock stood still on a day on which it would have run, the trace says for what."""
    clock = Calendar([HOURS["office"]], [HOLIDAYS["may day"], Holiday("a Sunday", date(2026, 5, 3))]).clock("office")
    assert clock is not None
    runs = clock.trace(datetime(2026, 4, 30, 13, tzinfo=UTC), datetime(2026, 5, 4, 7, tzinfo=UTC))
    assert [(run.seconds, run.why) for run in runs] == [(9000, ""), (0, "may day"), (3600, "")]
