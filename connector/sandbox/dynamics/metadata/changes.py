"""`RetrieveMetadataChanges`: several tables with their columns, and what only their type has, in one answer [D 5.1].

There are no deltas here: whoever sends the stamp of an earlier answer is told to start over, as after its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument
from connector.sandbox.dynamics.metadata.columns import EXPANDABLE, column
from connector.sandbox.dynamics.metadata.label import Shape
from connector.sandbox.dynamics.metadata.tables import table

Query = Mapping[str, Any]


def answer(entities: Mapping[str, Entity], query: Query, client_stamp: str, server_stamp: str) -> Shape:
    """What an EntityQueryExpression asks for. Raises DataverseError for one that cannot be read, or an old stamp."""
    if client_stamp:
        text = "Version stamp associated with the client has expired. Please perform a full sync."
        raise DataverseError(400, "0x80044352", text)
    unknown = set(query) - {"Properties", "Criteria", "AttributeQuery", "LabelQuery", "MetadataSubset"}
    if unknown:
        raise invalid_argument(f"The query cannot hold {', '.join(sorted(unknown))} here.")
    shapes = [(entity, table(entity)) for entity in entities.values()]
    return {
        "ServerVersionStamp": server_stamp,
        "DeletedMetadata": None,
        "EntityMetadata": [_table(entity, shape, query) for entity, shape in shapes if _passes(shape, query)],
    }


def _table(entity: Entity, shape: Shape, query: Query) -> Shape:
    wanted = _names(query)
    kept = {name: value for name, value in shape.items() if _is_wanted(name, wanted)}
    if wanted is None or "Attributes" in wanted:
        inner = query.get("AttributeQuery") or {}
        columns = (column(entity, one) for one in entity.attributes)
        kept["Attributes"] = [_column(one, inner) for one in columns if _passes(one, inner)]
    return kept


def _column(shape: Shape, query: Query) -> Shape:
    """Columns that lack a property are shown without it; that a choice has options is a property here."""
    wanted = _names(query)
    return {
        name: value for name, value in shape.items() if _is_wanted(name, wanted) and (name not in EXPANDABLE or value)
    }


def _is_wanted(name: str, wanted: frozenset[str] | None) -> bool:
    return wanted is None or name in wanted or name in ("@odata.type", "MetadataId", "LogicalName", "HasChanged")


def _names(query: Query) -> frozenset[str] | None:
    """The properties asked for; None for all of them."""
    found = query.get("Properties") or {}
    return None if found.get("AllProperties") else frozenset(found.get("PropertyNames") or ())


def _passes(shape: Shape, query: Query) -> bool:
    criteria = query.get("Criteria") or {}
    results = [_holds(shape, one) for one in criteria.get("Conditions") or ()]
    return any(results) if results and criteria.get("FilterOperator") == "Or" else all(results)


def _holds(shape: Shape, condition: Query) -> bool:
    name, operator = condition.get("PropertyName"), condition.get("ConditionOperator")
    if name not in shape:
        raise invalid_argument(f"There is no property {name!r} to compare.")
    value = (condition.get("Value") or {}).get("Value")
    found = shape[name]["Value"] if isinstance(shape[name], dict) and "Value" in shape[name] else shape[name]
    if operator in ("Equals", "NotEquals"):
        return _same(found, value) is (operator == "Equals")
    if operator in ("In", "NotIn"):
        return any(_same(found, one) for one in _listed(value)) is (operator == "In")
    raise invalid_argument(f"The condition operator {operator!r} is not supported.")


def _same(found: object, value: object) -> bool:
    return str(found).lower() == str(value).lower()


def _listed(value: object) -> Iterable[object]:
    """A list, or the text of one as the Web API's examples have it: `["account","contact"]`."""
    if isinstance(value, str):
        return [part.strip().strip("\"'") for part in value.strip("[]").split(",")]
    return value if isinstance(value, list) else []
