"""The columns of an upload: which field each one fills, and what a cell means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connector.sandbox.salesforce.bulk.csvfile import JobFailedError
from connector.sandbox.salesforce.bulk.job import Job
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.dml.results import RowResult, refused

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

NULL = "#N/A"
"""The cell that clears a field; an empty one leaves it as it is [D datafiles_prepare_csv]."""


class _Lookup(NamedTuple):
    """A column such as `Account.Ext__c`: the reference it fills, found by another field of the parent."""

    field: FieldType
    parent: ObjectType
    key: FieldType


class Columns:
    """Turns the cells of a record into values by field name.

    Raises JobFailedError for a header that names no field, or the wrong ones for a delete.
    """

    def __init__(self, org: Org, job: Job, header: list[str]) -> None:
        self._org = org
        found = org.access(job.user_id).visible(job.object)
        if found is None:
            raise JobFailedError(f"InvalidEntity : Unknown entity: {job.object}")
        if job.operation in ("delete", "hardDelete") and [name.lower() for name in header] != ["id"]:
            raise JobFailedError("InvalidBatch : A delete batch must contain only ids")
        self._columns = [self._column(found, name) for name in header]
        names = [column.field.name if isinstance(column, _Lookup) else column for column in self._columns]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise JobFailedError(f"InvalidBatch : Duplicate field name : {twice}")

    def record(self, cells: list[str]) -> dict[str, Any] | RowResult:
        """The values of one record, or why it is refused: a parent that is not found."""
        values: dict[str, Any] = {}
        for column, cell in zip(self._columns, cells, strict=True):
            if cell == "":
                continue
            if isinstance(column, str):
                values[column] = None if cell == NULL else cell
                continue
            parents = [] if cell == NULL else self._parents(column, cell)
            if cell != NULL and len(parents) != 1:
                return _unclear(column, cell, parents)
            values[column.field.name] = parents[0] if parents else None
        return values

    def _column(self, found: ObjectType, name: str) -> str | _Lookup:
        relation, dot, key = name.partition(".")
        if dot:
            lookup = self._lookup(found, relation.rpartition(":")[2], key)
            if lookup is not None:
                return lookup
        field = found.field(name)
        if field is None:
            raise JobFailedError(f"InvalidBatch : Field name not found : {name}")
        return field.name

    def _lookup(self, found: ObjectType, relation: str, key: str) -> _Lookup | None:
        for field in found.fields:
            if (field.relationship or "").lower() != relation.lower():
                continue
            for target in field.reference_to:
                parent = self._org.object(target)
                known = parent.field(key) if parent else None
                if parent and known and (known.external_id or known.id_lookup):
                    return _Lookup(field, parent, known)
        return None

    def _parents(self, lookup: _Lookup, cell: str) -> list[str]:
        alive = ' AND "IsDeleted" = 0' if lookup.parent.soft_delete else ""
        sql = f'SELECT "Id" FROM "{lookup.parent.name}" WHERE "{lookup.key.name}" = ?{alive} LIMIT 2'
        return [row[0] for row in self._org.storage.reader().execute(sql, (cell,))]


def _unclear(lookup: _Lookup, cell: str, parents: list[str]) -> RowResult:
    if parents:
        return refused("INVALID_FIELD", f"More than one record found for external id field: [{', '.join(parents)}]")
    key, parent = lookup.key.name, lookup.parent.name
    return refused("INVALID_FIELD", f"Foreign key external ID: {cell} not found for field {key} in entity {parent}")
