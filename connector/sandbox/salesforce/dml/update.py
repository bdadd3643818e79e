"""Checked updates: read the rows as they are, refuse what must be refused, write the rest, set off what follows."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml import effects, guards, permission_rows
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import Options, Record, RowError, RowResult, refused, rolled_back
from connector.sandbox.salesforce.dml.shape import Shapes
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.stamps import stamp
from connector.sandbox.salesforce.values import Stored

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_CHUNK = 200


def update(org: "Org", object_name: str, records: Sequence[Record], options: Options) -> list[RowResult]:
    """Change records, each naming its `Id`; one result per record, in order. Raises BadRequestError."""
    found = guards.writable(org, object_name, options, "edit")
    with org.storage.transaction() as db:
        results: dict[int, RowResult] = {}
        pending = _prepare(org, found, records, options, results)
        read(org, db, found, pending)
        good: list[Pending] = []
        taken: set[tuple[str, str]] = set()
        for row in pending:
            error = _refusal(org, found, row, options, taken)
            if error is None:
                good.append(row)
            results[row.place] = RowResult(row.id, (error,) if error else ())
        ordered = [results[place] for place in range(len(records))]
        if options.all_or_none and len(good) < len(ordered):
            return rolled_back(ordered)
        effects.before(org, found, good, options)
        write(org, db, found, good, options)
        effects.after(org, found, good, options, inserted=False)
    return ordered


def _prepare(
    org: "Org", found: ObjectType, records: Sequence[Record], options: Options, results: dict[int, RowResult]
) -> list[Pending]:
    """The rows that are in order so far; what is wrong with the others goes to `results`."""
    shapes = Shapes(org, found, options, inserting=False)
    pending: list[Pending] = []
    given = [next((value for name, value in record.items() if name.lower() == "id"), None) for record in records]
    ids = [to18(raw) if isinstance(raw, str) else None for raw in given]
    times = Counter(ids)
    for place, (record, raw, id18) in enumerate(zip(records, given, ids, strict=True)):
        shape = shapes.of(record)
        if not raw:
            results[place] = refused("MISSING_ARGUMENT", "Id not specified in an update call")
        elif id18 is None or id18[:3] != found.prefix:
            text = f"{found.label} ID: id value of incorrect type: {raw}"
            results[place] = refused("MALFORMED_ID", text, "Id")
        elif times[id18] > 1:
            results[place] = refused("DUPLICATE_VALUE", f"Duplicate id specified: {id18}", "Id", id=id18)
        else:
            values, errors = shape.values(record, options)
            if shape.error is not None:
                errors = [shape.error, *errors]
            if errors:
                results[place] = RowResult(id18, tuple(errors))
            else:
                pending.append(Pending(place, id18, dict(zip(shape.names, values, strict=True)), {}))
    return pending


def read(org: "Org", db: sqlite3.Connection, found: ObjectType, pending: Sequence[Pending]) -> None:
    """Fill in `old`: the columns to be written and those that decide whether they may be. Missing rows stay empty."""
    names: dict[str, None] = {}
    for keys in {tuple(row.new) for row in pending}:
        names.update(dict.fromkeys(keys))
    columns = list(dict.fromkeys(["Id", *names, *guards.deciding(org, found)]))
    by_id = {row.id: row for row in pending}
    into = ", ".join(f'"{name}"' for name in columns)
    for part in _parts(list(by_id)):
        spots = ", ".join("?" * len(part))
        for values in db.execute(f'SELECT {into} FROM "{found.name}" WHERE "Id" IN ({spots})', part):
            by_id[values[0]].old = dict(zip(columns, values, strict=True))


def _parts(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _refusal(
    org: "Org", found: ObjectType, row: Pending, options: Options, taken: set[tuple[str, str]]
) -> RowError | None:
    error = guards.gone(found, row.old)
    if error is None and not options.system:
        error = guards.untouchable(org, found, row.id, row.old, options, new=row.new)
        if error is None:
            error = guards.references(org, found, row.new, row.old)
        if error is None:
            error = guards.unique(org, found, row, taken)
        if error is None:
            error = permission_rows.refusal(org, found, row)
        if error is None:
            error = guards.rules(org, found, row.id, {**row.old, **row.new}, options, "update", row.old)
    return error


def write(org: "Org", db: sqlite3.Connection, found: ObjectType, good: Sequence[Pending], options: Options) -> None:
    """Write the new values and the stamps of a change by the user."""
    now = stamp(org.clock())
    given = (("LastModifiedDate", now), ("LastModifiedById", options.user_id), ("SystemModstamp", now))
    stamps: dict[str, Stored] = {name: value for name, value in given if name in found}
    by_columns: dict[tuple[str, ...], list[list[Stored]]] = {}
    for row in good:
        row.new.update(stamps)
        by_columns.setdefault(tuple(row.new), []).append([*row.new.values(), row.id])
    for columns, rows in by_columns.items():
        sets = ", ".join(f'"{name}" = ?' for name in columns)
        db.executemany(f'UPDATE "{found.name}" SET {sets} WHERE "Id" = ?', rows)
