"""CustomField: custom fields whole, and the history tracking of standard ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce import tracking
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.metadata.xml import Body
from connector.sandbox.salesforce.schema import fields
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.tooling.metadata import field as shown

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def read(org: Org, name: str) -> Body | None:
    """A custom field with its Metadata; of a standard one only what can be changed: whether it is tracked."""
    standard = _standard(org, name)
    if standard is not None:
        return {"fullName": name, "trackHistory": standard.tracked}
    try:
        _, field = fields.named(org, name)[0]
    except RefusedError:
        return None
    body: Body = {key: value for key, value in shown(org, field).items() if value is not None}
    if "valueSet" in body:
        definition = body["valueSet"]["valueSetDefinition"]
        values = [{**value, "fullName": value["valueName"]} for value in definition["value"]]
        body["valueSet"] = {**body["valueSet"], "valueSetDefinition": {**definition, "value": values}}
    return {"fullName": name, **body}


def create(org: Org, body: Body) -> None:
    """A new custom field that nobody may see yet."""
    fields.create(org, str(body.get("fullName") or ""), _metadata(body))


def update(org: Org, body: Body) -> None:
    """Give the field this definition; a standard field only has its tracking switched."""
    name = str(body.get("fullName") or "")
    if _standard(org, name) is None:
        fields.change(org, name, _metadata(body))
        return
    object_name, _, field_name = name.partition(".")
    if "trackHistory" not in body:
        return
    found = org.object(object_name)
    assert found is not None
    try:
        tracking.track(org, found.name, field_name, bool(body["trackHistory"]))
    except ValueError as error:
        code = "NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED" if "NUM_HISTORY" in str(error) else "FIELD_INTEGRITY_EXCEPTION"
        raise RefusedError(code, str(error), ("trackHistory",)) from error


def remove(org: Org, name: str) -> None:
    """Delete a custom field with everything that was in it."""
    fields.remove(org, name)


def _standard(org: Org, name: str) -> FieldType | None:
    object_name, _, field_name = name.partition(".")
    found = org.object(object_name)
    field = found.field(field_name) if found else None
    return None if field is None or field.custom else field


def _metadata(body: Body) -> dict[str, Any]:
    """As Tooling JSON has it: a value's API name is `valueName` there and `fullName` here."""
    metadata = {key: value for key, value in body.items() if key != "fullName"}
    value_set = metadata.get("valueSet")
    if value_set and value_set.get("valueSetDefinition"):
        definition = value_set["valueSetDefinition"]
        values = [{**value, "valueName": value.get("fullName")} for value in definition.get("value", [])]
        metadata["valueSet"] = {**value_set, "valueSetDefinition": {**definition, "value": values}}
    return metadata
