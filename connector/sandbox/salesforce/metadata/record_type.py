"""RecordType: which values each picklist offers; for statuses the business process says that, not the record type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce import picklists, record_types
from connector.sandbox.salesforce.metadata.offers import encoded, named
from connector.sandbox.salesforce.metadata.xml import Body
from connector.sandbox.salesforce.schema.refusal import RefusedError

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

Row = tuple[str, str, str, int, str | None, str | None]


def read(org: Org, name: str) -> Body | None:
    """The record type with the values of every picklist but the status."""
    found = _find(org, name)
    if found is None:
        return None
    id18, object_name, label, active, description, process = found
    offers = [
        {
            "picklist": field.name,
            "values": [
                {"fullName": encoded(item.value), "default": item.default}
                for item in record_types.offered(org, id18, field)
            ],
        }
        for field in org.objects[object_name].fields
        if field.type in ("picklist", "multipicklist") and record_types.PROCESS_FIELDS.get(object_name) != field.name
    ]
    body: Body = {"fullName": name, "active": bool(active), "businessProcess": process, "description": description}
    return body | {"label": label, "picklistValues": [offer for offer in offers if offer["values"]]}


def update(org: Org, body: Body) -> None:
    """Change what is given; the list of a picklist is the whole list of it."""
    name = str(body.get("fullName"))
    found = _find(org, name)
    if found is None:
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", f"In field: fullName - no RecordType named {name} found")
    id18, object_name, *_ = found
    with org.storage.transaction() as db:
        for offer in body.get("picklistValues", []):
            _set(org, id18, object_name, offer)
        for key, column in (("label", "Name"), ("description", "Description"), ("active", "IsActive")):
            if body.get(key) is not None:
                db.execute(f'UPDATE RecordType SET "{column}" = ? WHERE "Id" = ?', (body[key], id18))
    org.after_load(org.objects["RecordType"])


def _set(org: Org, id18: str, object_name: str, offer: dict[str, Any]) -> None:
    field = org.objects[object_name].field(str(offer.get("picklist")))
    if field is None or field.type not in ("picklist", "multipicklist"):
        text = f"In field: picklist - no Picklist named {object_name}.{offer.get('picklist')} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text, ("picklist",))
    if record_types.PROCESS_FIELDS.get(object_name) == field.name:
        text = f"Cannot set the values of {object_name}.{field.name} here: its business process lists them"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("picklist",))
    values = named(picklists.values(org, field), offer.get("values", []), field.name)
    record_types.set_list(org, id18, field.name, values)


def _find(org: Org, name: str) -> Row | None:
    object_name, _, developer_name = name.partition(".")
    query = (
        'SELECT r."Id", r.SobjectType, r.Name, r.IsActive, r.Description, b.Name FROM RecordType AS r LEFT JOIN'
        ' BusinessProcess AS b ON b."Id" = r.BusinessProcessId WHERE r.SobjectType = ? AND r.DeveloperName = ?'
    )
    row: Row | None = org.storage.reader().execute(query, (object_name, developer_name)).fetchone()
    return row
