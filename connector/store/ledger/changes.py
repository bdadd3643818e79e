"""The changes of plans: reading them, in order and in pages, with what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from connector.model import Change, Ref
from connector.store.ledger.database import Database, moment, seconds
from connector.store.ledger.entry import Entry
from connector.store.ledger.header import Share, parted
from connector.store.ledger.tables import State

PAGE = 2_000

_COLUMNS = (
    "seq, object, id, field, before, after, rule, because, version, record_type, "
    "state, batch, at, code, text, written, raw, seen, undone, origin, put, also"
)


class Counts(msgspec.Struct, frozen=True):
    """How many changes of a plan are in each state; `seen`, `undone`: see `Entry`."""

    by_state: Mapping[State, int]
    seen: int
    undone: int

    def of(self, state: State) -> int:
        """How many are in that state."""
        return self.by_state.get(state, 0)


class Changes:
    """What plans of one org would change and have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def each(
        self, plan: int, states: Collection[State] = (), *, after: int = 0, backwards: bool = False
    ) -> Iterator[Entry]:
        """All changes of plan number `plan` in those states (all if none is named), in the plan's order.

        Reads in pages, so nothing is locked meanwhile and a state may be changed behind the reader. `after`: only
        rows beyond that `seq`.
        """
        among = f"AND state IN ({', '.join(str(int(state)) for state in states)})" if states else ""
        beyond, order = ("<", "DESC") if backwards else (">", "ASC")
        last = (1 << 62) if backwards and not after else after
        sql = (
            f"SELECT {_COLUMNS} FROM change WHERE org = :org AND plan = :plan AND seq {beyond} :last {among} "
            f"ORDER BY seq {order} LIMIT :page"
        )
        while rows := self._database.rows(sql, plan=plan, last=last, page=PAGE):
            for row in rows:
                yield _entry(self._database.org, row)
            last = rows[-1].seq

    def sealed(self, plan: int) -> Iterator[tuple[Any, ...]]:
        """What the plan's digest is over: object, id, field, before, after, rule, because, version, record type.

        And the other rules that took part, where there are any.
        """
        last = 0
        sql = (
            "SELECT seq, object, id, field, before, after, rule, because, version, record_type, also FROM change "
            "WHERE org = :org AND plan = :plan AND seq > :last ORDER BY seq LIMIT :page"
        )
        while rows := self._database.rows(sql, plan=plan, last=last, page=PAGE):
            for row in rows:
                yield tuple(row[1:] if row.also else row[1:-1])
            last = rows[-1].seq

    def of_batch(self, plan: int, batch: int, state: State) -> list[Entry]:
        """The changes of one batch that are in that state."""
        sql = (
            f"SELECT {_COLUMNS} FROM change WHERE org = :org AND plan = :plan AND batch = :batch "
            f"AND state = {int(state)} ORDER BY seq"
        )
        return [_entry(self._database.org, row) for row in self._database.rows(sql, plan=plan, batch=batch)]

    def counts(self, plan: int) -> Counts:
        """How many changes of the plan are in each state."""
        sql = (
            "SELECT state, COUNT(*) AS n, SUM(seen) AS seen, SUM(undone) AS undone FROM change "
            "WHERE org = :org AND plan = :plan GROUP BY state ORDER BY state"
        )
        rows = self._database.rows(sql, plan=plan)
        by_state = {State(row.state): int(row.n) for row in rows}
        return Counts(by_state, sum(int(row.seen) for row in rows), sum(int(row.undone) for row in rows))

    def outcomes(self, plan: int) -> dict[tuple[str, State], int]:
        """How many changes of each rule are in each state."""
        sql = "SELECT rule, state, COUNT(*) AS n FROM change WHERE org = :org AND plan = :plan GROUP BY rule, state"
        return {(row.rule, State(row.state)): int(row.n) for row in self._database.rows(sql, plan=plan)}

    def written_since(self, plan: int, since: datetime) -> dict[str, Share]:
        """How much of the plan was applied since then: under "" in all, and by each rule that took part."""
        where = "FROM change WHERE org = :org AND plan = :plan AND state = 2 AND at >= :since"
        by_rule = (
            "SELECT rule, also, COUNT(*) AS n, COUNT(DISTINCT object || ' ' || id) AS records "
            f"{where} GROUP BY rule, also"
        )
        found: dict[str, Share] = {}
        for row in self._database.rows(by_rule, plan=plan, since=seconds(since)):
            for rule in (*parted(row.also), row.rule):
                found[rule] = found.get(rule, Share(0, 0)) + Share(int(row.n), int(row.records))
        if found:
            sql = f"SELECT COUNT(*) AS n, COUNT(DISTINCT object || ' ' || id) AS records {where}"
            all = self._database.rows(sql, plan=plan, since=seconds(since))[0]
            found[""] = Share(int(all.n), int(all.records))
        return found

    def rules_written(self, plan: int) -> set[str]:
        """Every rule that took part in a change of the plan that was applied."""
        rows = self._database.rows(
            "SELECT DISTINCT rule, also FROM change WHERE org = :org AND plan = :plan AND state = 2", plan=plan
        )
        return {rule for row in rows for rule in (*parted(row.also), row.rule)}

    def of(self, ref: Ref) -> list[tuple[str, Entry]]:
        """Every change that was ever applied to a record, oldest first, with the id of its plan."""
        columns = ", ".join(f"change.{name.strip()}" for name in _COLUMNS.split(","))
        sql = (
            f"SELECT plan.id AS plan_id, {columns} FROM change JOIN plan ON plan.org = change.org "
            "AND plan.number = change.plan WHERE change.org = :org AND change.object = :object AND change.id = :id "
            "AND change.state = 2 ORDER BY change.at, change.plan, change.seq"
        )
        rows = self._database.rows(sql, object=ref.object, id=ref.id)
        return [(row.plan_id, _entry(self._database.org, row[1:])) for row in rows]


def _entry(org: str, row: Any) -> Entry:
    seq, kind, key, field, before, after, rule, because, version, record_type, *rest = row
    state, batch, at, code, said, written, raw, seen, undone, origin, put, also = rest
    change = Change(
        ref=Ref(org, kind, key),
        field=field,
        before=before,
        after=after,
        rule=rule,
        because=because,
        version=version,
        record_type=record_type,
        also=parted(also),
    )
    when = moment(at) if at is not None else None
    return Entry(
        seq, change, State(state), batch, when, code, said, written, raw, bool(seen), bool(undone), origin, put
    )
