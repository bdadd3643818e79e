"""All hours and holidays of an org, and the clocks made of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from connector.clock import holidays as reading_holidays
from connector.clock import hours as reading_hours
from connector.clock.business import BusinessClock
from connector.clock.elapsed import Run
from connector.clock.holidays import Holiday
from connector.clock.hours import Hours


class Clock(Protocol):
    """What measures a promise."""

    @property
    def name(self) -> str:
        """`elapsed`, or the name of the business hours."""

    def due(self, start: datetime, limit: timedelta) -> datetime | None:
        """The first moment at which `limit` is used up; None if it never is."""

    def used(self, start: datetime, end: datetime) -> timedelta:
        """How long the clock ran between the two."""

    def trace(self, start: datetime, end: datetime) -> list[Run]:
        """What that is the sum of, and what it stood still for."""


class Calendar:
    """Hours and holidays. Holidays hold for all hours: which belong to which cannot be asked [wire, BusinessHours].

    `problems`: a line for each row that could not be understood and is left out.
    """

    def __init__(
        self, hours: Iterable[Hours] = (), holidays: Iterable[Holiday] = (), problems: Iterable[str] = ()
    ) -> None:
        self.hours = tuple(hours)
        self.holidays = tuple(holidays)
        self.problems = tuple(problems)
        self._clocks: dict[str, BusinessClock | None] = {}

    @classmethod
    def read(cls, hours: Iterable[tuple[Any, ...]], holidays: Iterable[tuple[Any, ...]]) -> Calendar:
        """From rows of the tables `hours` and `holiday`, as `ports.COLUMNS` has them."""
        problems: list[str] = []
        weeks: list[Hours] = []
        days: list[Holiday] = []
        for _, name, is_default, timezone, week in hours:
            try:
                weeks.append(reading_hours.read(name or "", bool(is_default), timezone, week))
            except ValueError as error:
                problems.append(str(error))
        for _, name, day, start, end, again in holidays:
            try:
                days.append(reading_holidays.read(name or "", day, start, end, again))
            except ValueError as error:
                problems.append(str(error))
        return cls(weeks, days, problems)

    def clock(self, name: str = "") -> BusinessClock | None:
        """The clock of the business hours of that name, without case; of the org's default ones if there is no name.

        None if the org has no such hours, or they cannot be seen.
        """
        key = name.strip().casefold()
        if key not in self._clocks:
            found = self._find(key)
            self._clocks[key] = BusinessClock(found, self.holidays) if found is not None else None
        return self._clocks[key]

    def _find(self, key: str) -> Hours | None:
        if key:
            return next((one for one in self.hours if one.name.strip().casefold() == key), None)
        default = next((one for one in self.hours if one.is_default), None)
        return default or (self.hours[0] if len(self.hours) == 1 else None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and (self.hours, self.holidays) == (other.hours, other.holidays)

    def __hash__(self) -> int:
        return hash((self.hours, self.holidays))
