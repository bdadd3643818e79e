"""How many API calls the org has served in the last 24 hours, against its daily allowance."""

import threading
from collections import deque
from datetime import datetime, timedelta

_WINDOW = timedelta(hours=24)


class Usage:
    """The rolling daily count of API calls. `calls` never falls; `used(now)` is what counts against `maximum`."""

    def __init__(self, maximum: int = 100_000) -> None:
        self.maximum = maximum
        self.calls = 0
        self._minutes: deque[list[int]] = deque()
        self._in_window = 0
        self._lock = threading.Lock()

    def count(self, now: datetime, calls: int = 1) -> bool:
        """Count calls made now; False, and nothing counted, when the allowance is used up."""
        with self._lock:
            if self._used(now) + calls > self.maximum:
                return False
            minute = int(now.timestamp()) // 60
            if self._minutes and self._minutes[-1][0] == minute:
                self._minutes[-1][1] += calls
            else:
                self._minutes.append([minute, calls])
            self._in_window += calls
            self.calls += calls
            return True

    def used(self, now: datetime) -> int:
        """Calls of the last 24 hours."""
        with self._lock:
            return self._used(now)

    def _used(self, now: datetime) -> int:
        oldest = int((now - _WINDOW).timestamp()) // 60
        while self._minutes and self._minutes[0][0] <= oldest:
            self._in_window -= self._minutes.popleft()[1]
        return self._in_window

    def limit_info(self, now: datetime) -> str:
        """The Sforce-Limit-Info header, `api-usage=18/15000` [C api.py of simple-salesforce]."""
        return f"api-usage={self.used(now)}/{self.maximum}"
