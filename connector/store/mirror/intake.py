"""What comes from the CRM on its way into the mirror: which table goes where, and what is a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import msgspec

from connector.model import CONTACT, LEAD, Ref, StatusChange
from connector.ports import HISTORIES, Batch, Row, Table
from connector.store.bulk import Connection
from connector.store.mirror import happenings, people, scratch
from connector.store.mirror.dirty import Dirty
from connector.store.mirror.file import stored_facts
from connector.store.mirror.identity import Numbering, Repointed, record
from connector.store.mirror.loading import AgainPeople, AnyRows, FirstPeople, Load, chunks, is_ready, make_ready
from connector.store.mirror.notes import Notes
from connector.store.mirror.packing import Packing
from connector.store.mirror.people import News
from connector.store.mirror.rows import Rows
from connector.store.mirror.tables import OBJECT_CODES, OBJECT_NAMES, PACKED, PEOPLE, ROWS
from connector.store.mirror.unpacking import status_changes

DAY: Final = 86_400
"""Seconds. A time at the beginning of a day is a bare day."""


class Witness(Protocol):
    """Who is told what the mirror sees change, before it commits it: told twice is possible, missed is not."""

    def statuses(self, seen: Sequence[tuple[Ref, str | None, str | None]]) -> None:
        """These people's status was the one and is now the other."""

    def owners(self, seen: Sequence[tuple[Ref, str | None, str | None, datetime | None]]) -> None:
        """These people's owner (by id) was the one and is now the other; when the record was last modified."""

    def touched(self, seen: Sequence[tuple[Ref, str | None, datetime, datetime]]) -> None:
        """These records were written to: their status before, when they were modified before, and created."""

    def answers(self, seen: Iterable[tuple[Ref, str, datetime]]) -> None:
        """These people answered that campaign (by id) on a day of which the CRM tells only the date."""

    score_field: str | None
    """Where the marketing platform's score is read: `score` or a fact; None if nobody asks for it."""

    def scores(self, seen: Sequence[tuple[Ref, object, object]]) -> None:
        """These people's value of `score_field` was the one and is now the other."""

    def repointed(self, records: Sequence[tuple[Ref, int, str]]) -> None:
        """These records are now the person of that id; why: conversion, merge or probe."""

    def ours(self, changes: Sequence[tuple[Ref, StatusChange]]) -> Sequence[bool]:
        """Which of these status changes are corrections of our own, coming back as history: no news."""


class Nobody:
    """A witness who forgets everything."""

    score_field: str | None = None

    def scores(self, seen: Sequence[tuple[Ref, object, object]]) -> None:
        """Forgets it."""

    def statuses(self, seen: Sequence[tuple[Ref, str | None, str | None]]) -> None:
        """Forgets it."""

    def owners(self, seen: Sequence[tuple[Ref, str | None, str | None, datetime | None]]) -> None:
        """Forgets it."""

    def touched(self, seen: Sequence[tuple[Ref, str | None, datetime, datetime]]) -> None:
        """Forgets it."""

    def answers(self, seen: Iterable[tuple[Ref, str, datetime]]) -> None:
        """Forgets it."""

    def repointed(self, records: Sequence[tuple[Ref, int, str]]) -> None:
        """Forgets it."""

    def ours(self, changes: Sequence[tuple[Ref, StatusChange]]) -> Sequence[bool]:
        """All are news."""
        return [False] * len(changes)


