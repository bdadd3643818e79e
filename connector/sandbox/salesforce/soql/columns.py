"""`GET /query?q=…&columns=true`: what columns the answer has. The Salesforce CLI asks for it to lay out its table."""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce.soql.functions import is_aggregate
from connector.sandbox.salesforce.soql.names import Column
from connector.sandbox.salesforce.soql.select import Statement
from connector.sandbox.salesforce.soql.tree import Query, Selected

_NUMBERS = frozenset({"int", "double", "currency", "percent"})
_APEX = {"int": "Integer", "boolean": "Boolean", "date": "Date", "datetime": "Datetime", "id": "Id", "reference": "Id"}

Description = dict[str, Any]


def columns(query: Query, statement: Statement) -> Description:
    """The columns of a query; parents and child sub-queries are columns that hold columns."""
    described = [] if statement.kind == "count" else _described(query, statement)
    return {
        "columnMetadata": described,
        "entityName": statement.object.name,
        "groupBy": bool(query.group),
        "idSelected": any(one["columnName"] == "Id" for one in described),
        "keyPrefix": statement.object.prefix,
    }


def _described(query: Query, statement: Statement) -> list[Description]:
    projection = statement.projection
    aggregated = [isinstance(item, Selected) and is_aggregate(item.expression) for item in query.select]
    out: list[Description] = []
    for place, (header, cell) in enumerate(zip(projection.header, projection.cells, strict=True)):
        into = out
        for relation in cell.path[:-1]:
            into = _parent(into, relation)["joinColumns"]
        name = header if statement.kind == "groups" or not cell.path else cell.path[-1]
        into.append(_column(name, cell, statement.kind == "groups" and aggregated[place]))
    for child, inner in zip(
        statement.children, (item for item in query.select if isinstance(item, Query)), strict=True
    ):
        group = _plain(child.name) | {"aggregate": True, "joinColumns": _described(inner, child.statement)}
        out.append(group)
    return out


def _parent(into: list[Description], relation: str) -> Description:
    found = next((one for one in into if one["columnName"] == relation and one["joinColumns"]), None)
    if found is None:
        found = _plain(relation) | {"foreignKeyName": f"{relation.removesuffix('__r')}Id"}
        if relation.endswith("__r"):
            found["foreignKeyName"] = f"{relation.removesuffix('__r')}__c"
        into.append(found)
    return found


def _column(name: str, cell: Column, aggregate: bool) -> Description:
    field = cell.field
    return _plain(name) | {
        "aggregate": aggregate,
        "apexType": _APEX.get(cell.kind, "Decimal" if cell.kind in _NUMBERS else "String"),
        "booleanType": cell.kind == "boolean",
        "custom": field is not None and field.custom,
        "insertable": field is not None and field.createable,
        "numberType": cell.kind in _NUMBERS,
        "textType": cell.kind not in _NUMBERS and cell.kind not in ("boolean", "date", "datetime", "time", "address"),
        "updatable": field is not None and field.updateable,
    }


def _plain(name: str) -> Description:
    return {
        "aggregate": False, "apexType": None, "booleanType": False, "columnName": name, "custom": name.endswith("__r"),
        "displayName": name, "foreignKeyName": None, "insertable": False, "joinColumns": [], "numberType": False,
        "textType": False, "updatable": False,
    }  # fmt: skip
