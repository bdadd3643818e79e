"""What the properties that belong to one kind of custom field make of it."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.schema.values import values

Metadata = Mapping[str, Any]
Shape = Callable[[FieldType, Metadata, FieldType | None], FieldType]
_NO_SORT = {"sortable": False, "aggregatable": False}
LONGEST_TEXT, LONGEST_AREA = 255, 131_072


def shaped(kind: str, field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    """The field with what its kind's own properties say. Raises RefusedError."""
    shape = _SHAPES.get(kind)
    return shape(field, metadata, before) if shape else field


def number(metadata: Metadata, name: str, least: int, most: int) -> int:
    """A whole number among the properties. Raises RefusedError."""
    try:
        value = int(metadata[name])
    except (TypeError, ValueError):
        value = least - 1
    if not least <= value <= most:
        text = f"Invalid {name}: {metadata[name]}. It must be between {least} and {most}"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, (name,))
    return value


def _number(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    precision = number(metadata, "precision", 1, 18)
    scale = number(metadata, "scale", 0, precision)
    return _key(replace(field, precision=precision, scale=scale), metadata, before)


def _key(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    return replace(
        field,
        unique=bool(metadata.get("unique")),
        external_id=bool(metadata.get("externalId")),
        case_sensitive=bool(metadata.get("caseSensitive")),
    )


def _text(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    return _key(replace(field, length=number(metadata, "length", 1, LONGEST_TEXT)), metadata, before)


def _area(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    return replace(field, extra="plaintextarea")


def _long_area(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    number(metadata, "visibleLines", 2, 50)
    length = number(metadata, "length", 256, LONGEST_AREA)
    return replace(field, length=length, extra="plaintextarea", filterable=False, **_NO_SORT)


def _checkbox(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    default = str(metadata["defaultValue"]).lower()
    if default not in ("true", "false"):
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", f"Invalid default value: {default}", ("defaultValue",))
    return replace(field, default=default == "true", aggregatable=False)


def _picklist(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    value_set = metadata["valueSet"]
    known = values(value_set, before.picklist if before else ())
    default = next((value.value for value in known if value.default and value.active), None)
    return replace(field, picklist=known, default=default, restricted=bool(value_set.get("restricted")))


def _multi(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    return replace(_picklist(field, metadata, before), **_NO_SORT)


def _lookup(field: FieldType, metadata: Metadata, before: FieldType | None) -> FieldType:
    plain = field.name.removesuffix("__c")
    return replace(
        field,
        length=18,
        reference_to=(str(metadata["referenceTo"]),),
        relationship=f"{plain}__r",
        child_relationship=f"{metadata['relationshipName']}__r",
    )


_SHAPES: dict[str, Shape] = {
    "Checkbox": _checkbox,
    "Currency": _number,
    "Email": _key,
    "LongTextArea": _long_area,
    "Lookup": _lookup,
    "MultiselectPicklist": _multi,
    "Number": _number,
    "Percent": _number,
    "Picklist": _picklist,
    "Text": _text,
    "TextArea": _area,
}
