"""Passes over people: those to be judged now, everybody, or one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Final

from connector.model import CONTACT, Evidence, Ref
from connector.store.bulk import Connection
from connector.store.mirror.dirty import Dirty
from connector.store.mirror.evidence import PAGE, Reader
from connector.store.mirror.tables import OBJECT_CODES, OBJECT_NAMES
from connector.store.mirror.verdicts import Verdicts

_EVERYBODY: Final = "SELECT key FROM person WHERE key > ? ORDER BY key LIMIT ?"
_MARKED: Final = "SELECT key FROM dirty WHERE key > ? ORDER BY key LIMIT ?"


class People:
    """Everybody with all that is known about them, in pages of up to 2,000, in an order that stays."""

    def __init__(self, connection: Connection, reader: Callable[[], Reader], dirty: Dirty, verdicts: Verdicts) -> None:
        self._connection = connection
        self._reader = reader
        self._dirty = dirty
        self._verdicts = verdicts

    def pages(self, now: datetime) -> Iterator[list[Evidence]]:
        """Who is to be judged now: the marked, and those whom time alone may have changed by `now`.

        Store what judging a page came to before asking for the next one; a killed pass then goes on where it was. The
        mark on everybody ends with a pass whose pages were all stored.
        """
        reader = self._reader()
        self._verdicts.forget_pages()
        with self._connection.transaction():
            self._connection.run(
                "INSERT INTO dirty (key, cause) SELECT key, 'time' FROM moment WHERE at <= ? "
                "ON CONFLICT (key) DO NOTHING",
                (int(now.timestamp()),),
            )
        everybody = self._dirty.everybody() is not None
        for keys in self._keys(_MARKED, -1):
            yield reader.page(keys)
        if not everybody:
            return
        for keys in self._keys(_EVERYBODY, self._dirty.judged_to()):
            self._verdicts.handed_out(keys)
            yield reader.page(keys)
        if self._verdicts.all_stored():
            self._dirty.everybody_done()

    def anyone_due(self, now: datetime) -> bool:
        """Whether anybody is to be judged now. Two looks into indexes; nothing is marked."""
        if self._dirty.everybody() is not None or self._connection.one("SELECT 1 FROM dirty LIMIT 1") is not None:
            return True
        return self._connection.one("SELECT 1 FROM moment WHERE at <= ? LIMIT 1", (int(now.timestamp()),)) is not None

    def due(self, now: datetime) -> Iterator[list[Evidence]]:
        """As `pages`, for whoever may only read: nothing is marked, and whoever comes again would get the same."""
        reader = self._reader()
        if self._dirty.everybody() is not None:
            yield from self.everyone()
            return
        query = (
            "SELECT key FROM (SELECT key FROM dirty UNION SELECT key FROM moment WHERE at <= ?) AS due "
            "WHERE key > ? ORDER BY key LIMIT ?"
        )
        last = -1
        while keys := [key for (key,) in self._connection.rows(query, (int(now.timestamp()), last, PAGE))]:
            yield reader.page(keys)
            last = keys[-1]

    def everyone(self) -> Iterator[list[Evidence]]:
        """All people, marked or not."""
        reader = self._reader()
        for keys in self._keys(_EVERYBODY, -1):
            yield reader.page(keys)

    def holding(self, object: str, statuses: Collection[str]) -> Iterator[list[Evidence]]:
        """The leads or contacts whose status is exactly one of these texts, in the order of ids."""
        reader = self._reader()
        code, last = OBJECT_CODES[object], ""
        query = "SELECT key, id, status FROM person WHERE object = ? AND id > ? ORDER BY id LIMIT ?"
        while rows := self._connection.rows(query, (code, last, PAGE)):
            last = rows[-1][1]
            keys = [key for key, _, status in rows if status in statuses]
            if keys:
                yield sorted(reader.page(keys), key=lambda evidence: evidence.person.ref.id)

    def one(self, who: Ref | str) -> Evidence | None:
        """One person by record, or by its id alone (Salesforce: 15 or 18 characters)."""
        id = who.id if isinstance(who, Ref) else who
        for name, object in OBJECT_CODES.items():
            if isinstance(who, Ref) and who.object != name:
                continue
            key = self._connection.one(
                "SELECT key FROM person WHERE object = ? AND (id = ? OR (length(?) = 15 AND id >= ? AND id < ?)) "
                "ORDER BY id LIMIT 1",
                (object, id, id, id, id + "\x7f"),
            )
            if key is not None:
                return self._reader().page([key])[0]
        return None

    def standing_for(self, ref: Ref) -> Evidence | None:
        """The person as they are now whose record that was: the contact a lead became, the winner of a merge."""
        if ref.object not in OBJECT_CODES:
            return None
        seen: set[Ref] = set()
        found = self.one(ref)
        while ref not in seen:
            seen.add(ref)
            heir = self._contact_of(ref) if found is not None else self._winner_of(ref)
            if heir is None or (standing := self.one(heir)) is None:
                return found
            ref, found = heir, standing
        return found

    def _contact_of(self, ref: Ref) -> Ref | None:
        """The contact that a converted lead became."""
        contact = self._connection.one(
            "SELECT converted_contact FROM person WHERE object = ? AND id = ? AND is_converted = 1",
            (OBJECT_CODES[ref.object], ref.id),
        )
        return Ref(ref.org, CONTACT, contact) if contact is not None else None

    def _winner_of(self, ref: Ref) -> Ref | None:
        """The record whose person a record that is gone has become."""
        found = self._connection.rows(
            "SELECT p.object, p.id FROM recorded AS r JOIN person AS p ON p.born = r.person_id "
            "WHERE r.object = ? AND r.id = ?",
            (OBJECT_CODES[ref.object], ref.id),
        )
        return Ref(ref.org, OBJECT_NAMES[found[0][0]], found[0][1]) if found else None

    def _keys(self, query: str, last: int) -> Iterator[list[int]]:
        while keys := [key for (key,) in self._connection.rows(query, (last, PAGE))]:
            yield keys
            last = keys[-1]
