"""Objects that the platform works out while it answers: they must be asked for by name."""

from __future__ import annotations

from connector.sandbox.salesforce.soql import tree
from connector.sandbox.salesforce.soql.fault import QueryError

_REQUIRED = {
    "fielddefinition": ("EntityDefinitionId", "DurableId"),
    "standardvalueset": ("MasterLabel", "DurableId"),
}
_ALSO = {"fielddefinition": ("entitydefinition.qualifiedapiname", "entitydefinition.developername")}


def check(query: tree.Query) -> None:
    """Raises QueryError MALFORMED_QUERY when such an object is asked for without naming which [C tap-salesforce]."""
    name = query.source.path[-1]
    required = _REQUIRED.get(name.lower())
    if required is None:
        return
    accepted = {column.lower() for column in required} | set(_ALSO.get(name.lower(), ()))
    if not accepted & set(_named(query.where)):
        columns = ",".join(required)
        raise QueryError("MALFORMED_QUERY", f"{name}: a filter on a reified column is required [{columns}]")


def _named(condition: tree.Condition | None) -> list[str]:
    """The columns that are held to given values."""
    if isinstance(condition, tree.And):
        return [name for part in condition.parts for name in _named(part)]
    if isinstance(condition, tree.Compare) and condition.operator == "=" and isinstance(condition.left, tree.Name):
        return [".".join(condition.left.path).lower()]
    if isinstance(condition, tree.Among) and not condition.negated and isinstance(condition.left, tree.Name):
        return [".".join(condition.left.path).lower()]
    return []
