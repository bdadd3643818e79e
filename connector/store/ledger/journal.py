"""The journal of an apply: intents before every write, jobs before each of their steps, outcomes after.

Every method commits one transaction, and only while the lease is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from connector.ports import JobState
from connector.secrets import hidden
from connector.store.ledger.batches import Batch
from connector.store.ledger.database import Database, many, placed, seconds
from connector.store.ledger.entry import Settled
from connector.store.ledger.header import UNDO, PlanHeader
from connector.store.ledger.lease import Lease
from connector.store.ledger.tables import State

SOON = 12 * 3600
"""Seconds after its intent within which the CRM carried a write out, whenever we came to know of it."""


class Journalled:
    """Writes down what apply is about to do, and what came of it."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def stage(self, plan: PlanHeader, stage: str, lease: Lease) -> None:
        """The `canary` of a plan has shown nothing foreign, or its apply is `finished`."""
        column = {"canary": "canary_at", "finished": "finished_at"}[stage]
        sql = f"UPDATE plan SET {column} = ?, started_at = COALESCE(started_at, ?) WHERE org = ? AND number = ?"
        org, at = self._database.org, seconds(self._now())
        with self._database.transaction(lease) as connection:
            many(connection, sql, [(at, at, org, plan.number)])
            if stage == "canary":
                self._forget(connection, plan)

    def intend(
        self,
        plan: PlanHeader,
        batch: Batch,
        intents: Sequence[tuple[int, str | None]],
        aside: Sequence[Settled],
        lease: Lease,
    ) -> None:
        """Commits that the rows `intents` (seq, raw value before) are about to be sent, and what is left `aside`.

        With its first batch the apply of a plan has begun: one that fails before that has done nothing.
        """
        key = (self._database.org, plan.number)
        at = seconds(self._now())
        opened = (*key, batch.number, lease.token, int(batch.canary), batch.way.name, batch.way.size, at, batch.before)
        intended = [(batch.number, at, raw, *key, seq) for seq, raw in intents]
        with self._database.transaction(lease) as connection:
            begun = "UPDATE plan SET started_at = ? WHERE org = ? AND number = ? AND started_at IS NULL"
            many(connection, begun, [(at, *key)])
            self._settle(connection, plan, aside, at)
            if intended:
                sql = (
                    "INSERT INTO batch (org, plan, number, token, canary, way, size, at, before) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                )
                many(connection, sql, [opened])
            sql = "UPDATE change SET state = 1, batch = ?, at = ?, raw = ? WHERE org = ? AND plan = ? AND seq = ?"
            many(connection, sql, intended)

    def settle(self, plan: PlanHeader, outcomes: Sequence[Settled], lease: Lease) -> None:
        """Commits outcomes. An applied undo also marks what it took back, and holds it."""
        with self._database.transaction(lease) as connection:
            self._settle(connection, plan, outcomes, seconds(self._now()))

    def close(self, plan: PlanHeader, batch: int, lease: Lease) -> None:
        """Every row of the batch is settled, and so is its job."""
        org, at = self._database.org, seconds(self._now())
        with self._database.transaction(lease) as connection:
            sql = "UPDATE job SET state = ?, at = ? WHERE org = ? AND plan = ? AND batch = ? AND state <> ?"
            settled = JobState.SETTLED.value
            many(connection, sql, [(settled, at, org, plan.number, batch, settled)])
            sql = "UPDATE batch SET settled_at = ? WHERE org = ? AND plan = ? AND number = ?"
            many(connection, sql, [(at, org, plan.number, batch)])

    def job(self, plan: PlanHeader, batch: int, job: str, state: JobState, lease: Lease) -> None:
        """Commits how far a bulk job has got."""
        sql = (
            "INSERT INTO job (org, job, plan, batch, state, at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (org, job) DO UPDATE SET state = excluded.state, at = excluded.at"
        )
        row = (self._database.org, job, plan.number, batch, state.value, seconds(self._now()))
        with self._database.transaction(lease) as connection:
            many(connection, sql, [row])

    def new_canary(self, plan: PlanHeader, lease: Lease) -> None:
        """What the canary so far was compared with is forgotten: whoever goes on with the plan tries other records."""
        with self._database.transaction(lease) as connection:
            self._forget(connection, plan)

    def _forget(self, connection: Connection, plan: PlanHeader) -> None:
        sql = "UPDATE batch SET before = NULL WHERE org = ? AND plan = ? AND before IS NOT NULL"
        many(connection, sql, [(self._database.org, plan.number)])

    def _settle(self, connection: Connection, plan: PlanHeader, outcomes: Sequence[Settled], at: int) -> None:
        """What is settled long after its intent was still carried out soon after it: its time says so."""
        key = (self._database.org, plan.number)
        sql = (
            "UPDATE change SET state = ?, code = ?, text = ?, written = ?, seen = ?, "
            f"at = CASE WHEN at + {SOON} < ? THEN at + {SOON} ELSE ? END WHERE org = ? AND plan = ? AND seq = ?"
        )
        rows = [
            (int(one.state), one.code or None, hidden(one.text) or None, one.written or None, int(one.seen), at, at)
            for one in outcomes
        ]
        many(connection, sql, [(*row, *key, one.seq) for row, one in zip(rows, outcomes, strict=True)])
        applied = [one.seq for one in outcomes if one.state is State.APPLIED]
        if plan.kind == UNDO and applied:
            self._undone(connection, plan, applied)

    def _undone(self, connection: Connection, plan: PlanHeader, applied: Sequence[int]) -> None:
        org = self._database.org
        sql = placed(connection, "SELECT number, kind FROM plan WHERE org = ? AND id = ?")
        number, kind = connection.exec_driver_sql(sql, (org, plan.undoes)).one()
        this = "SELECT {} FROM change WHERE org = ? AND plan = ? AND seq = ?"
        rows = [(org, plan.number, seq) for seq in applied]
        sql = f"UPDATE change SET undone = 1 WHERE org = ? AND plan = ? AND seq = ({this.format('origin')})"
        many(connection, sql, [(org, number, *row) for row in rows])
        if kind == UNDO:
            sql = f"DELETE FROM hold WHERE (org, object, id, field) = ({this.format('org, object, id, field')})"
        else:
            sql = (
                "INSERT INTO hold (org, object, id, field, value, plan, at) "
                f"{this.format('org, object, id, field, before, plan, at')} "
                "ON CONFLICT (org, object, id, field) DO UPDATE SET value = excluded.value, plan = excluded.plan, "
                "at = excluded.at, facts = NULL"
            )
        many(connection, sql, rows)
