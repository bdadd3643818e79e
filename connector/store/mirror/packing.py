"""A full read of what happened to people: rows are put aside as they come, then packed per person in one ordered pass.

Nothing shows in the mirror before the pass; a killed load leaves nothing behind but what its pass had already
committed, and that is cleared when the table is begun again. A table that was read before is compared instead: only
people whose list differs are written and marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Final

from connector.model import CONTACT, LEAD
from connector.ports import Row, Table
from connector.store.bulk import Connection
from connector.store.mirror import scratch
from connector.store.mirror.dirty import mark, mark_found
from connector.store.mirror.entries import MOVABLE, SPLIT, campaign_of, digest, id_of, join_list
from connector.store.mirror.tables import OBJECT_CODES, PACKED, table

PEOPLE: Final = 5_000
"""People per transaction: well below a second."""

MENTIONS: Final = 200_000
"""Mentions per transaction."""

INSERT_MENTION: Final = "INSERT INTO mention (hash, key) VALUES (?, ?) ON CONFLICT DO NOTHING"

_OBJECTS = {
    Table.LEAD_HISTORY: (OBJECT_CODES[LEAD],),
    Table.CONTACT_HISTORY: (OBJECT_CODES[CONTACT],),
}

Pack = tuple[int, bytes, list[bytes]]
"""A person's key, the packed list, and its entries."""


class Packing:
    """One full read of one table of happenings."""

    def __init__(self, connection: Connection, source: Table, *, anew: bool) -> None:
        """`anew`: the table was never read to its end; whatever a killed load left is cleared."""
        self._connection = connection
        self._source = source
        self._anew = anew
        self._into = table(PACKED[source]).name
        objects = _OBJECTS.get(source, tuple(OBJECT_CODES.values()))
        self._mine = f"SELECT key FROM person WHERE object IN ({', '.join(map(str, objects))})"
        connection.run(f"DELETE FROM {scratch.STAGED}")
        connection.run(f"DELETE FROM {scratch.KEPT}")
        if anew:
            self._clear()

    def add(self, rows: Iterable[Row]) -> None:
        """Puts rows aside."""
        with self._connection.transaction(private=True):
            self._connection.append(scratch.STAGED, "object, who, mention, entry", SPLIT[self._source](rows))

    def distinct(self) -> int:
        """How many different rows have been put aside; one for a lead and a contact at once counts twice."""
        different = f"SELECT DISTINCT object, who, mention FROM {scratch.STAGED}"
        return int(self._connection.one(f"SELECT count(*) FROM ({different}) AS different"))

    def finish(self) -> int:
        """Packs everything; how many people's lists were written. The caller commits the mark after it."""
        twice = self._number()
        written = 0
        for part in _parts(self._packs(twice=twice), PEOPLE):
            with self._connection.transaction():
                written += self._write_new(part) if self._anew else self._write_changed(part)
        if self._anew:
            self._mention_all()
        else:
            written += self._empty_the_rest()
        self._keep_orphans()
        for name in (scratch.STAGED, scratch.PAIRS):
            self._connection.run(f"DELETE FROM {name}")
        return written

    def _number(self) -> bool:
        """Notes whose each entry is, in the order of hashes. Whether some id came twice for the same person."""
        with self._connection.transaction(private=True):
            self._connection.run(f"DELETE FROM {scratch.PAIRS}")
            found = self._connection.run(
                f"INSERT INTO {scratch.PAIRS} (hash, key) SELECT s.mention, p.key FROM {scratch.STAGED} AS s "
                "JOIN person AS p ON p.object = s.object AND p.id = s.who ORDER BY 1, 2"
            )
        different = f"SELECT DISTINCT hash, key FROM {scratch.PAIRS}"
        return bool(found != self._connection.one(f"SELECT count(*) FROM ({different}) AS different"))

    def _clear(self) -> None:
        with self._connection.transaction():
            whole = self._source not in _OBJECTS
            where = "" if whole else f" WHERE key IN ({self._mine})"
            self._connection.run(f"DELETE FROM {self._into}{where}")
            self._connection.run("DELETE FROM orphan WHERE source = ?", (self._source.value,))

    def _packs(self, *, twice: bool) -> Iterator[Pack]:
        """Person by person, in the order of keys. `twice`: some row may have come in two versions; the last counts."""
        query = (
            f"SELECT p.key, s.entry{', s.number' if twice else ''} FROM {scratch.STAGED} AS s "
            "JOIN person AS p ON p.object = s.object AND p.id = s.who ORDER BY p.key, s.entry"
        )
        rows = (row for part in self._connection.stream(query) for row in part)
        for key, group in groupby(rows, key=itemgetter(0)):
            rows_of_one = list(group)
            entries = _newest(rows_of_one) if twice else [row[1] for row in rows_of_one]
            yield key, join_list(entries), entries

    def _write_new(self, part: list[Pack]) -> int:
        self._connection.append(self._into, "key, entries", ((key, packed) for key, packed, _ in part))
        if self._source is Table.CAMPAIGN_MEMBER:
            pairs = {(digest(campaign_of(entry)), key) for key, _, entries in part for entry in entries}
            self._connection.many(INSERT_MENTION, sorted(pairs))
        return len(part)

    def _mention_all(self) -> None:
        """In the order of hashes, so that the index grows at its end and not all over."""
        if self._source not in MOVABLE:
            return
        last = int(self._connection.one(f"SELECT max(number) FROM {scratch.PAIRS}") or 0)
        for start in range(0, last, MENTIONS):
            with self._connection.transaction():
                self._connection.run(
                    f"INSERT INTO mention (hash, key) SELECT hash, key FROM {scratch.PAIRS} "
                    "WHERE number > ? AND number <= ? ON CONFLICT DO NOTHING",
                    (start, start + MENTIONS),
                )

    def _write_changed(self, part: list[Pack]) -> int:
        scratch.fill_page(self._connection, (key for key, _, _ in part))
        self._connection.run(f"INSERT INTO {scratch.KEPT} (key) SELECT key FROM {scratch.PAGE}")
        before: dict[int, bytes] = dict(
            self._connection.rows(
                f"SELECT key, entries FROM {self._into} WHERE key IN (SELECT key FROM {scratch.PAGE})"
            )
        )
        changed = [one for one in part if before.get(one[0]) != one[1]]
        self._connection.many(
            f"INSERT INTO {self._into} (key, entries) VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET entries = excluded.entries",
            [(key, packed) for key, packed, _ in changed],
        )
        mention(self._connection, self._source, ((key, entry) for key, _, entries in changed for entry in entries))
        touched(self._connection, [key for key, _, _ in changed], self._source.value)
        return len(changed)

    def _empty_the_rest(self) -> int:
        """People whose list was not read again have nothing any more."""
        gone = (
            f"SELECT t.key FROM {self._into} AS t WHERE t.key IN ({self._mine}) "
            f"AND t.key NOT IN (SELECT key FROM {scratch.KEPT})"
        )
        with self._connection.transaction():
            keys = [key for part in self._connection.stream(gone) for (key,) in part]
            self._connection.many(f"DELETE FROM {self._into} WHERE key = ?", [(key,) for key in keys])
            touched(self._connection, keys, self._source.value)
        return len(keys)

    def _keep_orphans(self) -> None:
        with self._connection.transaction():
            self._connection.run("DELETE FROM orphan WHERE source = ?", (self._source.value,))
            counts = f"SELECT (SELECT count(*) FROM {scratch.STAGED}) - (SELECT count(*) FROM {scratch.PAIRS})"
            if not self._connection.one(counts):
                return
            self._connection.run(
                "INSERT INTO orphan (source, object, who, mention, entry) "
                f"SELECT ?, s.object, s.who, s.mention, s.entry FROM {scratch.STAGED} AS s "
                "WHERE NOT EXISTS (SELECT 1 FROM person AS p WHERE p.object = s.object AND p.id = s.who)",
                (self._source.value,),
            )


