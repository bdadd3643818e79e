"""Our own writes, noted in the mirror once the CRM has confirmed them, so that the next sync finds nothing new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from connector.model import FIELDS, Ref
from connector.store.bulk import Connection
from connector.store.mirror import neighbours, scratch
from connector.store.mirror.dirty import mark
from connector.store.mirror.tables import OBJECT_CODES
from connector.text import from_text

Written = tuple[Ref, Mapping[str, str | None]]
"""A record, and the canonical text of each field that was written."""


def note(connection: Connection, written: Sequence[Written]) -> int:
    """Makes these values the kept ones and marks whom it concerns; how many people it were. In a transaction."""
    found = 0
    for object, code in OBJECT_CODES.items():
        mine = {ref.id: values for ref, values in written if ref.object == object}
        scratch.fill_words(connection, mine)
        people = connection.rows(
            f"SELECT key, id, email FROM person WHERE object = ? AND id IN (SELECT word FROM {scratch.WORDS})", (code,)
        )
        alike: dict[tuple[str, ...], list[Sequence[Any]]] = {}
        for key, id, _ in people:
            values = [_stored(field, text) for field, text in mine[id].items()]
            alike.setdefault(tuple(mine[id]), []).append((*values, key))
        for fields, rows in alike.items():
            setting = ", ".join(f"{field} = ?" for field in fields)
            connection.many(f"UPDATE person SET {setting} WHERE key = ?", rows)
        mark(connection, [key for key, _, _ in people], "written by connector")
        neighbours.mark_twins(connection, code, [email for _, id, email in people if "status" in mine[id]])
        found += len(people)
    return found


def _stored(field: str, text: str | None) -> Any:
    value = from_text(FIELDS[field], text)
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value
