"""The clock that always runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec


class Run(msgspec.Struct, frozen=True, gc=False):
    """One line of a trace: from `start` to `end` the clock ran for so many `seconds` (0: it stood still, `why`)."""

    start: datetime
    end: datetime
    seconds: int
    why: str = ""


class ElapsedClock:
    """Wall-clock time."""

    name: Final = "elapsed"

    def due(self, start: datetime, limit: timedelta) -> datetime | None:
        """The first moment at which `limit` is used up."""
        return start + limit

    def used(self, start: datetime, end: datetime) -> timedelta:
        """How long the clock ran between the two; nothing if `end` is before `start`."""
        return max(end - start, timedelta())

    def trace(self, start: datetime, end: datetime) -> list[Run]:
        """What that is the sum of."""
        return [Run(start, end, int((end - start).total_seconds()))] if end > start else []


ELAPSED: Final = ElapsedClock()
