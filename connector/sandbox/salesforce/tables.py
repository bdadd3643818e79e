"""The SQLite tables behind the catalogue: one per object, named and with columns named exactly as in the API."""

import sqlite3
from collections.abc import Iterable

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.catalogue.types import TEXT_TYPES

_AFFINITY = {
    "boolean": "INTEGER NOT NULL DEFAULT 0",
    "int": "INTEGER",
    "double": "REAL",
    "currency": "REAL",
    "percent": "REAL",
    "anyType": "",
}
_INDEXED = frozenset(
    {
        "SystemModstamp", "Email", "WhoId", "WhatId", "LeadId", "ContactId", "CampaignId", "OpportunityId", "AccountId",
        "ConvertedContactId", "ParentId", "EmailMessageId", "RelationId", "GroupId", "AssigneeId", "EntityDefinitionId",
    }
)  # fmt: skip
_OWN = """
CREATE TABLE _counter (prefix TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE _setting (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE _object (name TEXT PRIMARY KEY, json TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;
"""


def create_all(db: sqlite3.Connection, objects: Iterable[ObjectType]) -> None:
    """Every table and index, on an empty database."""
    for statement in _OWN.split(";"):
        db.execute(statement)
    for found in objects:
        create(db, found)


def create(db: sqlite3.Connection, found: ObjectType) -> None:
    """The table of one object, with its indexes."""
    columns = ", ".join(column(field) for field in found.fields if field.stored or field.sql)
    db.execute(f'CREATE TABLE "{found.name}" ({columns})')
    for statement in index_statements(found):
        db.execute(statement)


def add_column(db: sqlite3.Connection, object_name: str, field: FieldType) -> None:
    """One more column; existing rows have null there, or false in a checkbox."""
    db.execute(f'ALTER TABLE "{object_name}" ADD COLUMN {column(field)}')
    if field.external_id or field.unique:
        db.execute(_index(object_name, field))


def drop_column(db: sqlite3.Connection, object_name: str, field: FieldType) -> None:
    """One column less, with its index."""
    db.execute(f'DROP INDEX IF EXISTS "{index_name(object_name, field.name)}"')
    db.execute(f'ALTER TABLE "{object_name}" DROP COLUMN "{field.name}"')


def column(field: FieldType) -> str:
    """The column definition of one field."""
    if field.type == "id":
        return f'"{field.name}" TEXT PRIMARY KEY NOT NULL'
    kind = _AFFINITY.get(field.type, "TEXT")
    if field.sql:
        return f'"{field.name}" {kind} GENERATED ALWAYS AS ({field.sql}) VIRTUAL'
    return f'"{field.name}" {kind}'


def index_statements(found: ObjectType) -> list[str]:
    """What makes the object's secondary indexes."""
    history = found.name.endswith("History")
    return [
        _index(found.name, field)
        for field in found.fields
        if field.name in _INDEXED or field.external_id or field.unique or (history and field.name == "CreatedDate")
    ]


def index_name(object_name: str, field_name: str) -> str:
    """The name of the index over one field."""
    return f"ix_{object_name}_{field_name}"


def _index(object_name: str, field: FieldType) -> str:
    """Text is found without case, as SOQL compares it; ids and times are found as they are."""
    collate = " COLLATE NOCASE" if field.type in TEXT_TYPES and not field.case_sensitive else ""
    name = index_name(object_name, field.name)
    return f'CREATE INDEX "{name}" ON "{object_name}" ("{field.name}"{collate})'
