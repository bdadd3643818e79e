"""BusinessProcess: the lead (sales) process, which lists the statuses that its record types offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.salesforce import picklists, record_types
from connector.sandbox.salesforce.metadata.offers import encoded, named
from connector.sandbox.salesforce.metadata.xml import Body
from connector.sandbox.salesforce.schema.refusal import RefusedError

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def read(org: Org, name: str) -> Body | None:
    """The process with the values that it offers."""
    found = _find(org, name)
    if found is None:
        return None
    process_id, object_name, active, description = found
    field = org.objects[object_name].by_name[record_types.PROCESS_FIELDS[object_name].lower()]
    values = [
        {"fullName": encoded(item.value), "default": item.default}
        for item in record_types.listed(org, process_id, field)
    ]
    return {"fullName": name, "description": description, "isActive": bool(active), "values": values}


def update(org: Org, body: Body) -> None:
    """Make the offered values those given; each must be an active value of the status field."""
    name = str(body.get("fullName"))
    found = _find(org, name)
    if found is None:
        text = f"In field: fullName - no BusinessProcess named {name} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text)
    process_id, object_name, *_ = found
    field = org.objects[object_name].by_name[record_types.PROCESS_FIELDS[object_name].lower()]
    values = named(picklists.values(org, field), body.get("values", []), field.picklist_set or field.name)
    with org.storage.transaction() as db:
        record_types.set_list(org, process_id, field.name, values)
        if body.get("isActive") is not None:
            db.execute('UPDATE BusinessProcess SET IsActive = ? WHERE "Id" = ?', (int(body["isActive"]), process_id))


def _find(org: Org, name: str) -> tuple[str, str, int, str | None] | None:
    object_name, _, process = name.partition(".")
    query = (
        'SELECT "Id", TableEnumOrId, IsActive, Description FROM BusinessProcess WHERE TableEnumOrId = ? AND Name = ?'
    )
    row: tuple[str, str, int, str | None] | None
    row = org.storage.reader().execute(query, (object_name, process)).fetchone()
    return row if object_name in record_types.PROCESS_FIELDS else None
