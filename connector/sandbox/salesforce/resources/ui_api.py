"""`/ui-api/object-info/{object}/picklist-values/{recordTypeId}/{field}`: what people may choose [D uiapi 264.0]."""

import zlib
from typing import Any

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.describe import MASTER_RECORD_TYPE
from connector.sandbox.salesforce.http import Answer, Call, Route, not_found
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.resources.describe import visible


def picklist_values(call: Call) -> Answer:
    """The values of one picklist under one record type."""
    found = visible(call)
    field = found.field(call.args["field"])
    record_type = to18(call.args["recordtype"])
    known = record_type == MASTER_RECORD_TYPE or (record_type and record_types.exists(call.org, found, record_type))
    if field is None or field.type not in ("picklist", "multipicklist") or not known or record_type is None:
        raise not_found()
    converting = _converting(call, field)
    values: list[dict[str, Any]] = [
        {
            "attributes": _attributes(field, item.value, converting),
            "label": item.label,
            "validFor": [],
            "value": item.value,
        }
        for item in record_types.offered(call.org, record_type, field)
    ]
    url = f"{call.root}/ui-api/object-info/{found.name}/picklist-values/{record_type}/{field.name}"
    body: dict[str, Any] = {
        "controllerValues": {},
        "defaultValue": _default(call, record_type, field, values),
        "eTag": f"{zlib.crc32(repr(values).encode()):08x}",
        "url": url,
        "values": values,
    }
    return Answer(body=body)


def _converting(call: Call, field: FieldType) -> frozenset[str]:
    if field.picklist_set != "LeadStatus":
        return frozenset()
    rows = call.org.storage.reader().execute("SELECT ApiName FROM LeadStatus WHERE IsConverted")
    return frozenset(row[0] for row in rows)


def _attributes(field: FieldType, value: str, converting: frozenset[str]) -> dict[str, Any] | None:
    """The key is misspelt in the real answer as well [I NPSP #2011]."""
    if field.picklist_set != "LeadStatus":
        return None
    return {"converted": value in converting, "picklistAtrributesValueType": "LeadStatus"}


def _default(call: Call, record_type: str, field: FieldType, values: list[dict[str, Any]]) -> dict[str, Any] | None:
    offered = record_types.offered(call.org, record_type, field)
    return next((shown for item, shown in zip(offered, values, strict=True) if item.default), None)


ROUTES = [
    Route("/services/data/{v}/ui-api/object-info/{object}/picklist-values/{recordtype}/{field}", GET=picklist_values)
]
