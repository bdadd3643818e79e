"""The records of the Tooling API in a SQLite database of their own, so that SOQL can be asked of them."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.salesforce import tables
from connector.sandbox.salesforce.catalogue import ObjectType, standard_objects
from connector.sandbox.salesforce.catalogue.tables import parse
from connector.sandbox.salesforce.ids import BASE62, POD, checksum
from connector.sandbox.salesforce.soql import scalars
from connector.sandbox.salesforce.tooling import metadata

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_SHARED = ("EntityDefinition", "FieldDefinition", "AssignmentRule", "RecordType", "BusinessProcess", "User", "Group")
"""Objects that the Tooling API has in common with REST."""

Row = dict[str, Any]


class ToolingObjects:
    """The objects that Tooling queries can name."""

    def find(self, name: str) -> ObjectType | None:
        """The object of that name, in any case."""
        return next((found for found in objects() if found.name.lower() == name.lower()), None)

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
    yield "CustomField", _custom_fields(org)
    yield "StandardValueSet", (_value_set(org, name) for name in metadata.VALUE_SETS)
    yield "ValidationRule", _validation_rules(org)
    yield "DuplicateRule", _duplicate_rules(org)
    for place, flow in enumerate(org.rules.automation):
        label = f"When {flow.object} {flow.field} changes"
        name = f"{flow.object}_{flow.field}_{place + 1}"
        version, definition = _id("301", name), _id("300", name)
        shared = {"MasterLabel": label}
        yield (
            "FlowDefinition",
            [
                {"Id": definition, "DeveloperName": name, "ActiveVersionId": version, "LatestVersionId": version}
                | shared
            ],
        )
        body = {"label": label, "processType": "AutoLaunchedFlow", "start": {"object": flow.object}, "status": "Active"}
        yield "Flow", [
            {
                "Id": version, "DefinitionId": definition, "VersionNumber": 1, "Status": "Active",
                "ProcessType": "AutoLaunchedFlow", "FullName": f"{name}-1", "Metadata": _json(body),
            }
            | shared
        ]  # fmt: skip


def _copied(org: Org, found: ObjectType) -> Iterator[Row]:
    names = [field.name for field in found.fields if field.stored]
    columns = ", ".join(f'"{name}"' for name in names)
    for row in org.storage.reader().execute(f'SELECT {columns} FROM "{found.name}"'):
        yield dict(zip(names, row, strict=True))


def _custom_fields(org: Org) -> Iterator[Row]:
    for found in org.objects.values():
        for field in found.fields:
            if field.custom:
                full = f"{found.name}.{field.name}"
                yield {
                    "Id": _id("00N", full), "DeveloperName": field.name.removesuffix("__c"), "FullName": full,
                    "TableEnumOrId": found.name, "EntityDefinitionId": found.name, "Length": field.length,
                    "Description": field.description, "InlineHelpText": field.help_text, "Precision": field.precision,
                    "Scale": field.scale, "ManageableState": "unmanaged", "Metadata": _json(metadata.field(org, field)),
                }  # fmt: skip


def _value_set(org: Org, name: str) -> Row:
    body = _json(metadata.value_set(org, name))
    return {"Id": name, "DurableId": name, "MasterLabel": name, "FullName": name, "Metadata": body}


def _validation_rules(org: Org) -> Iterator[Row]:
    for place, rule in enumerate(org.rules.validation_rule):
        name = f"{rule.object}_Rule_{place + 1}"
        body = {"active": True, "errorDisplayField": rule.field or None, "errorMessage": rule.message}
        yield {
            "Id": _id("03d", name), "ValidationName": name, "EntityDefinitionId": rule.object, "Active": 1,
            "ErrorDisplayField": rule.field or None, "ErrorMessage": rule.message, "FullName": f"{rule.object}.{name}",
            "Metadata": _json(body),
        }  # fmt: skip


def _duplicate_rules(org: Org) -> Iterator[Row]:
    for rule in org.rules.duplicate_rule:
        made = {"Id": _id("0Bm", f"{rule.object}.{rule.rule}"), "DeveloperName": rule.rule, "MasterLabel": rule.rule}
        yield made | {"SobjectType": rule.object, "IsActive": 1}


def _id(prefix: str, name: str) -> str:
    """The id of something that is known by its name: always the same for the same name."""
    number, digits = zlib.crc32(name.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    id15 = prefix + POD + digits
    return id15 + checksum(id15)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
