"""Plans: finding them, and sealing a new one.

A plan's rows are copied in while its digest is still unknown, so it has a number from the beginning and an id only
once it is sealed. What a crash left unsealed is invisible and cleared away by the next sealing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connector.errors import NotFound
from connector.store.ledger.database import Database, many, moment, placed, seconds
from connector.store.ledger.header import Kind, PlanHeader, Share, joined, parted
from connector.store.ledger.lease import Lease

_INSERT = (
    "INSERT INTO change (org, plan, seq, object, id, field, before, after, rule, because, version, record_type, also, "
    "origin, put, state, seen, undone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)"
)


class Plans:
    """The plans of one org. Only sealed ones can be seen."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def find(self, prefix: str) -> PlanHeader:
        """The plan whose id begins so. Raises NotFound if there is none, or more than one."""
        sql = "SELECT * FROM plan WHERE org = :org AND id LIKE :like ORDER BY number LIMIT 3"
        wanted = prefix.strip().lower()
        found = self._database.rows(sql, like=f"{wanted}%") if wanted and wanted.isalnum() else []
        if len(found) == 1:
            return self._header(found[0])
        if found:
            ids = ", ".join(row.id for row in found)
            raise NotFound(f"several plans begin with {prefix!r}: {ids} …", next="give more of the id")
        raise NotFound(
            f"no plan {prefix!r} for org {self._database.org!r}",
            next="`connector show` lists the plans; `connector plan` makes a new one",
        )

    def latest(self, count: int = 20) -> list[PlanHeader]:
        """The newest plans, newest first."""
        sql = "SELECT * FROM plan WHERE org = :org AND id <> '' ORDER BY number DESC LIMIT :count"
        return [self._header(row) for row in self._database.rows(sql, count=count)]

    def unfinished(self) -> list[PlanHeader]:
        """Plans whose apply was begun and not ended, newest first: what `resume` goes on with."""
        sql = (
            "SELECT * FROM plan WHERE org = :org AND id <> '' AND started_at IS NOT NULL AND finished_at IS NULL "
            "ORDER BY number DESC"
        )
        return [self._header(row) for row in self._database.rows(sql)]

    def first_finished(self) -> datetime | None:
        """When the first apply in the org was through."""
        rows = self._database.rows("SELECT MIN(finished_at) FROM plan WHERE org = :org AND id <> ''")
        return _when(rows[0][0])

    def kinds(self, plan: int) -> list[Kind]:
        """What kinds of changes plan number `plan` has, largest first."""
        sql = (
            "SELECT rule, object, record_type, field, before, after, changes, also FROM plan_kind "
            "WHERE org = :org AND plan = :plan ORDER BY changes DESC, number"
        )
        rows = self._database.rows(sql, plan=plan)
        return [
            Kind(r.rule, r.object, r.record_type, r.field, r.before, r.after, r.changes, parted(r.also)) for r in rows
        ]

    def begin(self, kind: str, lease: Lease) -> int:
        """A number for a new plan, after clearing away what crashed holders of this lease left unsealed."""
        org = self._database.org
        with self._database.transaction(lease) as connection:
            torn = "SELECT number FROM plan WHERE org = ? AND id = '' AND lease = ?"
            for table in ("change", "plan_rule", "plan_kind"):
                many(connection, f"DELETE FROM {table} WHERE org = ? AND plan IN ({torn})", [(org, org, lease.kind)])
            many(connection, "DELETE FROM plan WHERE org = ? AND id = '' AND lease = ?", [(org, lease.kind)])
            sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM plan WHERE org = ?"
            number = int(connection.exec_driver_sql(placed(connection, sql), (org,)).scalar_one())
            sql = (
                "INSERT INTO plan (org, number, id, kind, lease, digest, made_at, as_of, policy, marks, people, "
                "changes, records, findings, warnings, bar, undoes) "
                "VALUES (?, ?, '', ?, ?, '', ?, 0, '', '{}', 0, 0, 0, '{}', '[]', '', '')"
            )
            many(connection, sql, [(org, number, kind, lease.kind, seconds(self._now()))])
        return number

    def put(self, rows: Sequence[tuple[Any, ...]], lease: Lease) -> None:
        """Copies changes into an unsealed plan: plan, seq, object, …, origin, put (see `_INSERT`)."""
        org = self._database.org
        with self._database.transaction(lease) as connection:
            many(connection, _INSERT, [(org, *row) for row in rows])

    def seal(self, header: PlanHeader, kinds: Sequence[Kind], lease: Lease) -> None:
        """Makes a plan visible, in one transaction."""
        key = (self._database.org, header.number)
        values = _stored(header)
        sets = ", ".join(f"{name} = ?" for name in values)
        rules = [(*key, rule, share.changes, share.records, share.begun) for rule, share in header.rules.items()]
        alike = [
            (*key, number, *msgspec.structs.astuple(kind)[:-1], joined(kind.also))
            for number, kind in enumerate(kinds, 1)
        ]
        with self._database.transaction(lease) as connection:
            many(connection, f"UPDATE plan SET {sets} WHERE org = ? AND number = ?", [(*values.values(), *key)])
            sql = "INSERT INTO plan_rule (org, plan, rule, changes, records, begun) VALUES (?, ?, ?, ?, ?, ?)"
            many(connection, sql, rules)
            sql = (
                "INSERT INTO plan_kind (org, plan, number, rule, object, record_type, field, before, after, changes, "
                "also) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            many(connection, sql, alike)

    def _header(self, row: Any) -> PlanHeader:
        sql = "SELECT rule, changes, records, begun FROM plan_rule WHERE org = :org AND plan = :plan ORDER BY rule"
        rules = {r.rule: Share(r.changes, r.records, r.begun) for r in self._database.rows(sql, plan=row.number)}
        return PlanHeader(
            number=row.number,
            id=row.id,
            kind=row.kind,
            digest=row.digest,
            made_at=moment(row.made_at),
            as_of=moment(row.as_of),
            synced_at=_when(row.synced_at),
            policy=row.policy,
            marks=msgspec.json.decode(row.marks, type=dict[str, str]),
            people=row.people,
            changes=row.changes,
            records=row.records,
            rules=rules,
            findings=msgspec.json.decode(row.findings, type=dict[str, int]),
            warnings=msgspec.json.decode(row.warnings, type=tuple[str, ...]),
            bar=row.bar,
            undoes=row.undoes,
            started_at=_when(row.started_at),
            canary_at=_when(row.canary_at),
            finished_at=_when(row.finished_at),
        )


def _stored(header: PlanHeader) -> Mapping[str, Any]:
    return {
        "id": header.id,
        "digest": header.digest,
        "made_at": seconds(header.made_at),
        "as_of": seconds(header.as_of),
        "synced_at": seconds(header.synced_at) if header.synced_at else None,
        "policy": header.policy,
        "marks": _json(header.marks),
        "people": header.people,
        "changes": header.changes,
        "records": header.records,
        "findings": _json(header.findings),
        "warnings": _json(header.warnings),
        "bar": header.bar,
        "undoes": header.undoes,
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def _when(value: int | None) -> datetime | None:
    return moment(value) if value is not None else None
