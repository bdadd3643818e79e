"""What an org remembers besides its records, as named JSON values in the same database."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import msgspec

from connector.sandbox.storage import Storage


class Settings(MutableMapping[str, Any]):
    """Named JSON values; an assignment is written at once. A value read is a copy: assign it back to change it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._raw: dict[str, bytes] = {}
        self.reread()

    def reread(self) -> None:
        """Take the values from the database anew."""
        rows = self._storage.db.execute("SELECT name, json FROM _setting")
        self._raw = {name: text.encode() for name, text in rows}

    def __getitem__(self, name: str) -> Any:
        return msgspec.json.decode(self._raw[name])

    def __setitem__(self, name: str, value: Any) -> None:
        raw = msgspec.json.encode(value)
        with self._storage.transaction() as db:
            db.execute("INSERT OR REPLACE INTO _setting VALUES (?, ?)", (name, raw.decode()))
        self._raw[name] = raw

    def __delitem__(self, name: str) -> None:
        del self._raw[name]
        with self._storage.transaction() as db:
            db.execute("DELETE FROM _setting WHERE name = ?", (name,))

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)
