"""StandardValueSet: the values of Lead Status and the like; a change is the whole list [D meta_standardvalueset]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.metadata.xml import Body
from connector.sandbox.salesforce.schema import value_sets
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.tooling.metadata import value_set

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def read(org: Org, name: str) -> Body | None:
    """The set with all its values, deactivated ones with `isActive` false."""
    if name not in value_sets.VALUE_SETS:
        return None
    shown = value_set(org, name)
    values = [{**entry, "fullName": entry["valueName"]} for entry in shown["standardValue"]]
    return {"fullName": name, "sorted": shown["sorted"], "standardValue": values}


def update(org: Org, body: Body) -> None:
    """Make the set's values those given."""
    name = str(body.get("fullName"))
    if name not in value_sets.VALUE_SETS:
        text = f"In field: fullName - no StandardValueSet named {name} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text)
    entries = [{**entry, "valueName": entry.get("fullName")} for entry in body.get("standardValue", [])]
    value_sets.update(org, name, entries, alphabetical=bool(body.get("sorted")))
