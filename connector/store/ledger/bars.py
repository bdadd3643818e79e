"""Who moved the bar of the score, to what, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from connector.store.ledger.database import Database, many, moment, seconds


class UnlockedBar(msgspec.Struct, frozen=True):
    """Two people allowed another bar than the locked one."""

    bar: int
    by: str
    second: str
    because: str
    at: datetime


class Bars:
    """Every time two people moved the bar of one org; kept for ever."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def unlock(self, bar: int, by: str, second: str, because: str) -> UnlockedBar:
        """Records that these two allow that bar. The caller has seen to it that they are two."""
        sql = (
            "INSERT INTO unlocked_bar (org, number, bar, by, second, because, at) "
            "SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ?, ?, ?, ? FROM unlocked_bar WHERE org = ?"
        )
        org, at = self._database.org, self._now()
        with self._database.transaction() as connection:
            many(connection, sql, [(org, bar, by, second, because, seconds(at), org)])
        return UnlockedBar(bar, by, second, because, at)

    def latest(self) -> UnlockedBar | None:
        """What was allowed last; None: the bar was never unlocked."""
        sql = "SELECT bar, by, second, because, at FROM unlocked_bar WHERE org = :org ORDER BY number DESC LIMIT 1"
        rows = self._database.rows(sql)
        return UnlockedBar(r.bar, r.by, r.second, r.because, moment(r.at)) if (r := next(iter(rows), None)) else None
