"""EntityDefinition and FieldDefinition: the catalogue as records, so that it can be queried."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from connector.sandbox.salesforce.base import ADMIN_ID, BORN
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType

_HISTORY = frozenset({"Lead", "Contact", "Account", "Opportunity"})


def write(db: sqlite3.Connection, objects: Iterable[ObjectType], now: str = BORN) -> None:
    """Make the definitions of these objects what the catalogue says now. Ids are the durable ids."""
    for found in objects:
        db.execute("DELETE FROM FieldDefinition WHERE EntityDefinitionId = ?", (found.name,))
        db.execute('DELETE FROM EntityDefinition WHERE "Id" = ?', (found.name,))
        _insert(db, "EntityDefinition", [_entity(found, now)])
        _insert(db, "FieldDefinition", [_field(found, field, now) for field in found.fields])


def _insert(db: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{name}"' for name in rows[0])
    spots = ", ".join("?" * len(rows[0]))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({spots})", [list(row.values()) for row in rows])


def _entity(found: ObjectType, now: str) -> dict[str, Any]:
    return {
        "Id": found.name,
        "DurableId": found.name,
        "QualifiedApiName": found.name,
        "DeveloperName": found.name.removesuffix("__c"),
        "MasterLabel": found.label,
        "Label": found.label,
        "PluralLabel": found.plural,
        "KeyPrefix": found.prefix,
        "IsCustomizable": found.layoutable,
        "IsApexTriggerable": found.layoutable,
        "IsWorkflowEnabled": found.layoutable,
        "IsProcessEnabled": found.layoutable,
        "IsCompactLayoutable": found.layoutable,
        "IsReplicateable": found.replicateable,
        "IsRetrieveable": True,
        "IsSearchable": found.searchable,
        "IsTriggerable": found.layoutable,
        "IsIdEnabled": True,
        "IsEverCreatable": found.createable,
        "IsEverUpdatable": found.updateable,
        "IsEverDeletable": found.deletable,
        "IsQueryable": found.queryable,
        "IsFeedEnabled": found.feed,
        "IsSearchLayoutable": found.searchable,
        "IsLayoutable": found.layoutable,
        "InternalSharingModel": "ReadWrite",
        "ExternalSharingModel": "Private",
        "LastModifiedDate": now,
        "LastModifiedById": ADMIN_ID,
    }


def _field(found: ObjectType, field: FieldType, now: str) -> dict[str, Any]:
    plain = field.name.removesuffix("__c")
    return {
        "Id": f"{found.name}.{field.name}",
        "DurableId": f"{found.name}.{plain}",
        "QualifiedApiName": field.name,
        "EntityDefinitionId": found.name,
        "DeveloperName": plain,
        "MasterLabel": field.label,
        "Label": field.label,
        "Length": field.length,
        "DataType": _data_type(field),
        "ExtraTypeInfo": field.extra,
        "IsCalculated": field.formula is not None,
        "IsNameField": field.name_field,
        "IsNillable": field.nillable,
        "IsWorkflowFilterable": field.filterable,
        "IsCompactLayoutable": found.layoutable,
        "Precision": field.precision,
        "Scale": field.scale,
        "IsFieldHistoryTracked": field.tracked and found.name in _HISTORY,
        "IsIndexed": field.type in ("id", "reference") or field.external_id or field.name == "SystemModstamp",
        "IsApiFilterable": field.filterable,
        "IsApiSortable": field.sortable,
        "IsApiGroupable": field.groupable,
        "IsPolymorphicForeignKey": field.polymorphic,
        "RelationshipName": field.relationship,
        "Description": field.description,
        "LastModifiedDate": now,
        "LastModifiedById": ADMIN_ID,
    }


def _data_type(field: FieldType) -> str:
    """The type as setup pages write it: Text(80), Picklist, Lookup(User,Group), Number(18, 0)."""
    if field.type in ("string", "textarea"):
        return f"{'Text' if field.type == 'string' else 'Text Area'}({field.length})"
    if field.reference_to:
        return f"Lookup({','.join(field.reference_to)})"
    if field.precision:
        kind = {"double": "Number", "currency": "Currency", "percent": "Percent"}[field.type]
        return f"{kind}({field.precision - field.scale}, {field.scale})"
    names = {"boolean": "Checkbox", "datetime": "Date/Time", "int": f"Number({field.digits}, 0)", "url": "URL"}
    return names.get(field.type, field.type.capitalize())