class Intake:
    """Takes batches in. One full read at a time."""

    def __init__(
        self, connection: Connection, org: str, notes: Notes, dirty: Dirty, numbering: Numbering, *, via_account: bool
    ) -> None:
        self._connection = connection
        self._org = org
        self._notes = notes
        self._dirty = dirty
        self._numbering = numbering
        self._via_account = via_account
        self._loading: tuple[Table, Load] | None = None
        self.witness: Witness = Nobody()

    def put(self, batch: Batch, *, first: bool) -> int:
        """A batch of changes, or with `first` of a full read. How many records (people, for happenings) changed."""
        return self._load(batch) if first else self._change(batch)

    def begin(self, table: Table) -> None:
        """Begins a full read of the table anew."""
        anew = not self._notes.is_known(table)
        if not (anew and table in PEOPLE):
            self.settle()
        self._loading = (table, self._loader(table, anew=anew))

    def recall(self, recorded: Iterable[tuple[Ref, int, str]]) -> None:
        """Which records were known to be somebody else (see `Witness.repointed`), before a mirror is made anew."""
        with self._connection.transaction():
            record(self._connection, ((OBJECT_CODES[ref.object], ref.id, person, why) for ref, person, why in recorded))

    def distinct(self, table: Table) -> int:
        """How many different rows the full read of the table has brought so far."""
        return self._loading[1].distinct() if self._loading and self._loading[0] is table else 0

    def settle(self) -> None:
        """After first loads of people: makes their indexes, and one person of each lead and its contact.

        Whoever reads the mirror or goes on writing it has it done; only its cost moves.
        """
        if not is_ready(self._connection):
            for repointed in make_ready(self._connection, self._numbering):
                self._tell_repointed(repointed)

    def _loader(self, table: Table, *, anew: bool) -> Load:
        if table in PACKED:
            return Packing(self._connection, table, anew=anew)
        if table in PEOPLE:
            object = OBJECT_CODES[PEOPLE[table]]
            if anew:
                return FirstPeople(self._connection, object, self._numbering)
            return AgainPeople(self._connection, object, self._numbering, self._tell)
        return AnyRows(self._connection, self._rows(table))

    def _rows(self, table: Table) -> Rows:
        return Rows(self._connection, table, via_account=self._via_account)

    def _load(self, batch: Batch) -> int:
        if self._loading is None or self._loading[0] is not batch.table:
            self.begin(batch.table)
        assert self._loading is not None
        table, load = self._loading
        if table is Table.CAMPAIGN_MEMBER:
            self._tell_answers(batch.rows)
        load.add(batch.rows)
        if batch.mark is None:
            return 0
        anew = not self._notes.is_known(table)
        changed = load.finish()
        with self._connection.transaction():
            self._notes.set_mark(table, batch.mark)
            if anew:
                self._dirty.all(f"first load of {table.value}")
        self._loading = None
        return changed

    def _change(self, batch: Batch) -> int:
        self.settle()
        parts: list[list[Row]] = list(chunks(batch.rows)) or [[]]
        changed = 0
        for number, part in enumerate(parts, start=1):
            last = number == len(parts)
            with self._connection.transaction():
                changed += self._take(batch.table, part, batch.gone if last else (), batch.merged if last else ())
                if last and batch.mark is not None:
                    self._notes.set_mark(batch.table, batch.mark)
        return changed

    def _take(self, table: Table, rows: Sequence[Row], gone: Sequence[Row], merged: Sequence[tuple[str, str]]) -> int:
        if table in PEOPLE:
            object = OBJECT_CODES[PEOPLE[table]]
            came = people.put(self._connection, object, rows, self._numbering)
            alive = {row[0] for row in rows}
            left = people.remove(self._connection, object, {row[0] for row in gone} - alive, dict(merged))
            self._tell(object, came)
            self._tell(object, left)
            return came.changed + left.changed
        if table is Table.CAMPAIGN_MEMBER:
            self._tell_answers(rows)
        if table in PACKED:
            return happenings.put(self._connection, table, rows, gone, self._quiet(table))
        assert table in ROWS, table
        return self._rows(table).put(rows, gone)

    def _tell(self, object: int, news: News) -> None:
        name = OBJECT_NAMES[object]
        if news.statuses:
            self.witness.statuses([(Ref(self._org, name, id), old, new) for id, old, new in news.statuses])
        if news.owners:
            self.witness.owners(
                [
                    (Ref(self._org, name, id), old, new, _time(at) if at is not None else None)
                    for id, old, new, at in news.owners
                ]
            )
        if news.touched:
            self.witness.touched(
                [(Ref(self._org, name, id), status, _time(at), _time(made)) for id, status, at, made in news.touched]
            )
        if news.scores and (field := self.witness.score_field) is not None:
            self._tell_scores(name, news.scores, field)
        self._tell_repointed(news.repointed)

    def _tell_answers(self, rows: Sequence[Row]) -> None:
        self.witness.answers(
            (Ref(self._org, on, who), campaign, datetime.fromtimestamp(at, UTC))
            for _, campaign, lead, contact, responded, _, at in rows
            if responded and at is not None and not at % DAY
            for on, who in ((LEAD, lead), (CONTACT, contact))
            if who
        )

    def _tell_scores(self, on: str, seen: Sequence[people.ScoreSeen], field: str) -> None:
        names = stored_facts(self._connection)

        def value(kept: tuple[float | None, str | None]) -> object:
            score, facts = kept
            if field == "score":
                return score
            values = msgspec.json.decode(facts) if facts else []
            return dict(zip(names, values, strict=False)).get(field)

        told = [(Ref(self._org, on, id), value(old), value(new)) for id, old, new in seen]
        self.witness.scores([one for one in told if one[1] != one[2]])

    def _tell_repointed(self, repointed: Sequence[Repointed]) -> None:
        if repointed:
            self.witness.repointed(
                [(Ref(self._org, OBJECT_NAMES[object], id), person, why) for object, id, person, why in repointed]
            )

    def _quiet(self, table: Table) -> happenings.Quiet:
        if table not in HISTORIES:
            return lambda _: ()
        return self._only_ours

    def _only_ours(self, grown: Mapping[int, Sequence[bytes]]) -> Collection[int]:
        """People all of whose new status changes are our own corrections."""
        scratch.fill_page(self._connection, grown)
        refs = {
            key: Ref(self._org, OBJECT_NAMES[object], id)
            for key, object, id in self._connection.rows(
                f"SELECT key, object, id FROM person WHERE key IN (SELECT key FROM {scratch.PAGE})"
            )
        }
        asked = [(key, change) for key, new in grown.items() for change in status_changes(happenings.packed(new))]
        answers = self.witness.ours([(refs[key], change) for key, change in asked])
        foreign = {key for (key, _), ours in zip(asked, answers, strict=True) if not ours}
        return grown.keys() - foreign


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
