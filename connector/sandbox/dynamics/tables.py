"""The SQLite tables behind the catalogue: one per table of the environment, named by logical names."""

import sqlite3
from collections.abc import Iterable

from connector.sandbox.dynamics.catalogue import Attribute, Entity

_AFFINITY = {
    "Boolean": "INTEGER",
    "Integer": "INTEGER",
    "BigInt": "INTEGER",
    "Picklist": "INTEGER",
    "State": "INTEGER",
    "Status": "INTEGER",
    "Double": "REAL",
    "Decimal": "REAL",
    "Money": "REAL",
}
_INDEXED = frozenset(
    {
        "versionnumber", "modifiedon", "emailaddress1", "regardingobjectid", "leadid", "originatingleadid", "objectid",
        "parentcustomerid", "customerid", "parentaccountid", "parentcontactid", "partyid", "activityid", "ownerid",
        "campaignid", "opportunityid", "roleid", "privilegeid", "systemuserid", "solutionid", "calendarid", "queueid",
        "qualifyingopportunityid", "createdon", "subcategory",
    }
)  # fmt: skip
_OWN = """
CREATE TABLE _setting (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE _entity (name TEXT PRIMARY KEY, json TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE deleted (entity TEXT NOT NULL, id TEXT NOT NULL, versionnumber INTEGER NOT NULL, deletedon TEXT NOT NULL);
CREATE INDEX ix_deleted ON deleted (entity, versionnumber);
"""


def create_all(db: sqlite3.Connection, entities: Iterable[Entity]) -> None:
    """Every table, view and index, on an empty database."""
    found = list(entities)
    for statement in filter(None, (one.strip() for one in _OWN.split(";"))):
        db.execute(statement)
    for entity in found:
        if not entity.view:
            create(db, entity)
    activities = [one for one in found if one.activity and not one.view]
    for entity in found:
        if entity.view:
            _create_view(db, entity, activities)


def create(db: sqlite3.Connection, entity: Entity) -> None:
    """The table of one entity, with its indexes."""
    columns = ", ".join(part for one in entity.attributes for part in _columns(entity, one))
    db.execute(f'CREATE TABLE "{entity.name}" ({columns})')
    for statement in index_statements(entity):
        db.execute(statement)


def add_column(db: sqlite3.Connection, entity: Entity, attribute: Attribute) -> None:
    """One more column; existing rows have null there."""
    for part in _columns(entity, attribute):
        db.execute(f'ALTER TABLE "{entity.name}" ADD COLUMN {part}')


def drop_column(db: sqlite3.Connection, entity: Entity, attribute: Attribute) -> None:
    """One column less, with its index."""
    for part in _columns(entity, attribute):
        name = part.split('"')[1]
        db.execute(f'DROP INDEX IF EXISTS "{index_name(entity.name, name)}"')
        db.execute(f'ALTER TABLE "{entity.name}" DROP COLUMN "{name}"')


def index_name(entity: str, column: str) -> str:
    """The index on a column."""
    return f"ix_{entity}_{column}"


def index_statements(entity: Entity) -> list[str]:
    """What makes the indexes of a table."""
    return [
        f'CREATE INDEX IF NOT EXISTS "{index_name(entity.name, one.name)}" ON "{entity.name}" ("{one.name}")'
        for one in entity.attributes
        if one.name in _INDEXED and one.stored and one.name != entity.primary_id
    ]


def _columns(entity: Entity, one: Attribute) -> list[str]:
    """The column definitions of one attribute: none for virtual ones, two for polymorphic lookups."""
    if one.attribute_of is not None or one.type == "Virtual":
        return []
    affinity = _AFFINITY.get(one.type, "TEXT")
    if one.sql is not None:
        return [f'"{one.name}" {affinity} GENERATED ALWAYS AS ({one.sql}) VIRTUAL']
    if one.name == entity.primary_id:
        return [f'"{one.name}" TEXT PRIMARY KEY']
    made = [f'"{one.name}" {affinity}']
    if one.type_column:
        made.append(f'"{one.type_column}" TEXT')
    return made


def _create_view(db: sqlite3.Connection, view: Entity, parts: list[Entity]) -> None:
    """A table made of others: the rows of all activities, with the columns that they share."""
    selects = []
    for part in parts:
        columns = []
        for one in view.attributes:
            if one.attribute_of is None and one.type != "Virtual":
                columns.append(f'"{one.name}"' if one.name in part else f'NULL AS "{one.name}"')
                if one.type_column:
                    columns.append(f'"{one.type_column}"')
        selects.append(f'SELECT {", ".join(columns)} FROM "{part.name}"')
    db.execute(f'CREATE VIEW "{view.name}" AS {" UNION ALL ".join(selects)}')
