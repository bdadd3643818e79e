"""What judging came to: the standing corrections, findings, alerts and promises of everybody, replaced by person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from connector.model import Alert, Change, Evidence, Finding, Judgement, Part, Promise, PromiseState, Ref, Score
from connector.store.bulk import Connection, listed, places
from connector.store.mirror import scratch
from connector.store.mirror.dirty import Dirty
from connector.store.mirror.tables import JUDGED, OBJECT_CODES, OBJECT_NAMES

_PARTS: Final = msgspec.json.Encoder().encode
_read_parts: Final = msgspec.json.Decoder(tuple[Part, ...]).decode
PROMISE: Final = Promise.__struct_fields__
"""Columns of a promise."""
_TIMES: Final = frozenset({"since", "at_least", "warn_at", "due_at", "escalate_at", "stopped_at", "breached_at"})


class Verdicts:
    """Writes and reads them."""

    def __init__(self, connection: Connection, dirty: Dirty, org: str) -> None:
        self._connection = connection
        self._dirty = dirty
        self._org = org
        self._handed_out: list[set[int]] = []
        self._last: list[int] = []

    def store(self, judged: Sequence[tuple[Evidence, Judgement]]) -> None:
        """Replaces what stood about these people and clears their marks, in one transaction."""
        keys = [evidence.key for evidence, _ in judged]
        with self._connection.transaction():
            scratch.fill_page(self._connection, keys)
            for name in JUDGED:
                self._connection.run(f"DELETE FROM {name} WHERE key IN (SELECT key FROM {scratch.PAGE})")
            self._write(judged)
            reached = self._reached(keys)
            if reached is not None and self._dirty.everybody() is not None:
                self._dirty.advance(reached)

    def _write(self, judged: Sequence[tuple[Evidence, Judgement]]) -> None:
        many = self._connection.many
        many(
            "INSERT INTO verdict (key, field, before, after, rule, because, version, record_type, also) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(evidence.key, c.field, c.before, c.after, c.rule, c.because, c.version, c.record_type),
                    " ".join(c.also) or None,
                )
                for evidence, judgement in judged
                for c in judgement.changes
            ],
        )
        many(
            "INSERT INTO finding (key, number, name, detail, value) VALUES (?, ?, ?, ?, ?)",
            [
                (evidence.key, number, f.name, f.detail, f.value)
                for evidence, judgement in judged
                for number, f in enumerate(judgement.findings)
            ],
        )
        many(
            "INSERT INTO alert (key, number, promise, of, level, at, text, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (evidence.key, number, a.promise, a.of, a.level, _seconds(a.at), a.text, _seconds(a.due_at))
                for evidence, judgement in judged
                for number, a in enumerate(judgement.alerts)
            ],
        )
        many(
            f"INSERT INTO promise (key, number, {listed(PROMISE)}) VALUES ({places(len(PROMISE) + 2)})",
            [
                (evidence.key, number, *(_stored(name, getattr(p, name)) for name in PROMISE))
                for evidence, judgement in judged
                for number, p in enumerate(judgement.promises)
            ],
        )
        many(
            "INSERT INTO score (key, total, fit, behaviour, parts) VALUES (?, ?, ?, ?, ?)",
            [
                (e.key, j.score.total, j.score.fit, j.score.behaviour, _PARTS(j.score.parts).decode())
                for e, j in judged
                if j.score is not None and (j.score.total or j.score.parts)
            ],
        )
        many(
            "INSERT INTO moment (key, at) VALUES (?, ?)",
            [(e.key, int(j.until.timestamp())) for e, j in judged if j.until is not None],
        )
        many("INSERT INTO skipped (key, why) VALUES (?, ?)", [(e.key, j.skipped) for e, j in judged if j.skipped])

    def handed_out(self, keys: Sequence[int]) -> None:
        """A page of people went out to be judged while everybody is marked."""
        self._handed_out.append(set(keys))
        self._last.append(keys[-1])

    def all_stored(self) -> bool:
        """Whether every page that was handed out is stored."""
        return not self._handed_out

    def forget_pages(self) -> None:
        """Pages handed out before are not waited for any more."""
        self._handed_out.clear()
        self._last.clear()

    def _reached(self, keys: Sequence[int]) -> int | None:
        """Up to which key everybody who was handed out is stored now."""
        for page in self._handed_out:
            page.difference_update(keys)
        reached = None
        while self._handed_out and not self._handed_out[0]:
            del self._handed_out[0]
            reached = self._last.pop(0)
        return reached

    def changes(self) -> Iterator[Change]:
        """All standing corrections in the order of object, id and field."""
        query = (
            "SELECT p.object, p.id, v.field, v.before, v.after, v.rule, v.because, v.version, v.record_type, v.also "
            "FROM verdict AS v JOIN person AS p ON p.key = v.key ORDER BY p.object, p.id, v.field"
        )
        for part in self._connection.stream(query):
            for object, id, field, before, after, rule, because, version, record_type, also in part:
                yield Change(
                    ref=Ref(self._org, OBJECT_NAMES[object], id),
                    field=field,
                    before=before,
                    after=after,
                    rule=rule,
                    because=because,
                    version=version,
                    record_type=record_type,
                    also=tuple(also.split()) if also else (),
                )

    def findings(self, name: str | None = None) -> Iterator[tuple[Ref, Finding]]:
        """Standing findings (of that name) in the order of object and id."""
        where, values = ("WHERE f.name = ? ", (name,)) if name is not None else ("", ())
        query = (
            "SELECT p.object, p.id, f.name, f.detail, f.value FROM finding AS f JOIN person AS p ON p.key = f.key "
            f"{where}ORDER BY p.object, p.id, f.number"
        )
        for part in self._connection.stream(query, values):
            for object, id, found, detail, value in part:
                yield Ref(self._org, OBJECT_NAMES[object], id), Finding(found, detail, value)

    def alerts(self) -> Iterator[tuple[Ref, Alert]]:
        """What somebody should be told as things stand, in the order of object and id.

        `person_id` is whose record it is now, which a merge may have changed since the judging.
        """
        query = (
            "SELECT p.object, p.id, p.person_id, a.promise, a.of, a.level, a.at, a.text, a.due_at "
            "FROM alert AS a JOIN person AS p ON p.key = a.key ORDER BY p.object, p.id, a.number"
        )
        for part in self._connection.stream(query):
            for object, id, person_id, promise, of, level, at, text, due_at in part:
                yield (
                    Ref(self._org, OBJECT_NAMES[object], id),
                    Alert(
                        person_id=person_id,
                        promise=promise,
                        of=of,
                        level=level,
                        at=datetime.fromtimestamp(at, UTC),
                        text=text,
                        due_at=_time(due_at),
                    ),
                )

    def scores(self) -> Iterator[tuple[Ref, Score]]:
        """Everybody's points as of when they were judged, in the order of object and id; nobody who has none."""
        query = (
            "SELECT p.object, p.id, s.total, s.fit, s.behaviour, s.parts FROM score AS s "
            "JOIN person AS p ON p.key = s.key ORDER BY p.object, p.id"
        )
        for part in self._connection.stream(query):
            for object, id, total, fit, behaviour, parts in part:
                yield Ref(self._org, OBJECT_NAMES[object], id), Score(total, fit, behaviour, _read_parts(parts))

    def fits(self, keys: Sequence[int]) -> dict[int, int]:
        """Points for who these people (by key) were when they were judged; nobody who had no points at all."""
        scratch.fill_page(self._connection, keys)
        query = f"SELECT s.key, s.fit FROM score AS s JOIN {scratch.PAGE} AS g ON g.key = s.key"
        return {key: int(fit) for key, fit in self._connection.rows(query)}

    def promises(self, refs: Iterable[Ref] | None = None) -> Iterator[tuple[Ref, Promise]]:
        """All promises, or those to these people, as they stood when their people were judged; by object and id."""
        whom = ""
        if refs is not None:
            scratch.fill_whom(self._connection, ((OBJECT_CODES[ref.object], ref.id) for ref in refs))
            whom = f"JOIN {scratch.WHOM} AS w ON w.object = p.object AND w.who = p.id "
        query = (
            f"SELECT p.object, p.id, {listed(PROMISE, 'o.')} FROM promise AS o "
            f"JOIN person AS p ON p.key = o.key {whom}ORDER BY p.object, p.id, o.number"
        )
        for part in self._connection.stream(query):
            for object, id, *values in part:
                yield Ref(self._org, OBJECT_NAMES[object], id), promise_of(values)

    def overdue(self, by: datetime, after: datetime) -> Iterator[tuple[Ref, Promise]]:
        """Promises nobody had kept when their people were judged, and that were due by then; and those that were due
        since `after` and were kept late, or by nothing that counts. Not of marked people."""
        query = (
            f"SELECT p.object, p.id, {listed(PROMISE, 'o.')} FROM promise AS o JOIN person AS p ON p.key = o.key "
            "WHERE o.state IN ('running', 'breached') AND o.due_at <= ? "
            "AND (o.stopped_at IS NULL OR (o.state = 'breached' AND o.due_at > ?)) "
            "AND NOT EXISTS (SELECT 1 FROM dirty AS d WHERE d.key = o.key)"
        )
        for part in self._connection.stream(query, (_seconds(by), _seconds(after))):
            for object, id, *values in part:
                yield Ref(self._org, OBJECT_NAMES[object], id), promise_of(values)


def _seconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp())


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _stored(name: str, value: Any) -> Any:
    if name == "is_estimate":
        return int(value)
    return _seconds(value) if name in _TIMES else value


def promise_of(values: Sequence[Any]) -> Promise:
    """A promise from the columns `PROMISE` of its row."""
    fields = dict(zip(PROMISE, values, strict=True))
    fields.update((name, _time(fields[name])) for name in _TIMES)
    fields["state"] = PromiseState(fields["state"])
    fields["is_estimate"] = bool(fields["is_estimate"])
    return Promise(**fields)
