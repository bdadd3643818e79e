"""Rows of EntityDefinition and FieldDefinition: the catalogue as records, for REST and Tooling queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.base import BORN
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

NAMES = ("EntityDefinition", "FieldDefinition")
_KEY = "definitions written"
_WORDS = {
    "boolean": "Checkbox", "currency": "Currency({p}, {s})", "date": "Date", "datetime": "Date/Time",
    "double": "Number({p}, {s})", "email": "Email", "int": "Number({d}, 0)", "multipicklist": "Picklist (Multi-Select)",
    "percent": "Percent({p}, {s})", "phone": "Phone", "picklist": "Picklist", "string": "Text({n})", "time": "Time",
    "url": "URL({n})", "address": "Address", "id": "Lookup()", "combobox": "Picklist",
}  # fmt: skip
"""How a field's type reads in Setup."""

Row = dict[str, Any]


def refresh(org: Org) -> None:
    """Write the two tables anew if the catalogue changed since they were written."""
    if org.cache.get(_KEY) == org.schema_version:
        return
    with org.storage.transaction() as db:
        for name, rows in (("EntityDefinition", entities(org)), ("FieldDefinition", fields(org))):
            db.execute(f'DELETE FROM "{name}"')
            for row in rows:
                names = ", ".join(f'"{column}"' for column in row)
                db.execute(f'INSERT INTO "{name}" ({names}) VALUES ({", ".join("?" * len(row))})', list(row.values()))
    org.cache[_KEY] = org.schema_version


def entities(org: Org) -> Iterator[Row]:
    """One row per object."""
    for found in org.objects.values():
        yield {
            "Id": found.name,
            "DurableId": found.name,
            "QualifiedApiName": found.name,
            "DeveloperName": found.name.removesuffix("__c"),
            "MasterLabel": found.label,
            "Label": found.label,
            "PluralLabel": found.plural,
            "KeyPrefix": found.prefix,
            "IsCustomizable": int(found.layoutable),
            "IsApexTriggerable": int(found.layoutable),
            "IsWorkflowEnabled": int(found.layoutable),
            "IsCompactLayoutable": int(found.layoutable),
            "IsReplicateable": int(found.replicateable),
            "IsRetrieveable": 1,
            "IsSearchable": int(found.searchable),
            "IsTriggerable": int(found.layoutable),
            "IsIdEnabled": 1,
            "IsEverCreatable": int(found.createable),
            "IsEverUpdatable": int(found.updateable),
            "IsEverDeletable": int(found.deletable),
            "IsQueryable": int(found.queryable),
            "IsFeedEnabled": int(found.feed),
            "IsLayoutable": int(found.layoutable),
            "InternalSharingModel": "ReadWrite",
            "ExternalSharingModel": "Private",
            "LastModifiedDate": BORN,
        }


def fields(org: Org) -> Iterator[Row]:
    """One row per field of every object, whether or not anybody can see it."""
    for found in org.objects.values():
        for field in found.fields:
            yield _field(found, field)


def _field(found: ObjectType, field: FieldType) -> Row:
    return {
        "Id": f"{found.name}.{field.name}",
        "DurableId": f"{found.name}.{field.name}",
        "QualifiedApiName": field.name,
        "EntityDefinitionId": found.name,
        "DeveloperName": field.name.removesuffix("__c"),
        "MasterLabel": field.label,
        "Label": field.label,
        "Length": field.length,
        "DataType": _data_type(field),
        "ValueTypeId": field.type,
        "ExtraTypeInfo": field.extra,
        "IsCalculated": int(field.formula is not None),
        "IsNameField": int(field.name_field),
        "IsNillable": int(field.nillable),
        "IsCompactLayoutable": int(not field.long_text),
        "Precision": field.precision,
        "Scale": field.scale,
        "IsFieldHistoryTracked": int(field.tracked),
        "IsIndexed": int(field.id_lookup or field.external_id or field.type in ("id", "reference")),
        "IsApiFilterable": int(field.filterable),
        "IsApiSortable": int(field.sortable),
        "IsApiGroupable": int(field.groupable),
        "IsListFilterable": int(field.filterable),
        "IsListSortable": int(field.sortable),
        "IsListVisible": 1,
        "IsPolymorphicForeignKey": int(field.polymorphic),
        "RelationshipName": field.relationship,
        "Description": field.description,
        "LastModifiedDate": BORN,
    }


def _data_type(field: FieldType) -> str:
    if field.type == "reference":
        return f"Lookup({','.join(field.reference_to)})"
    if field.type == "textarea":
        return f"Long Text Area({field.length})" if field.long_text else f"Text Area({field.length})"
    words = _WORDS.get(field.type, field.type)
    text = words.format(p=field.precision - field.scale, s=field.scale, d=field.digits, n=field.length)
    return f"Formula ({text.partition('(')[0]})" if field.formula else text
