"""Small things known about the mirror as a whole: how far each table is read, when it was synced, and the like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from connector.ports import Mark, Table
from connector.store.bulk import Connection

SYNCED_AT: Final = "synced_at"
LAST_COMPLETE: Final = "last_complete_sync"
UNDER_WAY: Final = "sync_under_way"


class Notes:
    """Reads and writes them; each write is its own transaction unless one is open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> bytes | None:
        """What was noted under that name."""
        value = self._connection.one("SELECT value FROM note WHERE name = ?", (name,))
        return None if value is None else bytes(value)

    def set(self, name: str, value: bytes | None) -> None:
        """Notes it; None forgets it."""
        with self._connection.transaction():
            self._connection.run("DELETE FROM note WHERE name = ?", (name,))
            if value is not None:
                self._connection.run("INSERT INTO note (name, value) VALUES (?, ?)", (name, value))

    def mark(self, table: Table) -> Mark | None:
        """How far the table has been read; None if it has to be read in full."""
        text = self._connection.one("SELECT mark FROM read_mark WHERE name = ?", (table.value,))
        return Mark(str(text)) if text else None

    def is_known(self, table: Table) -> bool:
        """Whether the table was ever read to its end."""
        return self._connection.one("SELECT 1 FROM read_mark WHERE name = ?", (table.value,)) is not None

    def read_again(self, table: Table) -> None:
        """The next sync reads the table in full and compares."""
        self._connection.run("UPDATE read_mark SET mark = '' WHERE name = ?", (table.value,))

    def set_mark(self, table: Table, mark: Mark) -> None:
        """Notes how far it has been read."""
        self._connection.run(
            "INSERT INTO read_mark (name, mark) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET mark = excluded.mark",
            (table.value, mark.text),
        )

    def synced_at(self) -> datetime | None:
        """When the last sync that came to its end began; None: there has been none, nothing here can be relied on."""
        value = self.get(SYNCED_AT)
        return None if value is None else datetime.fromtimestamp(int(value), UTC)

    def set_synced_at(self, at: datetime | None) -> None:
        """Notes when; None: not until the next sync is complete."""
        noted = None if at is None else str(int(at.timestamp())).encode()
        if noted is not None:
            self.set(LAST_COMPLETE, noted)
        elif (before := self.get(SYNCED_AT)) is not None:
            self.set(LAST_COMPLETE, before)
        self.set(SYNCED_AT, noted)

    def last_complete(self) -> datetime | None:
        """When the last sync that came to its end began, though tables have to be read anew since; None: never."""
        value = self.get(LAST_COMPLETE) or self.get(SYNCED_AT)
        return None if value is None else datetime.fromtimestamp(int(value), UTC)

    def is_half_read(self) -> bool:
        """A sync is under way, or broke off: one table may know what another does not yet."""
        return self.get(UNDER_WAY) is not None

    def set_half_read(self, is_so: bool) -> None:
        """Notes whether it is so."""
        self.set(UNDER_WAY, b"1" if is_so else None)
