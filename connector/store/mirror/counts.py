"""Counts over everybody in the mirror: what questions about the whole set are answered with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from connector.store.bulk import Connection
from connector.store.mirror.tables import OBJECT_NAMES


class StatusCount(NamedTuple):
    """How many people of one kind have a status value, and when one of them was last changed."""

    object: str
    record_type: str | None
    status: str | None
    is_converted: bool
    people: int
    last_modified: datetime | None


class Counts:
    """Reads them; nothing is kept ready."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def people(self) -> dict[str, int]:
        """Leads and contacts, by object."""
        found = self._connection.rows("SELECT object, count(*) FROM person GROUP BY object")
        return {OBJECT_NAMES[object]: number for object, number in found}

    def in_scope(self) -> int:
        """People who were judged, that is, not skipped."""
        return int(self._connection.one("SELECT (SELECT count(*) FROM person) - (SELECT count(*) FROM skipped)"))

    def skipped(self) -> dict[str, int]:
        """People who were not judged, by why."""
        return dict(self._connection.rows("SELECT why, count(*) FROM skipped GROUP BY why ORDER BY why"))

    def findings(self) -> dict[str, int]:
        """Standing findings, by name."""
        return dict(self._connection.rows("SELECT name, count(*) FROM finding GROUP BY name ORDER BY name"))

    def promises(self, now: datetime) -> dict[tuple[str, str], int]:
        """Promises by name and by how they stand now: a clock may have run out since its person was judged.

        running, warned (most of the time is gone), breached (kept late, or not yet), met, or as `PromiseState` has it.
        """
        found = self._connection.rows(
            "SELECT name, CASE WHEN state <> 'running' THEN state WHEN due_at <= ? THEN 'breached' "
            "WHEN warn_at <= ? THEN 'warned' ELSE state END AS standing, count(*) FROM promise "
            "GROUP BY name, standing ORDER BY name, standing",
            (int(now.timestamp()), int(now.timestamp())),
        )
        return {(name, standing): int(number) for name, standing, number in found}

    def statuses(self) -> list[StatusCount]:
        """Every status value of every object and record type, the most frequent first."""
        found = self._connection.rows(
            "SELECT object, record_type, status, is_converted, count(*), max(modified_at) FROM person "
            "GROUP BY object, record_type, status, is_converted ORDER BY 5 DESC, 1, 2, 3, 4"
        )
        return [
            StatusCount(OBJECT_NAMES[object], record_type, status, bool(converted), number, _time(at))
            for object, record_type, status, converted, number, at in found
        ]


def _time(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
