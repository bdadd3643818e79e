"""Who is to be judged anew, and why.

After a first load or a new policy that is everybody: then one flag stands for all, with how far judging has got, so
that a killed run goes on where it was. Otherwise it is a row per person, made in the transaction that changed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from connector.model import Ref
from connector.store.bulk import Connection
from connector.store.mirror.notes import Notes
from connector.store.mirror.tables import OBJECT_CODES

ALL: Final = "all_dirty"
JUDGED_TO: Final = "judged_to"


class Dirty:
    """The marks."""

    def __init__(self, connection: Connection, notes: Notes) -> None:
        self._connection = connection
        self._notes = notes

    def all(self, cause: str) -> None:
        """Everybody: a first load, another policy, mapping or version of connector."""
        with self._connection.transaction():
            self._notes.set(ALL, cause.encode())
            self._notes.set(JUDGED_TO, None)
            self._connection.run("DELETE FROM dirty")

    def records(self, refs: Sequence[Ref], cause: str) -> None:
        """These leads and contacts."""
        with self._connection.transaction():
            for object, code in OBJECT_CODES.items():
                self._connection.many(
                    "INSERT INTO dirty (key, cause) SELECT key, ? FROM person WHERE object = ? AND id = ? "
                    "ON CONFLICT (key) DO NOTHING",
                    [(cause, code, ref.id) for ref in refs if ref.object == object],
                )

    def promised(self, cause: str) -> None:
        """Those to whom something is promised, or on whose record a deadline stands."""
        with self._connection.transaction():
            mark_found(self._connection, "SELECT key FROM promise WHERE true", (), cause)
            deadline = "sla_due_at IS NOT NULL OR sla_breached_at IS NOT NULL"
            mark_found(self._connection, f"SELECT key FROM person WHERE {deadline}", (), cause)

    def everybody(self) -> str | None:
        """Why everybody is marked; None if only single people are."""
        cause = self._notes.get(ALL)
        return None if cause is None else cause.decode()

    def judged_to(self) -> int:
        """While everybody is marked: up to which key they have been judged."""
        return int(self._notes.get(JUDGED_TO) or 0)

    def advance(self, key: int) -> None:
        """While everybody is marked: all up to this key have been judged."""
        self._notes.set(JUDGED_TO, str(key).encode())

    def everybody_done(self) -> None:
        """Everybody has been judged; single marks remain."""
        with self._connection.transaction():
            self._notes.set(ALL, None)
            self._notes.set(JUDGED_TO, None)

    def count(self) -> int:
        """How many people are marked."""
        if self.everybody() is None:
            return int(self._connection.one("SELECT count(*) FROM dirty"))
        to = self.judged_to()
        return int(
            self._connection.one(
                "SELECT (SELECT count(*) FROM person WHERE key > ?) + (SELECT count(*) FROM dirty WHERE key <= ?)",
                (to, to),
            )
        )


def mark(connection: Connection, keys: Iterable[int], cause: str) -> None:
    """Marks these people."""
    connection.many(
        "INSERT INTO dirty (key, cause) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", [(key, cause) for key in keys]
    )


def mark_found(connection: Connection, query: str, values: Sequence[Any], cause: str) -> None:
    """Marks the people whose keys a query (with a WHERE) selects."""
    connection.run(
        f"INSERT INTO dirty (key, cause) SELECT DISTINCT found.key, ? FROM ({query}) AS found WHERE true "
        "ON CONFLICT (key) DO NOTHING",
        (cause, *values),
    )
