"""Lookups that find no record: allowed, since a file may hold a part of an org, but told once each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from connector.sandbox.salesforce.catalogue import ObjectType


def dangling(
    db: sqlite3.Connection, objects: Mapping[str, ObjectType], given: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """A sentence for each column in which some ids find no record. `given`: object → columns of its file."""
    for object_name, columns in given.items():
        for column in columns:
            field = objects[object_name].field(column)
            if field is None or field.type != "reference":
                continue
            targets = [name for name in field.reference_to if name in objects]
            if targets:
                yield from _missing(db, object_name, column, targets)


def _missing(db: sqlite3.Connection, object_name: str, column: str, targets: Sequence[str]) -> Iterator[str]:
    nowhere = " AND ".join(f'NOT EXISTS (SELECT 1 FROM "{name}" t WHERE t.Id = o."{column}")' for name in targets)
    count, example = db.execute(
        f'SELECT COUNT(*), MIN(o."{column}") FROM "{object_name}" o WHERE o."{column}" IS NOT NULL AND {nowhere}'
    ).fetchone()
    if count:
        known = " or ".join(targets)
        yield f"{object_name}.csv: {count:,} values of {column} name no {known} that is there, e.g. {example}"
