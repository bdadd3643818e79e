"""What judging came to: the standing corrections and findings of everybody, replaced person by person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connector.model import Change, Evidence, Finding, Judgement, Ref
from connector.store.bulk import Connection
from connector.store.mirror import scratch
from connector.store.mirror.dirty import Dirty
from connector.store.mirror.tables import OBJECT_NAMES

_REPLACED: Final = ("verdict", "finding", "moment", "skipped", "dirty")


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
            for name in _REPLACED:
                self._connection.run(f"DELETE FROM {name} WHERE key IN (SELECT key FROM {scratch.PAGE})")
            self._write(judged)
            reached = self._reached(keys)
            if reached is not None and self._dirty.everybody() is not None:
                self._dirty.advance(reached)

    def _write(self, judged: Sequence[tuple[Evidence, Judgement]]) -> None:
        many = self._connection.many
        many(
            "INSERT INTO verdict (key, field, before, after, rule, because, version, record_type) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (evidence.key, c.field, c.before, c.after, c.rule, c.because, c.version, c.record_type)
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
            "SELECT p.object, p.id, v.field, v.before, v.after, v.rule, v.because, v.version, v.record_type "
            "FROM verdict AS v JOIN person AS p ON p.key = v.key ORDER BY p.object, p.id, v.field"
        )
        for part in self._connection.stream(query):
            for object, id, field, before, after, rule, because, version, record_type in part:
                yield Change(
                    ref=Ref(self._org, OBJECT_NAMES[object], id),
                    field=field,
                    before=before,
                    after=after,
                    rule=rule,
                    because=because,
                    version=version,
                    record_type=record_type,
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
