"""Rules that are not applied at present, because too many of their corrections are contested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from connector.store.ledger.database import Database, many, moment, seconds
from connector.store.ledger.lease import Lease


class ParkedRule(msgspec.Struct, frozen=True):
    """A rule that is parked: since when, and why."""

    rule: str
    at: datetime
    because: str


class Parked:
    """Parked rules of one org, as the last plan found them."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def rules(self) -> dict[str, str]:
        """Rule → why it is parked."""
        return {one.rule: one.because for one in self.each()}

    def each(self) -> list[ParkedRule]:
        """All of them, by name."""
        rows = self._database.rows("SELECT rule, at, because FROM parked WHERE org = :org ORDER BY rule")
        return [ParkedRule(row.rule, moment(row.at), row.because) for row in rows]

    def replace(self, rules: Mapping[str, str], lease: Lease) -> None:
        """These rules, and no others, are parked from now on; those that already were keep their date."""
        org, at = self._database.org, seconds(self._now())
        gone = [(org, rule) for rule in self.rules() if rule not in rules]
        with self._database.transaction(lease) as connection:
            many(connection, "DELETE FROM parked WHERE org = ? AND rule = ?", gone)
            sql = (
                "INSERT INTO parked (org, rule, at, because) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (org, rule) DO UPDATE SET because = excluded.because"
            )
            many(connection, sql, [(org, rule, at, because) for rule, because in rules.items()])
