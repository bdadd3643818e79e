"""Audit details: what changed in one audit row, and the history of a row or of a column."""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument, missing
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.values import coercion

_ARGUMENT = re.compile(r"\s*(\w+)\s*=\s*(@\w+|'(?:[^']|'')*'|\{[^}]*\})\s*(?:,|$)")
_ROWS = (
    "SELECT objecttypecode, changedata FROM audit WHERE objectid = ? AND objecttypecode = ? ORDER BY versionnumber DESC"
)
_DETAIL = "#Microsoft.Dynamics.CRM.AttributeAuditDetail"


def details(call: Call) -> Answer:
    """`GET /audits(<guid>)/Microsoft.Dynamics.CRM.RetrieveAuditDetails`: the values before and after."""
    _demand(call, "prvReadAuditSummary")
    entity = call.org.entities["audit"]
    key = keys.parsed(entity, call.args["key"])
    query = "SELECT objecttypecode, changedata FROM audit WHERE auditid = ?"
    row = call.org.storage.reader().execute(query, (key["auditid"],)).fetchone()
    if row is None:
        raise missing("audit", str(key["auditid"]))
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.RetrieveAuditDetailsResponse"
    return Answer(200, {"@odata.context": context, "AuditDetail": _detail(call, row[0], row[1])})


def record_history(call: Call) -> Answer:
    """`GET /RetrieveRecordChangeHistory(Target=@target,PagingInfo=@p)`: newest first. It tells neither who nor when, as
    over the real Web API.
    """
    return _history(call, None)


def attribute_history(call: Call) -> Answer:
    """`GET /RetrieveAttributeChangeHistory(Target=@target,AttributeLogicalName=@name,PagingInfo=@p)`."""
    name = _arguments(call).get("AttributeLogicalName")
    if not isinstance(name, str):
        raise invalid_argument("Required field 'AttributeLogicalName' is missing")
    return _history(call, name)


def _history(call: Call, column: str | None) -> Answer:
    _demand(call, "prvReadRecordAuditHistory")
    given = _arguments(call)
    target = given.get("Target")
    if not isinstance(target, dict) or not isinstance(target.get("@odata.id"), str):
        raise invalid_argument("Required field 'Target' is missing")
    entity, key = keys.referenced(call.org, target["@odata.id"], {})
    id = keys.found(call.org, entity, key)
    rows = call.org.storage.reader().execute(_ROWS, (id, entity.name)).fetchall()
    found = [row for row in rows if column is None or column in _changed_names(row[1])]
    paging = given.get("PagingInfo")
    page = paging if isinstance(paging, dict) else {}
    count, number = int(page.get("Count") or 5_000), int(page.get("PageNumber") or 1)
    start = (number - 1) * count
    collection = {
        "MoreRecords": start + count < len(found),
        "PagingCookie": "",
        "TotalRecordCount": len(found) if page.get("ReturnTotalRecordCount") else -1,
        "AuditDetails": [_detail(call, name, data) for name, data in found[start : start + count]],
    }
    kind = "RetrieveRecordChangeHistory" if column is None else "RetrieveAttributeChangeHistory"
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.{kind}Response"
    return Answer(200, {"@odata.context": context, "AuditDetailCollection": collection})


def _demand(call: Call, privilege: str) -> None:
    if not call.access.may(privilege):
        text = f"Principal user (Id={call.user_id}) is missing {privilege} privilege"
        raise DataverseError(403, "0x80040220", text)


def _arguments(call: Call) -> dict[str, Any]:
    """The function's parameters, given in brackets, in `@name` aliases of the query, or both; JSON may use either
    quotation mark.
    """
    out: dict[str, Any] = {}
    for name, text in _ARGUMENT.findall(call.args["key"]):
        raw = call.query.get(text, "null") if text.startswith("@") else text
        raw = raw.strip()
        if raw.startswith("'"):
            out[name] = raw[1:-1].replace("''", "'")
            continue
        try:
            out[name] = json.loads(raw if '"' in raw else raw.replace("'", '"'))
        except ValueError as error:
            raise invalid_argument(f"The parameter '{name}' is not JSON: {raw}") from error
    return out


def _changes(data: str | None) -> list[dict[str, Any]]:
    return list(msgspec.json.decode(data)["changedAttributes"]) if data else []


def _changed_names(data: str | None) -> set[str]:
    return {str(one["logicalName"]) for one in _changes(data)}


def _detail(call: Call, table: str, data: str | None) -> dict[str, Any]:
    """An AttributeAuditDetail; a value that was or is empty is not in it. Columns that are gone since are counted."""
    entity = call.org.entities.get(table)
    changes = _changes(data)
    gone = [one for one in changes if entity is None or one["logicalName"] not in entity]
    return {
        "@odata.type": _DETAIL,
        "InvalidNewValueAttributes": [],
        "LocLabelLanguageCode": 0,
        "DeletedAttributes": {
            "Count": len(gone),
            "Keys": list(range(len(gone))),
            "Values": [one["logicalName"] for one in gone],
        },
        "OldValue": _side(call, entity, table, changes, "oldValue"),
        "NewValue": _side(call, entity, table, changes, "newValue"),
    }


def _side(call: Call, entity: Entity | None, table: str, changes: list[dict[str, Any]], side: str) -> dict[str, Any]:
    made: dict[str, Any] = {"@odata.type": f"#Microsoft.Dynamics.CRM.{table}"}
    if entity is None:
        return made
    hidden = call.access.hidden(entity)
    for one in changes:
        attribute = entity.attribute(str(one["logicalName"]))
        if attribute is not None and one.get(side) is not None and attribute.name not in hidden:
            made[attribute.property_name] = _value(attribute, one)[side]
    return made


def _value(attribute: Attribute, one: Mapping[str, Any]) -> dict[str, Any]:
    """Both values of a change in their own types."""
    coerce = coercion(attribute)
    out: dict[str, Any] = {}
    for side in ("oldValue", "newValue"):
        text = one.get(side)
        if isinstance(text, str) and attribute.is_lookup:
            text = text.rpartition(",")[2]
        value = coerce(text)
        out[side] = bool(value) if attribute.type == "Boolean" and value is not None else value
    return out


ROUTES = [
    Route("audits({key})/Microsoft.Dynamics.CRM.RetrieveAuditDetails()", GET=details),
    Route("RetrieveRecordChangeHistory({key})", GET=record_history),
    Route("RetrieveAttributeChangeHistory({key})", GET=attribute_history),
]
