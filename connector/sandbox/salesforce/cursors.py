"""Open query cursors: what is behind `nextRecordsUrl`, and how it is lost."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import msgspec

from connector.sandbox.salesforce.http import ApiError
from connector.sandbox.salesforce.ids import IdSource
from connector.sandbox.salesforce.soql.results import Results

PER_USER = 10
"""Cursors a user can have open; one more closes the oldest [I simple-salesforce #95, OrgCheck #72]."""
_LIFETIME = timedelta(days=2)
_PREFIX = "01g"


class Cursor(msgspec.Struct):
    """The results of one query, the page size that was asked for, and the session that may read on."""

    results: Results
    size: int
    user_id: str
    token: str
    opened: datetime
    finished: bool = False
    pages: int = 0


class Cursors:
    """The open cursors of one org, oldest first."""

    def __init__(self, ids: IdSource) -> None:
        self._ids = ids
        self._open: dict[str, Cursor] = {}
        self._lock = threading.Lock()

    def open(self, cursor: Cursor) -> str:
        """Keep a cursor and return its id; beyond ten the user's oldest is closed, finished ones first."""
        with self._lock:
            own = [key for key, one in self._open.items() if one.user_id == cursor.user_id]
            finished_first = sorted(own, key=lambda key: not self._open[key].finished)
            for key in finished_first[: max(0, len(own) - PER_USER + 1)]:
                del self._open[key]
            made = self._ids.next(_PREFIX)
            self._open[made] = cursor
        return made

    def find(self, locator: str, token: str, now: datetime) -> tuple[str, Cursor, int]:
        """Id, cursor and position of a locator such as `01g…AAA-2000`.

        Raises ApiError: 400 INVALID_QUERY_LOCATOR when it is unknown, closed or older than two days, and 401 when it
        was opened by another session [I airbyte PR #84302].
        """
        key, _, place = locator.rpartition("-")
        with self._lock:
            found = self._open.get(key)
        if found is None or not place.isdecimal() or found.opened + _LIFETIME <= now:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        if found.token != token:
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        return key, found, int(place)
