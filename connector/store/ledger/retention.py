"""What the ledger need not keep for ever, and clearing it away.

Only what nothing is ever asked of again: changes of plans that were never applied, texts of alerts that nobody is to
be told, how nights went and which commands ran. Headers of plans, every change that was written or tried, approvals,
holds, identities, observations and the keys of alerts stay for good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from connector.store.ledger.database import Database, moment, placed, seconds
from connector.store.ledger.lease import Lease
from connector.store.ledger.nights import GOOD

PAGE: Final = 5_000
"""Rows that are deleted in one transaction: nobody waits for long."""
WORTH: Final = 0.25
"""The share of a file that has to be free for it to be written anew."""
NIGHTS: Final = 60
"""The latest nights stay, however old: `connector status --nights` shows as many."""

_SPACE: Final = ("freelist_count", "page_count")
_CLEARED: Final = "were cleared away"
_GOOD: Final = ", ".join(f"'{one.value}'" for one in GOOD)
_UNAPPROVED: Final = "NOT EXISTS (SELECT 1 FROM approval WHERE approval.org = plan.org AND approval.plan = plan.number)"
_PLANS: Final = f"""
    FROM plan WHERE org = ? AND id <> '' AND started_at IS NULL AND finished_at IS NULL AND made_at < ?
    AND number < (SELECT MAX(newest.number) FROM plan AS newest WHERE newest.org = plan.org AND newest.id <> '')
    AND {_UNAPPROVED}
    AND NOT EXISTS (
        SELECT 1 FROM night WHERE night.org = plan.org AND plan.id IN (night.plan, night.waiting)
        AND night.number = (SELECT MAX(last.number) FROM night AS last WHERE last.org = plan.org)
    )
    AND EXISTS (SELECT 1 FROM change WHERE change.org = plan.org AND change.plan = plan.number)"""
_TEXTS: Final = """
    org = ? AND raised_at < ? AND text <> '' AND NOT EXISTS (
        SELECT 1 FROM delivery AS d WHERE d.org = alert.org AND d.alert = alert.number
        AND (d.state IN (0, 1, 4) OR (d.state = 2 AND d.channel = 'task') OR (d.state = 3 AND d.named = 0))
    )"""
_NIGHTS: Final = f"""
    org = ? AND started < ?
    AND number <= (SELECT MAX(last.number) FROM night AS last WHERE last.org = night.org) - {NIGHTS}
    AND number < COALESCE(
        (SELECT MAX(good.number) FROM night AS good WHERE good.org = night.org AND good.outcome IN ({_GOOD})), 0
    )
    AND plan NOT IN (
        SELECT id FROM plan WHERE plan.org = night.org AND started_at IS NOT NULL AND finished_at IS NULL
    )"""
_RUNS: Final = """
    org = ? AND started < ? AND (ended IS NOT NULL OR token < (
        SELECT lease.token FROM lease WHERE lease.org = run.org AND lease.kind = run.kind
    ))"""


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """For how many days what is kept. 0: for ever."""

    plans: int
    alerts: int
    nights: int
    runs: int


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is, or was, to clear away: `changes` of `plans` never applied, texts of `alerts`, rows."""

    plans: int = 0
    changes: int = 0
    alerts: int = 0
    nights: int = 0
    runs: int = 0

    @property
    def any(self) -> bool:
        """Whether it is anything at all."""
        return any(msgspec.structs.astuple(self))


