"""Who allowed what: approvals of plans over the limits, and the first attended apply of each rule."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

import msgspec

from connector.store.ledger.database import Database, many, moment, seconds
from connector.store.ledger.lease import Lease

COMMAND = "approve"
APPLIED = "applied from the command line"


class Approval(msgspec.Struct, frozen=True):
    """Somebody allowed a plan. `how`: by the `approve` command, or by applying it from the command line."""

    by: str
    because: str
    at: datetime
    how: str


class Approvals:
    """Approvals of one org's plans; kept for ever."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def approve(self, plan: int, by: str, because: str, how: str = COMMAND) -> None:
        """Records that `by` allows plan number `plan`."""
        sql = (
            "INSERT INTO approval (org, plan, number, by, because, at, how) "
            "SELECT ?, ?, COALESCE(MAX(number), 0) + 1, ?, ?, ?, ? FROM approval WHERE org = ? AND plan = ?"
        )
        org = self._database.org
        with self._database.transaction() as connection:
            many(connection, sql, [(org, plan, by, because, seconds(self._now()), how, org, plan)])

    def of(self, plan: int) -> list[Approval]:
        """The approvals of a plan, oldest first."""
        sql = "SELECT by, because, at, how FROM approval WHERE org = :org AND plan = :plan ORDER BY number"
        return [Approval(r.by, r.because, moment(r.at), r.how) for r in self._database.rows(sql, plan=plan)]

    def attended(self) -> set[str]:
        """Rules whose first apply in this org a person attended."""
        return {row.rule for row in self._database.rows("SELECT rule FROM attended WHERE org = :org")}

    def attend(self, rules: Collection[str], plan: str, lease: Lease) -> None:
        """Records that a person attends the apply of these rules."""
        sql = "INSERT INTO attended (org, rule, plan, at) VALUES (?, ?, ?, ?) ON CONFLICT (org, rule) DO NOTHING"
        rows = [(self._database.org, rule, plan, seconds(self._now())) for rule in sorted(rules)]
        with self._database.transaction(lease) as connection:
            many(connection, sql, rows)
