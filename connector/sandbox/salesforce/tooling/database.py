"""The records of the Tooling API in a SQLite database of their own, so that SOQL can be asked of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.salesforce import shown, tables
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType, standard_objects
from connector.sandbox.salesforce.catalogue.tables import parse
from connector.sandbox.salesforce.schema.fields import ACTIVITY
from connector.sandbox.salesforce.schema.value_sets import VALUE_SETS
from connector.sandbox.salesforce.soql import scalars
from connector.sandbox.salesforce.tooling import metadata, rules_metadata
from connector.sandbox.salesforce.tooling.ids import named_id

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_SHARED = (
    "ApexClass", "ApexTrigger", "AssignmentRule", "BusinessProcess", "DuplicateRule", "EntityDefinition",
    "FieldDefinition", "FlowDefinitionView", "Group", "RecordType", "User",
)  # fmt: skip
"""Objects that the Tooling API has in common with REST."""

Row = dict[str, Any]
_ACTIVITY: Row = {
    "Id": "Activity", "DurableId": "Activity", "QualifiedApiName": "Activity", "DeveloperName": "Activity",
    "MasterLabel": "Activity", "Label": "Activity", "PluralLabel": "Activities", "IsCustomizable": 1,
}  # fmt: skip
"""What tasks and events have in common: their custom fields."""


class ToolingObjects:
    """The objects that Tooling queries can name."""

    def find(self, name: str) -> ObjectType | None:
        """The object of that name, in any case."""
        return next((found for found in objects() if found.name.lower() == name.lower()), None)

    def is_setup(self, name: str) -> bool:
        """Whether only who may view setup is told that there is such an object [I apex-toolingapi #19]."""
        found = self.find(name)
        return found is not None and found.name not in _SHARED

    def all(self) -> Iterable[ObjectType]:
        """Every object of the Tooling API."""
        return objects()


@cache
def objects() -> list[ObjectType]:
    """The objects of this folder and the shared ones."""
    paths = sorted(Path(__file__).parent.glob("*.table"))
    own = [parse(path.read_text(encoding="utf-8")) for path in paths]
    return [*own, *(standard_objects()[name] for name in _SHARED)]


def database(org: Org) -> sqlite3.Connection:
    """A database in memory with everything as it is now; close it after use."""
    shown.refresh(org)
    db = sqlite3.connect(":memory:", isolation_level=None)
    scalars.register(db)
    for found in objects():
        tables.create(db, found)
    for name, rows in _rows(org):
        for row in rows:
            names = ", ".join(f'"{column}"' for column in row)
            db.execute(f'INSERT INTO "{name}" ({names}) VALUES ({", ".join("?" * len(row))})', list(row.values()))
    return db


def _rows(org: Org) -> Iterator[tuple[str, Iterable[Row]]]:
    for name in _SHARED:
        yield name, _copied(org, standard_objects()[name])
    yield "EntityDefinition", [_ACTIVITY]
    yield "CustomField", _custom_fields(org)
    yield "StandardValueSet", (_value_set(org, name) for name in VALUE_SETS)
    yield "ValidationRule", _validation_rules(org)
    yield "WorkflowRule", _workflow_rules(org)
    for place, flow in enumerate(org.rules.automation):
        name, label = flow.names(place)
        version, definition = named_id("301", name), named_id("300", name)
        shared = {"MasterLabel": label}
        active = version if flow.active else None
        row: Row = {"Id": definition, "DeveloperName": name, "ActiveVersionId": active, "LatestVersionId": version}
        yield "FlowDefinition", [row | shared]
        row = {
            "Id": version, "DefinitionId": definition, "VersionNumber": 1, "FullName": f"{name}-1",
            "Status": "Active" if flow.active else "Obsolete", "ProcessType": "AutoLaunchedFlow",
            "Metadata": _json(rules_metadata.flow(flow, label)),
        }  # fmt: skip
        yield "Flow", [row | shared]


def _copied(org: Org, found: ObjectType) -> Iterator[Row]:
    names = [field.name for field in found.fields if field.stored]
    columns = ", ".join(f'"{name}"' for name in names)
    for row in org.storage.reader().execute(f'SELECT {columns} FROM "{found.name}"'):
        yield dict(zip(names, row, strict=True))


def _custom_fields(org: Org) -> Iterator[Row]:
    for full, table, field in custom_fields(org):
        yield {
            "Id": named_id("00N", full), "DeveloperName": field.name.removesuffix("__c"), "FullName": full,
            "TableEnumOrId": table, "EntityDefinitionId": table, "Length": field.length,
            "Description": field.description, "InlineHelpText": field.help_text, "Precision": field.precision,
            "Scale": field.scale, "ManageableState": "unmanaged", "Metadata": _json(metadata.field(org, field)),
        }  # fmt: skip


def custom_fields(org: Org) -> Iterator[tuple[str, str, FieldType]]:
    """Every custom field: its full name, the object it belongs to, the field; those of activities come once."""
    activity: dict[str, FieldType] = {}
    for found in org.objects.values():
        for field in found.fields:
            if field.custom and found.name in ACTIVITY:
                activity[field.name] = field
            elif field.custom:
                yield f"{found.name}.{field.name}", found.name, field
    for name, field in activity.items():
        yield f"Activity.{name}", "Activity", field


def _value_set(org: Org, name: str) -> Row:
    body = _json(metadata.value_set(org, name))
    return {"Id": name, "DurableId": name, "MasterLabel": name, "FullName": name, "Metadata": body}


def _validation_rules(org: Org) -> Iterator[Row]:
    for place, rule in enumerate(org.rules.validation_rule):
        name = rule.name or f"{rule.object}_Rule_{place + 1}"
        yield {
            "Id": named_id("03d", f"{rule.object}.{name}"), "ValidationName": name, "EntityDefinitionId": rule.object,
            "Active": int(rule.active), "ErrorDisplayField": rule.field or None, "ErrorMessage": rule.message,
            "FullName": f"{rule.object}.{name}", "Metadata": _json(rules_metadata.validation_rule(rule)),
        }  # fmt: skip


def _workflow_rules(org: Org) -> Iterator[Row]:
    for rule in org.rules.workflow_rule:
        yield {
            "Id": named_id("01Q", f"{rule.object}.{rule.name}"), "Name": rule.name, "TableEnumOrId": rule.object,
            "FullName": f"{rule.object}.{rule.name}", "Metadata": _json(rules_metadata.workflow_rule(rule)),
        }  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
