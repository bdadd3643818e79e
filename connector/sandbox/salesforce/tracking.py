"""Field history tracking: switched per field; what happened before the switch stays unknown."""

from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.salesforce.dml.history import MAX_TRACKED, TABLES

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def track(org: "Org", object_name: str, field_name: str, on: bool = True) -> None:
    """Start or stop keeping the history of a field. Raises ValueError beyond 20 fields of one object."""
    found = org.objects[object_name]
    field = found.by_name[field_name.lower()]
    if object_name not in TABLES:
        raise ValueError(f"{object_name} keeps no field history")
    if on and not field.tracked and sum(item.tracked for item in found.fields) >= MAX_TRACKED:
        raise ValueError(f"NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED: {object_name} tracks {MAX_TRACKED} fields already")
    org.change_field(object_name, msgspec.structs.replace(field, tracked=on))
