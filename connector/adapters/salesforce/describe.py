"""What is there: objects, fields, values, processes, history tracking, and what an admin should know, as `OrgSchema`.

Describe has no flag for converting statuses: `LeadStatus` has [wire §2.3]. The values a record type's process offers
come from the UI API alone [D uiapi 264.0]. Whatever is not told stays unknown (None), it is never assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.org import identity, warnings
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.visible import Visible
from connector.errors import NotPermitted
from connector.mapping import Mapping as CrmMapping
from connector.mapping import TableMap
from connector.model import LEAD, OBJECTS
from connector.ports import FieldSchema, ObjectSchema, OrgSchema, PicklistValue, RecordType

MASTER = "012000000000000AAA"
"""The record type of an object that has none."""


def org_schema(session: Session, mapping: CrmMapping, visible: Visible) -> OrgSchema:
    """Asks the org; some ten calls."""
    who = identity(session)
    objects = {name: _object(session, mapping.object(name), visible) for name in OBJECTS if name in mapping.tables}
    return OrgSchema(
        org_id=who.org_id,
        org_name=who.org_name,
        timezone=who.timezone,
        user_id=who.user_id,
        user_name=who.user_name,
        api_version=session.version,
        objects=objects,
        warnings=warnings(session, mapping, visible),
    )


def _object(session: Session, person: TableMap, visible: Visible) -> ObjectSchema:
    described = visible.describe(person.api)
    if described is None:
        return ObjectSchema(person.name, person.api, person.api, {}, tuple(person.columns), (), False, False)
    tracked = _tracked(session, person)
    converts = _lead_statuses(session) if person.name == LEAD else {}
    fields: dict[str, FieldSchema] = {}
    missing: list[str] = []
    facts = {name: column for name, column in person.facts if column is not None}
    for name, column in {**person.columns, **facts}.items():
        shown = [api for api in column.apis if visible.has(person.api, api)]
        if not shown:
            missing += [name] if _is_wanted(name, described) else []
        elif "." not in shown[0]:
            known = visible.fields(person.api)[shown[0]]
            values = _values(known, converts if name == "status" else {})
            fields[name] = _field(name, known, tracked.get(shown[0]), name in person.writable, values)
    for name, api in person.shown.items():
        if visible.has(person.api, api):
            fields[name] = _field(name, visible.fields(person.api)[api], None, False, ())
    return ObjectSchema(
        name=person.name,
        api=person.api,
        label=described["label"],
        fields=fields,
        missing=tuple(missing),
        record_types=_record_types(session, person, described, "status" in fields),
        can_read=bool(described["queryable"]),
        can_update=bool(described["updateable"]),
    )


def _is_wanted(name: str, described: Mapping[str, Any]) -> bool:
    """Some fields are only there in some orgs, and nobody misses them in the others."""
    if name == "record_type":
        return any(not info.get("master") for info in described.get("recordTypeInfos") or ())
    return name != "is_person_account"


def _field(
    name: str, known: Mapping[str, Any], tracked: bool | None, ours: bool, values: tuple[PicklistValue, ...]
) -> FieldSchema:
    return FieldSchema(
        name=name,
        api=known["name"],
        label=known["label"],
        type=known["type"],
        length=known.get("length") or None,
        writable=ours and bool(known["updateable"]),
        restricted=bool(known.get("restrictedPicklist")),
        tracked=tracked,
        values=values,
    )


def _values(known: Mapping[str, Any], statuses: Mapping[str, PicklistValue]) -> tuple[PicklistValue, ...]:
    """The picklist's values; for the lead status with what `LeadStatus` says, which may know more of them."""
    listed = {
        entry["value"]: PicklistValue(
            entry["value"],
            entry["label"] or entry["value"],
            bool(entry["active"]),
            bool(entry["defaultValue"]),
            entry["value"] in statuses and statuses[entry["value"]].converts,
        )
        for entry in known.get("picklistValues") or ()
    }
    return tuple({**statuses, **listed}.values())


def _lead_statuses(session: Session) -> dict[str, PicklistValue]:
    query = soql.select(
        ["ApiName", "MasterLabel", "IsConverted", "IsDefault", "SortOrder"], "LeadStatus", order="SortOrder"
    )
    return {
        row["ApiName"]: PicklistValue(
            row["ApiName"], row["MasterLabel"], True, bool(row["IsDefault"]), bool(row["IsConverted"])
        )
        for row in session.query(query)["records"]
    }


def _tracked(session: Session, person: TableMap) -> dict[str, bool]:
    """Which of the fields we write leave history rows; empty if this user may not know."""
    apis = [person.field(name).api for name in sorted(person.writable)]
    query = soql.select(
        ["QualifiedApiName", "IsFieldHistoryTracked"],
        "FieldDefinition",
        f"EntityDefinition.QualifiedApiName = {soql.value(person.api)}",
        f"QualifiedApiName IN {soql.value(apis)}",
    )
    try:
        rows = session.query(query)["records"]
    except (Declined, NotPermitted):
        return {}
    return {row["QualifiedApiName"]: bool(row["IsFieldHistoryTracked"]) for row in rows}


def _record_types(
    session: Session, person: TableMap, described: Mapping[str, Any], has_status: bool
) -> tuple[RecordType, ...]:
    found: list[RecordType] = []
    for info in described.get("recordTypeInfos") or ():
        if info.get("master") or info["recordTypeId"] == MASTER:
            continue
        offered = None
        if has_status and info.get("active", True):
            offered = _offered(session, person.api, info["recordTypeId"], person.field("status").api)
        found.append(RecordType(info["recordTypeId"], info["name"], bool(info.get("active", True)), offered))
    return tuple(found)


def _offered(session: Session, object: str, record_type: str, field: str) -> frozenset[str] | None:
    path = f"{session.data}/ui-api/object-info/{soql.name(object)}/picklist-values/{soql.record_id(record_type)}"
    try:
        answer = session.get(f"{path}/{soql.name(field)}")
    except (Declined, NotPermitted):
        return None
    return frozenset(entry["value"] for entry in answer["values"])
