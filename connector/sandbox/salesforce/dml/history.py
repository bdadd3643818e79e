"""Field history: one row for each change of a tracked field, two for a lookup (names, then ids)."""

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.stamps import stamp
from connector.sandbox.salesforce.values import Stored

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

TABLES = {
    "Lead": ("LeadHistory", "LeadId"),
    "Contact": ("ContactHistory", "ContactId"),
    "Opportunity": ("OpportunityFieldHistory", "OpportunityId"),
    "Account": ("AccountHistory", "AccountId"),
}
MAX_TRACKED = 20
"""Fields of one object whose history may be kept [D tracking_field_history]."""
_KINDS = {
    "reference": "EntityId",
    "picklist": "EnumOrId",
    "datetime": "DateTime",
    "date": "DateOnly",
    "boolean": "Boolean",
    "currency": "Currency",
    "double": "Double",
    "percent": "Double",
    "int": "Double",
    "email": "Email",
    "phone": "Phone",
    "url": "Url",
    "textarea": "TextArea",
}
Change = tuple[str, str, Stored, Stored]
"""Record id, field name, value before, value after."""


def record(org: "Org", found: ObjectType, changes: list[Change], user_id: str) -> None:
    """Write the history rows of these changes; fields that are not tracked are passed over."""
    where = TABLES.get(found.name)
    if where is None or not changes:
        return
    table, parent = where
    now = stamp(org.clock())
    rows: list[tuple[Any, ...]] = []
    for id18, name, old, new in changes:
        field = found.by_name[name.lower()]
        if field.tracked and old != new:
            rows += [(id18, user_id, now, *entry) for entry in _entries(org, field, old, new)]
    ids = org.ids.take(org.objects[table].prefix, len(rows))
    org.storage.db.executemany(
        f'INSERT INTO "{table}" ("Id", "{parent}", CreatedById, CreatedDate, Field, DataType, OldValue, NewValue)'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(id18, *row) for id18, row in zip(ids, rows, strict=True)],
    )


def entry_name(field: FieldType) -> str:
    """How the history names a field: `Owner` for OwnerId, else its API name."""
    return field.relationship or field.name if field.reference_to and not field.custom else field.name


def _entries(org: "Org", field: FieldType, old: Stored, new: Stored) -> list[tuple[Any, ...]]:
    name, kind = entry_name(field), _KINDS.get(field.type, "Text")
    if field.long_text or field.type == "multipicklist":
        return [(name, kind, None, None)]
    if field.reference_to:
        return [(name, "Text", _name_of(org, old), _name_of(org, new)), (name, kind, old, new)]
    if field.type == "boolean":
        return [(name, kind, _flag(old), _flag(new))]
    return [(name, kind, old, new)]


def _flag(value: Stored) -> str:
    return "true" if value else "false"


def _name_of(org: "Org", id18: Stored) -> str | None:
    if not isinstance(id18, str):
        return None
    for found in org.objects.values():
        name = next((field.name for field in found.fields if field.name_field), None)
        if found.prefix == id18[:3] and name is not None:
            row = org.storage.db.execute(f'SELECT "{name}" FROM "{found.name}" WHERE "Id" = ?', (id18,)).fetchone()
            return str(row[0]) if row else None
    return None
