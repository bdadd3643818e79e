"""Users and queues, one by one: who may be given work, and who leads them."""

from __future__ import annotations

from typing import Any, Final

from connector.model import User
from connector.store.bulk import Connection

_COLUMNS: Final = "id, name, email, active, kind, department, title, role, manager_id"


class Users:
    """Reads them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> dict[str, User]:
        """All users and queues by id."""
        return {row[0]: _user(row) for row in self._connection.rows(f"SELECT {_COLUMNS} FROM users")}

    def one(self, id: str | None) -> User | None:
        """The user or queue of that id."""
        if id is None:
            return None
        found = self._connection.rows(f"SELECT {_COLUMNS} FROM users WHERE id = ?", (id,))
        return _user(found[0]) if found else None

    def called(self, word: str) -> list[User]:
        """Active users (no queues) with that id, e-mail or name, without case."""
        query = (
            f"SELECT {_COLUMNS} FROM users WHERE active = 1 AND coalesce(kind, 'user') = 'user' "
            "AND (id = ? OR lower(email) = lower(?) OR lower(name) = lower(?)) ORDER BY id"
        )
        return [_user(row) for row in self._connection.rows(query, (word, word, word))]

    def workers(self, queue: str) -> list[User]:
        """Active users who work off a queue."""
        columns = ", ".join(f"u.{name}" for name in _COLUMNS.split(", "))
        query = (
            f"SELECT {columns} FROM queue_members AS m JOIN users AS u ON u.id = m.user_id "
            "WHERE m.queue_id = ? AND u.active = 1 AND coalesce(u.kind, 'user') = 'user' ORDER BY u.id"
        )
        return [_user(row) for row in self._connection.rows(query, (queue,))]


def _user(row: tuple[Any, ...]) -> User:
    id, name, email, active, kind, department, title, role, manager = row
    return User(id, name or "", email, bool(active), kind or "user", department, title, role, manager)
