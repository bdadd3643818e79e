"""Field history tracking: switched per object and per field; what happened before the switch stays unknown."""

from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.salesforce.dml.history import MAX_TRACKED, TABLES

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

__all__ = ["MAX_TRACKED", "keeps_history", "switch", "track"]
_OFF = "history off"


def keeps_history(org: "Org", object_name: str) -> bool:
    """Whether the object can keep field history and is told to: true from the first day for those that can."""
    return object_name in TABLES and object_name not in org.settings.get(_OFF, [])


def switch(org: "Org", object_name: str, on: bool) -> None:
    """Turn field history of an object on or off. Off, it forgets which fields were tracked; the rows stay.

    Raises ValueError for an object that can keep none.
    """
    if object_name not in TABLES:
        raise ValueError(f"{object_name} keeps no field history")
    off = [name for name in org.settings.get(_OFF, []) if name != object_name]
    with org.storage.transaction():
        org.settings[_OFF] = off if on else [*off, object_name]
        if not on:
            for field in org.objects[object_name].fields:
                if field.tracked:
                    org.change_field(object_name, msgspec.structs.replace(field, tracked=False))


def track(org: "Org", object_name: str, field_name: str, on: bool = True) -> None:
    """Start or stop keeping the history of a field. Raises ValueError beyond 20 fields of one object."""
    found = org.objects[object_name]
    field = found.by_name[field_name.lower()]
    if not keeps_history(org, object_name):
        raise ValueError(f"{object_name} keeps no field history")
    if on and not field.tracked and sum(item.tracked for item in found.fields) >= MAX_TRACKED:
        raise ValueError(f"NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED: {object_name} tracks {MAX_TRACKED} fields already")
    org.change_field(object_name, msgspec.structs.replace(field, tracked=on))