def touched(connection: Connection, keys: list[int], cause: str) -> None:
    """Marks these people, and the contacts that those of them who are converted leads became."""
    mark(connection, keys, cause)
    scratch.fill_page(connection, keys)
    mark_found(
        connection,
        f"SELECT c.key FROM {scratch.PAGE} AS g JOIN person AS l ON l.key = g.key "
        "JOIN person AS c ON c.object = 0 AND c.id = l.converted_contact",
        (),
        cause,
    )


def mention(connection: Connection, source: Table, entries: Iterable[tuple[int, bytes]]) -> None:
    """Notes in whose lists these entries (with the person's key) are."""
    if source not in MOVABLE:
        return
    pairs = set()
    for key, entry in entries:
        pairs.add((digest(id_of(entry)), key))
        if source is Table.CAMPAIGN_MEMBER:
            pairs.add((digest(campaign_of(entry)), key))
    connection.many(INSERT_MENTION, sorted(pairs))


def _newest(found: Iterable[tuple[int, bytes, int]]) -> list[bytes]:
    """The row read last of each id: a row that changed during the read comes twice."""
    newest = {id_of(entry): entry for _, entry, _ in sorted(found, key=itemgetter(2))}
    return list(newest.values())


def _parts(packs: Iterator[Pack], size: int) -> Iterator[list[Pack]]:
    while part := list(islice(packs, size)):
        yield part
