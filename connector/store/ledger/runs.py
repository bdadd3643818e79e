"""What commands held the lease: when, where, and how they ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from connector.store.ledger.database import Database, moment
from connector.store.ledger.lease import holders


class Run(msgspec.Struct, frozen=True):
    """One command that held the lease. `ended` None: it is still at work, or died."""

    token: int
    kind: str
    holder: str
    host: str
    pid: int
    started: datetime
    ended: datetime | None
    result: str


class Runs:
    """Runs of one org; recorded by the lease itself."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def at_work(self) -> dict[str, str]:
        """Kind of lease → the command that holds it now, as far as is known."""
        return holders(self._database, self._now)

    def latest(self, count: int = 20) -> list[Run]:
        """The last runs, newest first."""
        sql = (
            "SELECT token, kind, holder, host, pid, started, ended, result FROM run WHERE org = :org "
            "ORDER BY started DESC, token DESC LIMIT :count"
        )
        return [
            Run(
                row.token,
                row.kind,
                row.holder,
                row.host,
                row.pid,
                moment(row.started),
                moment(row.ended) if row.ended is not None else None,
                row.result,
            )
            for row in self._database.rows(sql, count=count)
        ]
