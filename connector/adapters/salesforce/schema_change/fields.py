"""Custom fields through Tooling REST: making one, finding one, giving a picklist of ours more values [wire §4.1].

An update sends the whole Metadata as it was read, since picklist values that are left out are deactivated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.session import Guard, Session
from connector.errors import NotFound, Skip
from connector.policy.wording import fold
from connector.provisioning import FieldType, NewField, SchemaStep

_THERE: Final = ("DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE")
_NO_HISTORY: Final = ("NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED", "history")
_TYPES: Final[Mapping[FieldType, str]] = {
    FieldType.PICKLIST: "Picklist",
    FieldType.TEXT: "Text",
    FieldType.NUMBER: "Number",
    FieldType.FLAG: "Checkbox",
    FieldType.DATE: "Date",
    FieldType.DATETIME: "DateTime",
    FieldType.AGE: "Number",
}


class CustomField(NamedTuple):
    """A custom field as the Tooling API knows it."""

    id: str
    metadata: Mapping[str, Any]


def add(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Makes the field, unless it is there. Where its history cannot be kept, without that: another step says so."""
    assert step.field is not None
    field = step.field
    try:
        _create(session, step.api, field, metadata(field), guard)
    except Declined as error:
        if not (field.tracked and any(word in str(error) for word in _NO_HISTORY)):
            raise Skip(error.what, where=f"{step.api}.{field.api}") from error
        _create(session, step.api, field, {**metadata(field), "trackHistory": False}, guard)
    found = find(session, step.api, field.api)
    if found is None:
        raise Skip("the CRM took the field, but does not show it", where=f"{step.api}.{field.api}")
    if found.metadata["type"] != _TYPES[field.type]:
        what = f"there is a field of that name already, of type {found.metadata['type']}"
        raise Skip(what, where=f"{step.api}.{field.api}")


