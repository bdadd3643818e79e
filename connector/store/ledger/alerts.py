"""Alerts of one org: each raised once, ever, and where each has got to.

Raising is one transaction that only commits while the lease of the SLA pass is ours; unique keys stand behind it, so
that even without a lease no alert could be raised twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection

from connector.model import CROSSING, LEAD, LEVELS, Alert, Ref, is_same_stay
from connector.store.ledger.database import IDS_PER_QUERY, Database, many, moment, placed, seconds
from connector.store.ledger.lease import Lease
from connector.store.ledger.tables import Told

Found = tuple[Ref, Alert]
"""An alert, and the record it is about."""


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as the ledger keeps it. `key`: as raised; `alert.person_id` follows merges and conversions."""

    number: int
    key: str
    ref: Ref
    alert: Alert
    raised_at: datetime
    storm: bool = False


class Way(msgspec.Struct, frozen=True):
    """On which channel an alert is to be told, and how that begins; `note` says why if it will not be."""

    channel: str
    state: Told = Told.PENDING
    note: str = ""


Ways = Callable[[Sequence[Found]], Sequence[Sequence[Way]]]
"""Given all new alerts of a run: for each, the ways to tell it."""


class Alerts:
    """Raises and lists them."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def raise_new(self, standing: Iterable[Found], ways: Ways, lease: Lease, storm_over: int) -> list[Raised]:
        """Writes down those that were never raised, with how each is to be told; answers them.

        Of one stay or request only the highest level is told; a lower one that comes with it, or after it, counts as
        told with it. A stay that is dated anew is the same one, unless both stand. A crossing of the bar that lies
        before the last time that one was told is the same one, dated anew because the person has another title, or a
        deed came to be known late. If more than `storm_over` are to be told, they are marked as a storm.
        """
        everything = list(standing)
        maybe = self._unknown(everything)
        if not maybe:
            return []
        with self._database.transaction(lease) as connection:
            self._follow_people(connection)
            keys = self._keys(connection, maybe)
            crossed = self._crossings(connection, maybe)
            fresh = [(ref, one) for ref, one in maybe if one.key not in keys and not _is_dated_anew(one, crossed)]
            new, covered = _by_level(fresh, self._known(connection, fresh, everything))
            how = ways(new)
            storm = sum(bool(one) for one in how) > storm_over
            told = [*zip(new, how, strict=True), *((one, ()) for one in covered)]
            return self._insert(connection, told, storm=storm)[: len(new)]

    def each(self, numbers: Sequence[int]) -> list[Raised]:
        """These alerts, in the order of their numbers."""
        found: list[Raised] = []
        for at in range(0, len(numbers), IDS_PER_QUERY):
            some = ", ".join(str(int(number)) for number in numbers[at : at + IDS_PER_QUERY])
            found += self._read(f"number IN ({some}) ORDER BY number")
        return found

    def latest(self, count: int | None = None) -> list[Raised]:
        """The newest first."""
        return self._read("1 = 1 ORDER BY number DESC" + ("" if count is None else f" LIMIT {int(count)}"))

    def called(self, key: str) -> Raised | None:
        """The one that was raised by that key."""
        return next(iter(self._read("key = :key", key=key)), None)

    def of(self, ref: Ref) -> list[Raised]:
        """Those about that record, oldest first."""
        return self._read("object = :object AND id = :id ORDER BY number", object=ref.object, id=ref.id)

    def _read(self, where: str, **values: object) -> list[Raised]:
        sql = (
            "SELECT number, key, person_id, object, id, promise, of, level, at, due, text, raised_at, storm "
            f"FROM alert WHERE org = :org AND {where}"
        )
        return [self._raised(row) for row in self._database.rows(sql, **values)]

    def _raised(self, row: Any) -> Raised:
        alert = Alert(
            person_id=row.person_id,
            promise=row.promise,
            of=row.of,
            level=row.level,
            at=moment(row.at),
            text=row.text,
            due_at=moment(row.due) if row.due is not None else None,
        )
        return Raised(
            number=row.number,
            key=row.key,
            ref=Ref(self._database.org, row.object, row.id),
            alert=alert,
            raised_at=moment(row.raised_at),
            storm=bool(row.storm),
        )

    def _unknown(self, standing: Sequence[Found]) -> list[Found]:
        """Those that may be new; a look without a lock, so that a run with no news costs next to nothing."""
        if not standing:
            return []
        with self._database.reading() as connection:
            known = self._known(connection, standing, standing)
            crossed = self._crossings(connection, standing)
        return [
            (ref, one)
            for ref, one in standing
            if _rank(one) > known.get(_about(one), -1) and not _is_dated_anew(one, crossed)
        ]

    def _crossings(self, connection: Connection, found: Sequence[Found]) -> dict[int, int]:
        """person → when a crossing of the bar was last raised about them, in seconds."""
        people = sorted({alert.person_id for _, alert in found if alert.promise == CROSSING})
        told: dict[int, int] = {}
        for at in range(0, len(people), IDS_PER_QUERY):
            some = people[at : at + IDS_PER_QUERY]
            sql = (
                "SELECT person_id, max(raised_at) FROM alert WHERE org = ? AND promise = ? "
                f"AND person_id IN ({', '.join('?' * len(some))}) GROUP BY person_id"
            )
            rows = connection.exec_driver_sql(placed(connection, sql), (self._database.org, CROSSING, *some))
            told.update((person, int(last)) for person, last in rows.fetchall())
        return told

    def _known(
        self, connection: Connection, found: Sequence[Found], standing: Sequence[Found]
    ) -> dict[tuple[int, str, str], int]:
        """person, promise and what it is about → the highest level that was raised, by a stay's earlier id too."""
        people = sorted({alert.person_id for _, alert in found})
        known: dict[tuple[int, str, str], int] = {}
        earlier: dict[tuple[int, str], list[tuple[str, str, str, int]]] = {}
        for at in range(0, len(people), IDS_PER_QUERY):
            some = people[at : at + IDS_PER_QUERY]
            sql = (
                "SELECT person_id, promise, of, level, object, id FROM alert WHERE org = ? "
                f"AND person_id IN ({', '.join('?' * len(some))})"
            )
            rows = connection.exec_driver_sql(placed(connection, sql), (self._database.org, *some))
            for person_id, promise, of, level, object, id in rows.fetchall():
                about, rank = (person_id, promise, of), LEVELS.index(level)
                known[about] = max(known.get(about, -1), rank)
                if person_id and promise != CROSSING and of.isdecimal():
                    earlier.setdefault((person_id, promise), []).append((of, object, id, rank))
        themselves = {_about(alert) for _, alert in standing}
        for ref, alert in found:
            person_id, promise, now = about = _about(alert)
            for of, object, id, rank in earlier.get((person_id, promise), ()):
                is_theirs = (object, id) == (ref.object, ref.id) or (object == LEAD and ref.object != LEAD)
                if is_theirs and (person_id, promise, of) not in themselves and is_same_stay(of, now):
                    known[about] = max(known.get(about, -1), rank)
        return known

    def _keys(self, connection: Connection, found: Sequence[Found]) -> set[str]:
        """Keys among these that were raised as such, whoever's they are now (a merge may have been taken back)."""
        keys = sorted({alert.key for _, alert in found})
        known: set[str] = set()
        for at in range(0, len(keys), IDS_PER_QUERY):
            some = keys[at : at + IDS_PER_QUERY]
            sql = placed(connection, f"SELECT key FROM alert WHERE org = ? AND key IN ({', '.join('?' * len(some))})")
            known.update(key for (key,) in connection.exec_driver_sql(sql, (self._database.org, *some)).fetchall())
        return known

    def _follow_people(self, connection: Connection) -> None:
        """Alerts on records that are another person's since then (converted, merged) become that person's.

        Where that person has the very same alert already, both stay as they are.
        """
        who = (
            "SELECT i.person_id FROM identity AS i WHERE i.org = alert.org AND i.object = alert.object "
            "AND i.id = alert.id AND i.person_id <> alert.person_id"
        )
        sql = (
            f"UPDATE alert SET person_id = ({who}) WHERE org = ? AND EXISTS ({who}) AND NOT EXISTS ("
            "SELECT 1 FROM alert AS other WHERE other.org = alert.org AND other.promise = alert.promise "
            f"AND other.of = alert.of AND other.level = alert.level AND other.person_id = ({who}))"
        )
        many(connection, sql, [(self._database.org,)])

    def _insert(
        self, connection: Connection, told: Sequence[tuple[Found, Sequence[Way]]], *, storm: bool
    ) -> list[Raised]:
        org, now = self._database.org, self._now().replace(microsecond=0)
        sql = placed(connection, "SELECT coalesce(max(number), 0) FROM alert WHERE org = ?")
        last = int(connection.exec_driver_sql(sql, (org,)).scalar_one())
        raised = [
            Raised(number=last + at, key=alert.key, ref=ref, alert=alert, raised_at=now, storm=storm and bool(ways))
            for at, ((ref, alert), ways) in enumerate(told, start=1)
        ]
        sql = (
            "INSERT INTO alert (org, number, key, person_id, object, id, promise, of, level, at, due, text, raised_at, "
            "storm) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        many(connection, sql, [_row(org, one) for one in raised])
        sql = (
            "INSERT INTO delivery (org, alert, channel, state, at, tries, again, note, named) "
            "VALUES (?, ?, ?, ?, ?, 0, 0, ?, 0)"
        )
        deliveries = [
            (org, one.number, way.channel, int(way.state), seconds(now), way.note or None)
            for one, (_, ways) in zip(raised, told, strict=True)
            for way in ways
        ]
        many(connection, sql, deliveries)
        return raised


def _row(org: str, one: Raised) -> tuple[object, ...]:
    alert = one.alert
    due = seconds(alert.due_at) if alert.due_at is not None else None
    about = (one.ref.object, one.ref.id, alert.promise, alert.of, alert.level)
    times = (seconds(alert.at), due, alert.text, seconds(one.raised_at), int(one.storm))
    return (org, one.number, one.key, alert.person_id, *about, *times)


def _about(alert: Alert) -> tuple[int, str, str]:
    return (alert.person_id, alert.promise, alert.of)


def _rank(alert: Alert) -> int:
    return LEVELS.index(alert.level)


def _is_dated_anew(alert: Alert, crossed: Mapping[int, int]) -> bool:
    """Whether it is a crossing of the bar that was told already; `crossed` as `_crossings`."""
    return alert.promise == CROSSING and int(alert.of) <= crossed.get(alert.person_id, -1)


def _by_level(maybe: Sequence[Found], known: Mapping[tuple[int, str, str], int]) -> tuple[list[Found], list[Found]]:
    """The highest new level of each stay or request, and the lower new ones. The same alert on two records is one."""
    new: list[Found] = []
    covered: list[Found] = []
    ordered = sorted(maybe, key=lambda found: (_about(found[1]), -_rank(found[1])))
    for about, group in groupby(ordered, key=lambda found: _about(found[1])):
        last = None
        for ref, alert in group:
            if _rank(alert) <= known.get(about, -1) or alert.level == last:
                continue
            (new if last is None else covered).append((ref, alert))
            last = alert.level
    new.sort(key=lambda found: (found[1].at, found[1].key))
    return new, covered
