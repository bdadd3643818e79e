"""Service protection limits: requests, execution time and requests at once, for each user in a sliding window.

[D api-limits]: beyond a limit a request is answered 429 with Retry-After in seconds; whoever keeps pushing waits
longer.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil

import msgspec

from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.rules import Limits

_ROOM = 10
"""A tenth of the limit is free again when a refused user is let in."""


class _Use(msgspec.Struct):
    """What one user used: the times of requests, the times and milliseconds of their execution, those under way."""

    requests: deque[datetime]
    executions: deque[tuple[datetime, float]]
    spent: float = 0.0
    running: int = 0
    shut_until: datetime | None = None
    code: str = ""


class Protection:
    """Counts what each user uses. `refused` counts the requests that were answered 429."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.refused = 0
        self._users: dict[str, _Use] = {}
        self._lock = threading.Lock()

    @contextmanager
    def admitted(self, user_id: str, now: datetime) -> Iterator[None]:
        """Let a request in while the `with` block runs. Raises DataverseError 429."""
        with self._lock:
            use = self._users.setdefault(user_id, _Use(deque(), deque()))
            self._forget(use, now)
            self._refuse(use, now)
            use.requests.append(now)
            use.running += 1
        try:
            yield
        finally:
            with self._lock:
                use.running -= 1

    def spent(self, user_id: str, now: datetime, milliseconds: float) -> None:
        """Charge the execution time of a request."""
        with self._lock:
            use = self._users[user_id]
            use.executions.append((now, milliseconds))
            use.spent += milliseconds

    def headers(self, user_id: str) -> dict[str, str]:
        """What is left to a user, and how many requests at once are recommended."""
        made = {"x-ms-dop-hint": str(self.limits.dop)}
        with self._lock:
            use = self._users.get(user_id)
            if use is not None:
                made["x-ms-ratelimit-burst-remaining-xrm-requests"] = str(self.limits.requests - len(use.requests))
                left = max(0.0, self.limits.execution_ms - use.spent) / 1000
                made["x-ms-ratelimit-time-remaining-xrm-requests"] = f"{left:,.2f}"
        return made

    def _forget(self, use: _Use, now: datetime) -> None:
        start = now - timedelta(seconds=self.limits.window)
        while use.requests and use.requests[0] <= start:
            use.requests.popleft()
        while use.executions and use.executions[0][0] <= start:
            use.spent -= use.executions.popleft()[1]
        if use.shut_until is not None and use.shut_until <= now:
            use.shut_until = None

    def _refuse(self, use: _Use, now: datetime) -> None:
        limits = self.limits
        if use.running >= limits.concurrent:
            text = f"Number of concurrent requests exceeded the limit of {limits.concurrent}."
            raise self._throttled("0x80072326", text, 1)
        if use.shut_until is not None:
            use.shut_until = min(use.shut_until + timedelta(seconds=1), now + timedelta(seconds=limits.window))
        elif len(use.requests) >= limits.requests:
            use.shut_until, use.code = self._reopens([(at, 1.0) for at in use.requests], limits.requests), "0x80072322"
        elif use.spent >= limits.execution_ms:
            use.shut_until, use.code = self._reopens(list(use.executions), limits.execution_ms), "0x80072321"
        if use.shut_until is not None:
            wait = max(1, ceil((use.shut_until - now).total_seconds()))
            raise self._throttled(use.code, _text(use.code, limits), wait)

    def _reopens(self, used: list[tuple[datetime, float]], limit: int) -> datetime:
        """When enough of what was used has left the window for a tenth of the limit to be free."""
        left = sum(amount for _, amount in used)
        for at, amount in used:
            left -= amount
            if left <= limit - limit / _ROOM:
                return at + timedelta(seconds=self.limits.window)
        return used[-1][0] + timedelta(seconds=self.limits.window)

    def _throttled(self, code: str, text: str, wait: int) -> DataverseError:
        self.refused += 1
        return DataverseError(429, code, text, headers={"Retry-After": str(wait)})


def _text(code: str, limits: Limits) -> str:
    if code == "0x80072322":
        return (
            f"Number of requests exceeded the limit of {limits.requests} over time window of {limits.window} seconds."
        )
    return (
        f"Combined execution time of incoming requests exceeded limit of {limits.execution_ms:,} milliseconds over time"
        f" window of {limits.window} seconds. Decrease number of concurrent requests or reduce the duration of requests"
        " and try again later."
    )
