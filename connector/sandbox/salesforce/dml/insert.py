"""Checked inserts: defaults, required fields, references and rules; then the rows, and what they set off."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml import effects, guards, permission_rows
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import Options, Record, RowError, RowResult, rolled_back
from connector.sandbox.salesforce.dml.shape import Shapes
from connector.sandbox.salesforce.stamps import stamp
from connector.sandbox.salesforce.values import Stored

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_FULL = RowError("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")


def insert(org: "Org", object_name: str, records: Sequence[Record], options: Options) -> list[RowResult]:
    """Create records; one result per record, in order. Raises BadRequestError."""
    found = guards.writable(org, object_name, options, "create")
    with org.storage.transaction() as db:
        results: dict[int, RowResult] = {}
        good: list[Pending] = []
        taken: set[tuple[str, str]] = set()
        defaults = _defaults(org, found, options)
        for row in _prepare(org, found, records, options, results):
            for name, value in defaults.items():
                if row.new.get(name) is None:
                    row.new[name] = value
            error = _refusal(org, found, row, options, taken)
            if error is None:
                row.id = org.ids.next(found.prefix)
                good.append(row)
            results[row.place] = RowResult(row.id or None, (error,) if error else ())
        ordered = [results[place] for place in range(len(records))]
        if options.all_or_none and len(good) < len(ordered):
            return rolled_back(ordered)
        effects.before(org, found, good, options)
        _write(org, db, found, good, options)
        effects.after(org, found, good, options, inserted=True)
    return ordered


def _prepare(
    org: "Org", found: ObjectType, records: Sequence[Record], options: Options, results: dict[int, RowResult]
) -> list[Pending]:
    shapes = Shapes(org, found, options, inserting=True)
    required = [
        field.name
        for field in found.fields
        if field.createable and not (field.nillable or field.defaulted or field.type == "boolean")
    ]
    pending: list[Pending] = []
    for place, record in enumerate(records):
        shape = shapes.of(record)
        values, errors = shape.values(record, options)
        row = Pending(place, "", dict(zip(shape.names, values, strict=True)), {})
        missing = [name for name in required if row.new.get(name) is None]
        if missing and not options.system:
            text = f"Required fields are missing: [{', '.join(missing)}]"
            errors = [error for error in errors if error.code != "REQUIRED_FIELD_MISSING"]
            errors.append(RowError("REQUIRED_FIELD_MISSING", text, tuple(missing)))
        if shape.error is not None:
            errors = [shape.error, *errors]
        if any(value and name.lower() == "id" for name, value in record.items()):
            text = "cannot specify Id in an insert call"
            errors = [RowError("INVALID_FIELD_FOR_INSERT_UPDATE", text, ("Id",))]
        if errors:
            results[place] = RowResult(None, tuple(errors))
        else:
            pending.append(row)
    return pending


def _defaults(org: "Org", found: ObjectType, options: Options) -> dict[str, Stored]:
    out: dict[str, Stored] = {}
    for field in found.fields:
        if field.name == "OwnerId":
            out["OwnerId"] = options.user_id
        elif field.type == "boolean" and isinstance(field.default, bool):
            out[field.name] = int(field.default)
        elif field.stored and field.type in ("picklist", "string", "textarea") and not field.formula:
            default = picklists.default(org, field)
            if default is not None:
                out[field.name] = default
    if found.name == "User":
        out["UserType"] = "Standard"
    return out


def _refusal(
    org: "Org", found: ObjectType, row: Pending, options: Options, taken: set[tuple[str, str]]
) -> RowError | None:
    if options.system:
        return None
    if org.rules.limits.storage_full:
        return _FULL
    error = guards.untouchable(org, found, "", {}, options, "create")
    return (
        error
        or guards.references(org, found, row.new, {})
        or guards.unique(org, found, row, taken)
        or permission_rows.refusal(org, found, row)
        or guards.rules(org, found, "", dict(row.new), options, "insert")
    )


def _write(org: "Org", db: sqlite3.Connection, found: ObjectType, good: list[Pending], options: Options) -> None:
    now = stamp(org.clock())
    given: dict[str, Any] = {
        "CreatedDate": now,
        "CreatedById": options.user_id,
        "LastModifiedDate": now,
        "LastModifiedById": options.user_id,
        "SystemModstamp": now,
    }
    stamps = {name: value for name, value in given.items() if name in found}
    booleans = [field.name for field in found.fields if field.type == "boolean"]
    for row in good:
        row.new = {
            name: value for name, value in row.new.items() if name in found and found.by_name[name.lower()].stored
        }
        for name in booleans:
            if row.new.get(name) is None:
                row.new[name] = 0
        values = {"Id": row.id, **row.new, **stamps}
        columns = ", ".join(f'"{name}"' for name in values)
        spots = ", ".join("?" * len(values))
        db.execute(f'INSERT INTO "{found.name}" ({columns}) VALUES ({spots})', list(values.values()))
        row.new.update(stamps)
