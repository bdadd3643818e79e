"""Hours and holidays of the hand-worked cases, by the names that the table uses. 2026-01-01 is a Thursday."""

from __future__ import annotations

from datetime import date

from connector.clock import Holiday, Hours, Recurrence

Day = tuple[tuple[int, int], ...]


def span(text: str) -> Day:
    """`08:00-12:00 13:00-17:30` in minutes."""
    found = []
    for part in text.split():
        start, end = (int(edge[:2]) * 60 + int(edge[3:]) for edge in part.split("-"))
        found.append((start, end))
    return tuple(found)


def every_day(text: str) -> tuple[Day, ...]:
    return (span(text),) * 7


def weekdays(text: str, saturday: str = "") -> tuple[Day, ...]:
    return (span(text),) * 5 + (span(saturday), ())


HOURS = {
    "office": Hours("office", "Europe/Berlin", (span("08:00-17:30"),) * 4 + (span("08:00-15:00"), (), ())),
    "new york": Hours("new york", "America/New_York", weekdays("09:00-17:00")),
    "london": Hours("london", "Europe/London", weekdays("09:00-12:00 13:00-17:00")),
    "india": Hours("india", "Asia/Kolkata", weekdays("10:00-18:30", "10:00-18:30")),
    "always": Hours("always", "Europe/Berlin", every_day("00:00-24:00")),
    "nights": Hours("nights", "Europe/Berlin", every_day("00:00-06:00")),
    "two to three": Hours("two to three", "Europe/Berlin", every_day("02:00-03:00")),
    "half past two": Hours("half past two", "Europe/Berlin", every_day("02:30-04:00")),
    "never": Hours("never", "Europe/Berlin", ((),) * 7),
}


def again(name: str, type: str, start: date, **how: object) -> Holiday:
    return Holiday(name, recurrence=Recurrence(type, start, **how))  # type: ignore[arg-type]


HOLIDAYS = {
    "may day": again("may day", "RecursYearly", date(2020, 5, 1), day=1, month=5),
    "christmas": again("christmas", "RecursYearly", date(2020, 12, 25), day=25, month=12),
    "christmas eve": Holiday("christmas eve", date(2026, 12, 24), 12 * 60),
    "new year": again("new year", "RecursYearly", date(2020, 1, 1), day=1, month=1),
    "outing": Holiday("outing", date(2026, 9, 18)),
    "lunch": Holiday("lunch", date(2026, 6, 10), 12 * 60, 13 * 60),
    "leap day": again("leap day", "RecursYearly", date(2020, 2, 29), day=29, month=2),
    "thanksgiving": again("thanksgiving", "RecursYearlyNth", date(2020, 11, 26), mask=16, instance=4, month=11),
    "summer bank": again("summer bank", "RecursYearlyNth", date(2020, 8, 31), mask=2, instance=-1, month=8),
    "first monday": again("first monday", "RecursMonthlyNth", date(2026, 1, 5), mask=2, instance=1),
    "other fridays": again("other fridays", "RecursWeekly", date(2026, 5, 8), mask=32, interval=2),
    "the 31st": again("the 31st", "RecursMonthly", date(2026, 1, 31), day=31),
    "until 2025": again("until 2025", "RecursYearly", date(2020, 7, 1), end=date(2025, 12, 31), day=1, month=7),
    "shutdown": again("shutdown", "RecursEveryWeekday", date(2026, 8, 3), end=date(2026, 8, 14)),
    "every day": again("every day", "RecursDaily", date(2020, 1, 1)),
    "third days": again("third days", "RecursDaily", date(2026, 5, 4), interval=3),
}
