"""The `Metadata` of fields and value sets, as the Tooling API shows it in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.catalogue import FieldType, PicklistValue
from connector.sandbox.salesforce.schema.value_sets import VALUE_SETS

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_TYPES = {
    "boolean": "Checkbox", "currency": "Currency", "date": "Date", "datetime": "DateTime", "double": "Number",
    "email": "Email", "int": "Number", "multipicklist": "MultiselectPicklist", "percent": "Percent", "phone": "Phone",
    "picklist": "Picklist", "reference": "Lookup", "string": "Text", "time": "Time", "url": "Url",
}  # fmt: skip
_VALUE = (
    "allowEmail", "closed", "color", "converted", "cssExposed", "default", "description", "forecastCategory",
    "groupingString", "highPriority", "isActive", "label", "probability", "reverseRole", "reviewed", "urls",
    "valueName", "won",
)  # fmt: skip


_BLANKS = {True: "BlankAsZero", False: "BlankAsBlank"}
_LINES = {"LongTextArea": 3, "MultiselectPicklist": 4}


def field(org: Org, known: FieldType) -> dict[str, Any]:
    """The Metadata of a custom field [D tooling_api_objects_customfield]."""
    kind = "LongTextArea" if known.long_text else "TextArea" if known.type == "textarea" else _TYPES.get(known.type)
    made: dict[str, Any] = {
        "type": kind,
        "label": known.label,
        "description": known.description,
        "inlineHelpText": known.help_text,
        "length": known.length if kind in ("Text", "LongTextArea") and known.formula is None else None,
        "precision": known.precision or known.digits or None,
        "scale": known.scale if known.precision else 0 if known.digits else None,
        "required": not known.nillable and known.type != "boolean",
        "unique": known.unique or None,
        "externalId": known.external_id,
        "trackHistory": known.tracked,
        "formula": known.formula,
        "formulaTreatBlanksAs": _BLANKS[known.blank_as_zero] if known.formula else None,
        "caseSensitive": known.case_sensitive or None,
        "defaultValue": str(known.default).lower() if isinstance(known.default, bool) else None,
        "visibleLines": _LINES.get(str(kind)),
        "referenceTo": known.reference_to[0] if known.reference_to else None,
        "relationshipName": (known.child_relationship or "").removesuffix("__r") or None,
        "valueSet": None,
    }
    if known.type in ("picklist", "multipicklist"):
        values = [_custom_value(value) for value in picklists.values(org, known)]
        made["valueSet"] = {
            "controllingField": None,
            "restricted": known.restricted,
            "valueSetDefinition": {"sorted": False, "value": values},
            "valueSetName": None,
            "valueSettings": [],
        }
    return made


def _custom_value(value: PicklistValue) -> dict[str, Any]:
    made = dict.fromkeys(("color", "description", "urls"))
    return made | {
        "valueName": value.value,
        "label": value.label,
        "default": value.default,
        "isActive": None if value.active else False,
    }


def value_set(org: Org, name: str) -> dict[str, Any]:
    """The Metadata of a standard value set; `isActive` null means active [R StandardValueSet record]."""
    object_name, field_name = VALUE_SETS[name].fields[0]
    known = org.objects[object_name].field(field_name)
    assert known is not None
    marks = _marks(org, name)
    return {
        "groupingStringEnum": None,
        "sorted": False,
        "standardValue": [_standard_value(value, marks.get(value.value, {})) for value in picklists.values(org, known)],
        "urls": None,
    }


def _standard_value(value: PicklistValue, marks: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(_VALUE)
    made |= {"valueName": value.value, "label": value.label, "default": value.default}
    return made | marks | ({} if value.active else {"isActive": False})


def _marks(org: Org, name: str) -> dict[str, dict[str, Any]]:
    """What the value tables say beyond name and label, by API name."""
    wanted = VALUE_SETS[name].marks
    if not wanted:
        return {}
    columns = ", ".join(f'"{column}"' for _, column in wanted)
    rows = org.storage.reader().execute(f'SELECT "ApiName", {columns} FROM "{name}"')
    marks = {row[0]: {key: bool(on) for (key, _), on in zip(wanted, row[1:], strict=True)} for row in rows}
    plain = {key: False for key, _ in wanted}
    return {value: {**plain, **known} for value, known in picklists.retired(org, name).items()} | marks
