"""What the last 24 hours used of the org's bulk allowances."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

_DAY = timedelta(hours=24)


class Daily:
    """Rolling counts by the names that /limits uses, such as DailyBulkV2QueryJobs."""

    def __init__(self) -> None:
        self._counted: dict[str, deque[tuple[datetime, int]]] = {}
        self._lock = threading.Lock()

    def count(self, limit: str, now: datetime, amount: int = 1) -> None:
        """Use some of it."""
        with self._lock:
            self._counted.setdefault(limit, deque()).append((now, amount))

    def used(self, limit: str, now: datetime) -> int:
        """What the last 24 hours used of it."""
        with self._lock:
            counted = self._counted.get(limit, deque())
            while counted and counted[0][0] <= now - _DAY:
                counted.popleft()
            return sum(amount for _, amount in counted)
