"""A custom field's Metadata → the field type that describe, SOQL and DML go by."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.schema.calculated import calculated
from connector.sandbox.salesforce.schema.kinds import KINDS, NOT_HERE, PROPERTIES, SPECIAL, Kind
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.schema.shapes import shaped

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

Metadata = Mapping[str, Any]
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*__c$")
_BAD_NAME = (
    "The Field Name field can only contain underscores and alphanumeric characters. It must be unique, begin with a "
    "letter, not include spaces, not end with an underscore, and not contain two consecutive underscores."
)
LONGEST_NAME = 40
"""Characters before `__c`."""


def field_type(
    org: "Org", found: ObjectType, name: str, metadata: Metadata, before: FieldType | None = None
) -> FieldType:
    """The field that the Metadata describes, in the place of `before` if it is a change. Raises RefusedError."""
    kind_name = _kind_name(metadata)
    kind = KINDS[kind_name]
    _check(kind_name, kind, metadata)
    required = given(metadata, "required")
    made = FieldType(
        name=name,
        label=str(metadata["label"]),
        type=kind.type,
        length=kind.length,
        custom=True,
        nillable=not required,
        permissionable=not required,
        description=_text(metadata, "description"),
        help_text=_text(metadata, "inlineHelpText"),
        tracked=given(metadata, "trackHistory"),
    )
    if given(metadata, "formula"):
        return calculated(org, found, kind_name, made, metadata)
    return shaped(kind_name, made, metadata, before)


def check_name(name: str) -> None:
    """Raises RefusedError for an API name that a custom field cannot have."""
    if not name.endswith("__c"):
        text = "fullName must end with: __c or __kav or __x or __b or __e or __p or __mdt or __dll or __dlm"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("FullName",))
    if not _NAME.match(name):
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", _BAD_NAME, ("DeveloperName",))
    if len(name) - 3 > LONGEST_NAME:
        text = f"Field Name: data value too large: {name[:-3]} (max length={LONGEST_NAME})"
        raise RefusedError("STRING_TOO_LONG", text, ("DeveloperName",))


def given(metadata: Metadata, name: str) -> bool:
    """Whether a property says anything: null, false and empty are what Salesforce itself writes where it is not set."""
    return metadata.get(name) not in (None, False, "", [], "false")


def _kind_name(metadata: Metadata) -> str:
    unknown = next((name for name in metadata if name not in PROPERTIES), None)
    if unknown is not None:
        raise RefusedError("JSON_PARSER_ERROR", f"Unrecognized field '{unknown}' in Metadata of CustomField")
    name = metadata.get("type")
    if not name:
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", "Must specify a type for the CustomField", ("type",))
    if name in NOT_HERE:
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", f"This sandbox has no fields of type {name}", ("type",))
    if name not in KINDS:
        raise RefusedError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"'{name}' is not a FieldType", ("type",))
    return str(name)


def _check(name: str, kind: Kind, metadata: Metadata) -> None:
    formula = given(metadata, "formula")
    if not metadata.get("label"):
        raise _missing("label", name)
    if len(str(metadata["label"])) > 40:
        text = f"Field Label: data value too large: {metadata['label']} (max length=40)"
        raise RefusedError("STRING_TOO_LONG", text, ("label",))
    if formula and not kind.formula:
        raise _unwanted("formula", name)
    needs = tuple(item for item in kind.needs if item in ("precision", "scale")) if formula else kind.needs
    for item in needs:
        if metadata.get(item) in (None, ""):
            raise _missing(item, name)
    takes = needs if formula else (*needs, *kind.takes)
    for item in SPECIAL:
        if given(metadata, item) and item not in takes:
            raise _unwanted(item, name)
    if given(metadata, "lookupFilter"):
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", "This sandbox has no lookup filters", ("lookupFilter",))
    if given(metadata, "required") and (formula or name in ("Checkbox", "LongTextArea", "MultiselectPicklist")):
        raise _unwanted("required", name)


def _missing(item: str, kind: str) -> RefusedError:
    return RefusedError("FIELD_INTEGRITY_EXCEPTION", f"Must specify '{item}' for a CustomField of type {kind}", (item,))


def _unwanted(item: str, kind: str) -> RefusedError:
    text = f"Can not specify '{item}' for a CustomField of type {kind}"
    return RefusedError("FIELD_INTEGRITY_EXCEPTION", text, (item,))


def _text(metadata: Metadata, name: str) -> str | None:
    return str(metadata[name]) if metadata.get(name) else None
