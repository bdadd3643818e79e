"""Upsert: create or change, told apart by an external id."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.dml import guards
from connector.sandbox.salesforce.dml.insert import insert
from connector.sandbox.salesforce.dml.results import (
    BadRequestError,
    Options,
    Record,
    RowResult,
    refused,
    rolled_back,
)
from connector.sandbox.salesforce.dml.update import update
from connector.sandbox.salesforce.values import WrongTypeError, coercion

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


class _Undo(Exception):
    """Rolls the transaction back."""


def upsert(org: "Org", object_name: str, key: str, records: Sequence[Record], options: Options) -> list[RowResult]:
    """Create or change records by their external id `key`; one result per record with `created`, in order.

    Raises BadRequestError when `key` is no external id of the object.
    """
    found = guards.writable(org, object_name, options, "edit")
    field = key_field(org, found, key, options)
    each = msgspec.structs.replace(options, all_or_none=False)
    results: list[RowResult] = []
    try:
        with org.storage.transaction():
            results = _upsert(org, found, field, records, each)
            if options.all_or_none and not all(result.success for result in results):
                raise _Undo
    except _Undo:
        return rolled_back(results)
    return results


def key_field(org: "Org", found: ObjectType, key: str, options: Options) -> FieldType:
    """The external id of that name. Raises BadRequestError NOT_FOUND if there is none that the user may see."""
    field = found.field(key)
    usable = field is not None and (field.external_id or field.id_lookup)
    if field is None or not usable or not org.access(options.user_id).sees(found, field):
        text = f"Provided external ID field does not exist or is not accessible: {key}"
        raise BadRequestError("NOT_FOUND", text)
    return field


def matches(org: "Org", found: ObjectType, field: FieldType, raw: object) -> list[str]:
    """The ids of the live records that have that value in that external id. Raises WrongTypeError."""
    value = coercion(field)(raw)
    alive = " AND NOT IsDeleted" if found.soft_delete else ""
    collate = "" if field.case_sensitive or field.type == "id" else " COLLATE NOCASE"
    query = f'SELECT "Id" FROM "{found.name}" WHERE "{field.name}" = ?{collate}{alive}'
    return [row[0] for row in org.storage.reader().execute(query, (value,))]


def _upsert(
    org: "Org", found: ObjectType, field: FieldType, records: Sequence[Record], options: Options
) -> list[RowResult]:
    results: dict[int, RowResult] = {}
    new: dict[int, Record] = {}
    old: dict[int, Record] = {}
    keys = [_key(record, field) for record in records]
    times = Counter(str(raw).lower() for raw in keys)
    for place, (record, raw) in enumerate(zip(records, keys, strict=True)):
        outcome = _sort_out(org, found, field, raw, times[str(raw).lower()] > 1)
        if isinstance(outcome, RowResult):
            results[place] = outcome
        elif outcome is None:
            new[place] = {name: value for name, value in record.items() if name.lower() != "id"}
        else:
            rest = {name: value for name, value in record.items() if name.lower() not in ("id", field.name.lower())}
            old[place] = {"Id": outcome, **rest}
    if new:
        made = insert(org, found.name, list(new.values()), options)
        results |= {place: _created(result, True) for place, result in zip(new, made, strict=True)}
    if old:
        done = update(org, found.name, list(old.values()), options)
        results |= {place: _created(result, False) for place, result in zip(old, done, strict=True)}
    return [results[place] for place in range(len(records))]


def _sort_out(org: "Org", found: ObjectType, field: FieldType, raw: object, repeated: bool) -> RowResult | str | None:
    """The id of the record to change, None for one to create, or why neither."""
    if raw in (None, ""):
        return None if field.type == "id" else refused("MISSING_ARGUMENT", f"{field.name} not specified", field.name)
    if repeated:
        return refused("DUPLICATE_VALUE", f"Duplicate external id specified: {raw}", field.name)
    try:
        ids = matches(org, found, field, raw)
    except WrongTypeError:
        return refused("MALFORMED_ID", f"{field.label}: id value of incorrect type: {raw}", field.name)
    if len(ids) > 1:
        text = f"{field.name}: more than one record found for external id field: [{', '.join(ids)}]"
        return refused("DUPLICATE_EXTERNAL_ID", text, field.name)
    if not ids and field.type == "id":
        return refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", id=str(raw))
    return ids[0] if ids else None


def _key(record: Record, field: FieldType) -> object:
    return next((value for name, value in record.items() if name.lower() == field.name.lower()), None)


def _created(result: RowResult, created: bool) -> RowResult:
    return msgspec.structs.replace(result, created=created and result.success)
