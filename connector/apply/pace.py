"""Pace: no more than so many records per hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from connector.apply.work import Wait


class Pace:
    """Lets a batch pass, or waits until the ones before it have used up their share of the hour."""

    def __init__(self, per_hour: int | None, now: Callable[[], datetime], wait: Wait) -> None:
        self._per_hour = per_hour
        self._now = now
        self._wait = wait
        self._next = now()

    def size(self, size: int) -> int:
        """How many records a batch may have: with a pace, a minute's worth."""
        return size if self._per_hour is None else max(1, min(size, self._per_hour // 60))

    def before(self, count: int) -> None:
        """Waits until `count` records may be sent."""
        if self._per_hour is None:
            return
        now = self._now()
        if self._next > now:
            self._wait((self._next - now).total_seconds())
        self._next = max(self._next, now) + timedelta(seconds=count * 3600 / self._per_hour)
