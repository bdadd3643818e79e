"""What a query found, read page by page: the keys are fixed when it is asked, the values are read with each page."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connector.sandbox.salesforce.soql.select import Child, Statement
from connector.sandbox.salesforce.soql.shape import Record, Row

Continued = Callable[["Results", int], str]
"""Keeps results for later and gives the URL from which those after a position are had."""


@dataclass(frozen=True, slots=True)
class Results:
    """The rows that a statement of kind `rows` found, as SQLite row ids in order."""

    statement: Statement
    keys: Sequence[int]

    def page(
        self, db: sqlite3.Connection, start: int, size: int, base: str, more: Continued
    ) -> tuple[list[Record], int]:
        """Up to `size` records from position `start`, and the position after them.

        Child records count as well, so there may be fewer. `base` is the path up to `/sobjects/`. Fewer also come when
        rows were deleted for good since the query ran.
        """
        keys = self.keys[start : start + size]
        rows = fetch(self.statement, db, keys)
        children = [
            _children(child, db, [row[1] for row in rows], base, size, more) for child in self.statement.children
        ]
        node = self.statement.projection.node
        records: list[Record] = []
        taken = 0
        for row in rows:
            below = {
                child.name: found.get(row[1]) for child, found in zip(self.statement.children, children, strict=True)
            }
            taken += 1 + sum(len(one["records"]) for one in below.values() if one)
            if records and taken > size:
                return records, start + keys.index(row[0])
            record = node.read(row[1:], base, below)
            assert record is not None
            records.append(record)
        return records, start + len(keys)


def find(statement: Statement, db: sqlite3.Connection) -> Results:
    """Run the query."""
    order = f"{'' if statement.ordered else ' ORDER BY '}{', ' if statement.ordered else ''}{statement.table}.rowid"
    sql = statement.sql(f"{statement.table}.rowid") + order + statement.window
    cursor = db.execute(sql, statement.parameters)
    return Results(statement, array("q", (key for (key,) in cursor)))


def count(statement: Statement, db: sqlite3.Connection) -> int:
    """How many rows a COUNT() query finds."""
    sql = (
        statement.sql(f"{statement.table}.rowid") + statement.window if statement.window else statement.sql("count(*)")
    )
    if statement.window:
        sql = f"SELECT count(*) FROM ({sql})"
    found: int = db.execute(sql, statement.parameters).fetchone()[0]
    return found


def groups(statement: Statement, db: sqlite3.Connection) -> list[Record]:
    """The AggregateResult records of a query for groups."""
    sql = statement.sql(", ".join(statement.projection.columns)) + statement.window
    found = (statement.projection.node.read(row, "") for row in db.execute(sql, statement.parameters))
    return [record for record in found if record is not None]


def fetch(statement: Statement, db: sqlite3.Connection, keys: Iterable[int]) -> list[Row]:
    """The rows of those keys, in their order: the key, then the columns of the projection."""
    wanted = json.dumps(list(keys))
    columns = ", ".join((f"{statement.table}.rowid", *statement.projection.columns))
    tables = " ".join(statement.tables)
    sql = f"SELECT {columns} FROM json_each(?) AS k CROSS JOIN {tables} WHERE {statement.table}.rowid = k.value"
    return db.execute(f"{sql} ORDER BY k.key", (wanted,)).fetchall()


def _children(
    child: Child, db: sqlite3.Connection, parents: list[Any], base: str, size: int, more: Continued
) -> dict[str, Record]:
    """The child records of these parents, by parent id, each in the form of a query answer."""
    statement = child.statement
    columns = f"{child.parent_column}, {statement.table}.rowid"
    sql = statement.sql(columns, f"{child.parent_column} IN (SELECT value FROM json_each(?))")
    keys: dict[str, list[int]] = {}
    for parent, key in db.execute(sql, (json.dumps(parents), *statement.parameters)):
        keys.setdefault(parent, []).append(key)
    last = None if statement.limit is None else statement.offset + statement.limit
    wanted = {parent: found[statement.offset : last] for parent, found in keys.items()}
    rows = {row[0]: row for row in fetch(statement, db, [key for found in wanted.values() for key in found[:size]])}
    answers: dict[str, Record] = {}
    for parent, found in wanted.items():
        if not found:
            continue
        node = statement.projection.node
        records = [node.read(rows[key][1:], base) for key in found[:size] if key in rows]
        answer: Record = {"totalSize": len(found), "done": len(found) <= size}
        if len(found) > size:
            answer["nextRecordsUrl"] = more(Results(statement, found), size)
        answers[parent] = {**answer, "records": records}
    return answers