class Retention:
    """Counts and clears away what is spent of one org."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def spent(self, keep: Keep) -> Spent:
        """What `clear` would clear away now. Reads only."""
        with self._database.reading() as connection:
            plans = self._plans(connection, keep)
            return Spent(
                plans=len(plans),
                changes=sum(self._count(connection, "change", "org = ? AND plan = ?", plan.number) for plan in plans),
                alerts=self._old(connection, "alert", _TEXTS, keep.alerts),
                nights=self._old(connection, "night", _NIGHTS, keep.nights),
                runs=self._old(connection, "run", _RUNS, keep.runs),
            )

    def clear(self, keep: Keep, lease: Lease) -> Spent:
        """Clears it away, in small transactions; a crash leaves the rest to the next time. Raises LeaseLost."""
        with self._database.reading() as connection:
            plans = self._plans(connection, keep)
        changes = sum(self._clear_plan(plan, lease) for plan in plans)
        return Spent(
            plans=len(plans),
            changes=changes,
            alerts=self._clear_texts(keep.alerts, lease),
            nights=self._delete("night", _NIGHTS, keep.nights, lease),
            runs=self._delete("run", _RUNS, keep.runs, lease),
        )

    def shrink(self) -> int | None:
        """Gives the space that is free in the file back to the disk; how many bytes. None: it is left to be used again.

        It is where it is little, and where any command is at work: the file is written anew, and all others wait. A
        database sees to its space itself.
        """
        place = self._database.place
        if not isinstance(place, Path):
            return None
        with self._database.reading() as connection:
            free, pages = (int(connection.exec_driver_sql(f"PRAGMA {one}").scalar_one()) for one in _SPACE)
            at_work = connection.exec_driver_sql("SELECT COUNT(*) FROM lease WHERE holder <> ''").scalar_one()
        if at_work or free < pages * WORTH:
            return None
        before = place.stat().st_size
        with self._database.reading() as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
        return before - place.stat().st_size

    def _plans(self, connection: Connection, keep: Keep) -> list[Any]:
        """Plans never applied and superseded: neither the newest, nor those of the last night, nor approved ones."""
        if not keep.plans:
            return []
        sql = placed(connection, f"SELECT number, id, changes, made_at, bar {_PLANS} ORDER BY number")
        return list(connection.exec_driver_sql(sql, (self._database.org, self._before(keep.plans))).fetchall())

    def _clear_plan(self, plan: Any, lease: Lease) -> int:
        """How many changes it were. The header says first that they are gone: they are never there in part unsaid."""
        org, key = self._database.org, (self._database.org, plan.number)
        said = (
            f"its {plan.changes:,} changes {_CLEARED} on {self._now():%Y-%m-%d}, "
            f"because it was made on {moment(plan.made_at):%Y-%m-%d} and never applied"
        )
        bar = plan.bar if _CLEARED in plan.bar else "; ".join(filter(None, (plan.bar, said)))
        mark = f"UPDATE plan SET bar = ? WHERE org = ? AND number = ? AND started_at IS NULL AND {_UNAPPROVED}"
        if not self._run(mark, (bar, *key), lease):
            return 0  # somebody approved it a moment ago
        rows = "SELECT seq FROM change AS page WHERE page.org = ? AND page.plan = ? ORDER BY seq LIMIT ?"
        gone = 0
        while done := self._run(
            f"DELETE FROM change WHERE org = ? AND plan = ? AND seq IN ({rows})", (*key, org, plan.number, PAGE), lease
        ):
            gone += done
        return gone

    def _clear_texts(self, days: int, lease: Lease) -> int:
        """Texts and notes of alerts hold names and what people did; that they were told, when and to whom, stays."""
        if not days:
            return 0
        about = (self._database.org, self._before(days))
        notes = f"SELECT number FROM alert WHERE {_TEXTS}"
        self._run(f"UPDATE delivery SET note = NULL WHERE org = ? AND alert IN ({notes})", (about[0], *about), lease)
        return self._run(f"UPDATE alert SET text = '' WHERE {_TEXTS}", about, lease)

    def _delete(self, table: str, where: str, days: int, lease: Lease) -> int:
        if not days:
            return 0
        return self._run(f"DELETE FROM {table} WHERE {where}", (self._database.org, self._before(days)), lease)

    def _old(self, connection: Connection, table: str, where: str, days: int) -> int:
        return self._count(connection, table, where, self._before(days)) if days else 0

    def _count(self, connection: Connection, table: str, where: str, value: int) -> int:
        sql = placed(connection, f"SELECT COUNT(*) FROM {table} WHERE {where}")
        return int(connection.exec_driver_sql(sql, (self._database.org, value)).scalar_one())

    def _run(self, sql: str, values: tuple[Any, ...], lease: Lease) -> int:
        """How many rows it changed. What is deleted from a file is overwritten, not only left to be overwritten."""
        with self._database.transaction(lease) as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            return connection.exec_driver_sql(placed(connection, sql), values).rowcount

    def _before(self, days: int) -> int:
        return seconds(self._now() - timedelta(days=days))
