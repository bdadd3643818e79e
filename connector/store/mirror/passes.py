"""Passes over people: those to be judged now, everybody, or one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Final

from connector.model import Evidence, Ref
from connector.store.bulk import Connection
from connector.store.mirror.dirty import Dirty
from connector.store.mirror.evidence import PAGE, Reader
from connector.store.mirror.tables import OBJECT_CODES
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

    def _keys(self, query: str, last: int) -> Iterator[list[int]]:
        while keys := [key for (key,) in self._connection.rows(query, (last, PAGE))]:
            yield keys
            last = keys[-1]