def add_values(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Adds values to a custom picklist; every value that is there stays as it is."""
    found = find(session, step.api, step.name)
    definition = ((found.metadata.get("valueSet") or {}) if found else {}).get("valueSetDefinition")
    if found is None or not definition:
        raise Skip("its values stand in a global value set: add them there", where=f"{step.api}.{step.name}")
    there = list(definition["value"])
    known = {fold(str(value["valueName"])): value for value in there}
    for text in step.values:
        if fold(text) in known:
            known[fold(text)]["isActive"] = True
        else:
            there.append(value(text))
    _send(session, found, _with_values(found, there), guard)
    listed = _values(find(session, step.api, step.name))
    before = {one["valueName"] for one in definition["value"] if one.get("isActive") is not False}
    _compare(step, listed, before | {known.get(fold(text), {"valueName": text})["valueName"] for text in step.values})


def deactivate(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Deactivates one value of a custom picklist."""
    found = find(session, step.api, step.name)
    if found is None:
        raise Skip("there is no such field", where=f"{step.api}.{step.name}")
    there = [
        {**one, "isActive": False} if one["valueName"] in step.values else one
        for one in found.metadata["valueSet"]["valueSetDefinition"]["value"]
    ]
    _send(session, found, _with_values(found, there), guard)
    if _values(find(session, step.api, step.name)).intersection(step.values):
        raise Skip("the CRM took it, but the value is still active", where=f"{step.api}.{step.name}")


def track(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Switches the history of a custom field on."""
    found = find(session, step.api, step.name)
    if found is None:
        raise NotFound(f"{step.api} has no custom field {step.name}", next="run: connector schema plan")
    _send(session, found, {**found.metadata, "trackHistory": True}, guard)


def find(session: Session, object: str, api: str) -> CustomField | None:
    """The field with its Metadata, which the CRM works out for one record at a time [D]."""
    query = soql.select(
        ["Id", "FullName", "Metadata"],
        "CustomField",
        f"DeveloperName = {soql.value(api.removesuffix('__c'))}",
        f"EntityDefinition.QualifiedApiName = {soql.value(object)}",
        "NamespacePrefix = null",
    )
    rows = session.get(f"{session.data}/tooling/query?q={soql.escaped(query)}")["records"]
    return CustomField(rows[0]["Id"], rows[0]["Metadata"]) if rows else None


def all_names(session: Session, objects: Sequence[str]) -> frozenset[tuple[str, str]]:
    """(object, API name) of every custom field of these objects, whether this login can see it or not."""
    query = soql.select(
        ["DeveloperName", "NamespacePrefix", "TableEnumOrId"], "CustomField", f"TableEnumOrId IN {soql.value(objects)}"
    )
    rows: list[Mapping[str, Any]] = []
    answer = session.get(f"{session.data}/tooling/query?q={soql.escaped(query)}")
    rows += answer["records"]
    while answer.get("nextRecordsUrl"):
        answer = session.get(answer["nextRecordsUrl"], bound=True)
        rows += answer["records"]
    return frozenset((row["TableEnumOrId"], _api(row)) for row in rows)


def metadata(field: NewField) -> dict[str, Any]:
    """The definition of a field as Tooling JSON has it. A formula of blanks is blank, never 0."""
    made: dict[str, Any] = {
        "type": _TYPES[field.type],
        "label": field.label,
        "description": "Added by connector.",
        "inlineHelpText": field.help,
        "required": False,
    }
    if field.tracked:
        made["trackHistory"] = True
    if field.type is FieldType.TEXT:
        made["length"] = field.length
    if field.type in (FieldType.NUMBER, FieldType.AGE):
        made |= {"precision": field.digits + field.decimals, "scale": field.decimals}
    if field.type is FieldType.FLAG:
        made["defaultValue"] = "false"
    if field.type is FieldType.PICKLIST:
        values = [value(text) for text in field.values]
        made["valueSet"] = {
            "restricted": field.restricted,
            "valueSetDefinition": {"sorted": False, "value": values},
        }
    if field.type is FieldType.AGE:
        formula = f"FLOOR(NOW() - {soql.name(field.counts_from)})"
        made |= {"formula": formula, "formulaTreatBlanksAs": "BlankAsBlank"}
    return made


def value(text: str) -> dict[str, Any]:
    """A picklist value as Tooling JSON has it."""
    return {"valueName": text, "label": text, "default": False, "isActive": True}


def _create(session: Session, object: str, field: NewField, body: Mapping[str, Any], guard: Guard) -> None:
    """Making it twice is no different: the second time the CRM says that it is there."""
    given = {"FullName": f"{object}.{field.api}", "Metadata": body}
    try:
        session.ask("POST", f"{session.data}/tooling/sobjects/CustomField", guard=guard, repeat=True, json=given)
    except Declined as error:
        if error.code not in _THERE:
            raise


def _send(session: Session, found: CustomField, whole: Mapping[str, Any], guard: Guard) -> None:
    path = f"{session.data}/tooling/sobjects/CustomField/{soql.record_id(found.id)}"
    try:
        session.ask("PATCH", path, guard=guard, repeat=True, json={"Metadata": whole})
    except Declined as error:
        raise Skip(error.what, where=error.where) from error


def _with_values(found: CustomField, values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    value_set = found.metadata["valueSet"]
    definition = {**value_set["valueSetDefinition"], "value": list(values)}
    return {**found.metadata, "valueSet": {**value_set, "valueSetDefinition": definition}}


def _values(found: CustomField | None) -> frozenset[str]:
    """The active values."""
    value_set = (found.metadata.get("valueSet") or {}) if found else {}
    listed = (value_set.get("valueSetDefinition") or {}).get("value") or ()
    return frozenset(one["valueName"] for one in listed if one.get("isActive") is not False)


def _compare(step: SchemaStep, listed: frozenset[str], wanted: set[str]) -> None:
    if lost := sorted(wanted - listed):
        raise Skip(f"read back, these are not active: {', '.join(lost)}", where=f"{step.api}.{step.name}")


def _api(row: Mapping[str, Any]) -> str:
    prefix = f"{row['NamespacePrefix']}__" if row.get("NamespacePrefix") else ""
    return f"{prefix}{row['DeveloperName']}__c"
