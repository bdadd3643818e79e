"""Lookups of loaded rows: which table they point at where a file does not say, and which of them find no row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

from connector.sandbox.dynamics.catalogue import Attribute, Entity


def settle_targets(db: sqlite3.Connection, entities: Mapping[str, Entity], entity: Entity, column: Attribute) -> None:
    """Says of every value of a polymorphic lookup which table it points at: the one that has a row of that id."""
    for target in column.targets:
        if target in entities and not entities[target].view:
            key = entities[target].primary_id
            db.execute(
                f'UPDATE "{entity.name}" SET "{column.type_column}" = ? '
                f'WHERE "{column.name}" IN (SELECT "{key}" FROM "{target}") AND "{column.type_column}" IS NOT ?',
                (target, target),
            )


def dangling(
    db: sqlite3.Connection, entities: Mapping[str, Entity], entity: Entity, column: Attribute
) -> Iterator[str]:
    """A sentence if some values of a lookup find no row: allowed, since a file may hold a part of an environment."""
    targets = [entities[name] for name in column.targets if name in entities]
    if not targets:
        return
    nowhere = " AND ".join(
        f'NOT EXISTS (SELECT 1 FROM "{one.name}" AS t WHERE t."{one.primary_id}" = o."{column.name}")'
        for one in targets
    )
    count, example = db.execute(
        f'SELECT COUNT(*), MIN(o."{column.name}") FROM "{entity.name}" AS o '
        f'WHERE o."{column.name}" IS NOT NULL AND {nowhere}'
    ).fetchone()
    if count:
        known = " or ".join(one.name for one in targets)
        yield f"{entity.name}.csv: {count:,} values of {column.name} name no {known} that is there, e.g. {example}"
