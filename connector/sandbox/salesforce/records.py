"""Records as REST shows them: attributes, fields in describe order and case, compound fields put together."""

from collections.abc import Callable, Sequence
from typing import Any

from connector.sandbox.salesforce.asking import time_zone
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.formula.compile import expand, moment
from connector.sandbox.salesforce.http import ApiError, Call
from connector.sandbox.salesforce.soql.shape import converter
from connector.sandbox.salesforce.stamps import stamp

_ADDRESS = ("City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street")
_CHUNK = 500


def fetch(
    call: Call, found: ObjectType, ids: Sequence[str], names: Sequence[str] | None = None
) -> list[dict[str, Any] | None]:
    """These live records in the order of `ids`, None where there is none.

    `names` are field names in any case, None all that the caller sees. Raises ApiError INVALID_FIELD.
    """
    fields = _fields(found, names)
    readers = [(field.name, _reader(found, field)) for field in fields]
    columns = [field.name for field in found.fields if field.stored or field.sql]
    selected = ", ".join(f'"{name}"' for name in columns)
    worked_out = [field for field in fields if field.computed is not None]
    if worked_out:
        columns += [field.name for field in worked_out]
        selected += "".join(f", {sql}" for sql in _formulas(call, found, worked_out))
    alive = " AND NOT IsDeleted" if found.soft_delete else ""
    records: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        spots = ", ".join("?" * len(part))
        query = f'SELECT {selected} FROM "{found.name}" WHERE "Id" IN ({spots}){alive}'
        for row in call.org.storage.reader().execute(query, list(part)):
            values = dict(zip(columns, row, strict=True))
            url = f"{call.root}/sobjects/{found.name}/{values['Id']}"
            record: dict[str, Any] = {"attributes": {"type": found.name, "url": url}}
            record.update((name, read(values)) for name, read in readers)
            records[values["Id"]] = record
    return [records.get(id18) for id18 in ids]


def _formulas(call: Call, found: ObjectType, fields: Sequence[FieldType]) -> list[str]:
    """The values of formula fields as of now."""
    now = call.org.clock()
    today = now.astimezone(time_zone(call.org)).date().isoformat()
    return [moment(expand(field.computed or "", f'"{found.name}"'), stamp(now), today) for field in fields]


def _fields(found: ObjectType, names: Sequence[str] | None) -> Sequence[FieldType]:
    if names is None:
        return found.fields
    fields = []
    for name in names:
        field = found.field(name.strip())
        if field is None:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {found.name}")
        fields.append(field)
    return fields


def _reader(found: ObjectType, field: FieldType) -> Callable[[dict[str, Any]], Any]:
    name = field.name
    if field.type == "address":
        prefix = name.removesuffix("Address")
        return lambda values: _address(values, prefix)
    convert = converter(field.type)

    def read(values: dict[str, Any]) -> Any:
        value = values.get(name)
        return None if value is None else convert(value)

    return read


def _address(values: dict[str, Any], prefix: str) -> dict[str, Any] | None:
    parts = {part[0].lower() + part[1:]: values.get(f"{prefix}{part}") for part in _ADDRESS}
    return parts if any(value is not None for value in parts.values()) else None
