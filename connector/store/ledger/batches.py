"""Batches of an apply: what was intended together, and which of them a crash left open."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.ports import JobState, Way
from connector.store.ledger.database import Database, moment
from connector.store.ledger.header import PlanHeader


class Batch(msgspec.Struct, frozen=True):
    """Changes that were intended together. `before`: what the canary's records looked like, packed by the caller."""

    number: int
    way: Way
    canary: bool
    before: bytes | None = None


class Batches:
    """The batches of one org's plans, as the journal wrote them down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, plan: PlanHeader) -> list[tuple[Batch, list[str]]]:
        """Batches that are not settled, oldest first, each with its jobs that are not settled."""
        found = self._batches(plan, "settled_at IS NULL")
        sql = "SELECT job, batch FROM job WHERE org = :org AND plan = :plan AND state <> :settled ORDER BY at, job"
        jobs = self._database.rows(sql, plan=plan.number, settled=JobState.SETTLED.value)
        return [(batch, [row.job for row in jobs if row.batch == batch.number]) for batch in found]

    def canaries(self, plan: PlanHeader) -> list[Batch]:
        """Canary batches whose records have not been looked at since."""
        return self._batches(plan, "before IS NOT NULL")

    def canary_since(self, plan: PlanHeader) -> datetime | None:
        """When the first of them was sent; None if there are none."""
        sql = "SELECT MIN(at) AS at FROM batch WHERE org = :org AND plan = :plan AND before IS NOT NULL"
        at = self._database.rows(sql, plan=plan.number)[0].at
        return moment(at) if at is not None else None

    def next_number(self, plan: PlanHeader) -> int:
        """The number of the batch to come."""
        sql = "SELECT COALESCE(MAX(number), 0) + 1 AS n FROM batch WHERE org = :org AND plan = :plan"
        return int(self._database.rows(sql, plan=plan.number)[0].n)

    def _batches(self, plan: PlanHeader, where: str) -> list[Batch]:
        sql = (
            "SELECT number, way, size, canary, before FROM batch "
            f"WHERE org = :org AND plan = :plan AND {where} ORDER BY number"
        )
        rows = self._database.rows(sql, plan=plan.number)
        return [Batch(row.number, Way(row.way, row.size), bool(row.canary), row.before) for row in rows]
