"""An org as its schema says it is, for tests of the steps: nothing of ours, or all of it."""

from __future__ import annotations

from typing import Any

import msgspec

from connector import schema
from connector.adapters.salesforce.schema_change.words import WORDS
from connector.mapping import load
from connector.model import OBJECTS
from connector.ports import FieldSchema, ObjectSchema, OrgSchema, PicklistValue, RecordType
from connector.provisioning import FieldType, NewField, SchemaStep, Setup
from connector.schema import Wanted
from tests.policy.laid import laid

MAPPING = load("salesforce")
_TYPES = {
    FieldType.PICKLIST: "picklist",
    FieldType.TEXT: "string",
    FieldType.NUMBER: "double",
    FieldType.AGE: "double",
    FieldType.FLAG: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime",
}
CLASSIC = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")


def is_custom(api: str) -> bool:
    """As in Salesforce."""
    return api.endswith("__c")


def wanted(policy: str = "") -> Wanted:
    """What the policy wants."""
    return schema.wanted(laid(policy).policy, MAPPING, is_custom)


def values(*texts: str, converts: str = "") -> tuple[PicklistValue, ...]:
    """Active values."""
    return tuple(PicklistValue(text, text, converts=text == converts) for text in texts)


def status(*texts: str, converts: str = "", **more: Any) -> FieldSchema:
    """The lead status of an org."""
    listed = values(*texts, converts=converts)
    given = {"tracked": True, "writable": True, "values": listed, **more}
    return FieldSchema("status", "Status", "Lead Status", "picklist", **given)


def org(
    lead: FieldSchema | None = None,
    *,
    have: Wanted | None = None,
    record_types: tuple[RecordType, ...] = (),
    **fields: FieldSchema,
) -> OrgSchema:
    """An org with that lead status and, of our fields, those that `have` wants. `fields`: further ones of a lead."""
    lead = lead or status(*CLASSIC, "Closed - Converted", converts="Closed - Converted")
    objects = {}
    for name in OBJECTS:
        made = {one.field.name: as_there(one.field) for one in (have.fields if have else ()) if one.object == name}
        if name == "lead":
            made = {**made, "status": lead, **fields}
        kinds = record_types if name == "lead" else ()
        objects[name] = ObjectSchema(name, MAPPING.object(name).api, name.title(), made, record_types=kinds)
    return OrgSchema("00D", "Acme", "UTC", "005", "ann@acme.com", "59.0", objects)


def as_there(field: NewField) -> FieldSchema:
    """A field as the org shows it once it was added."""
    editable = field.type is not FieldType.AGE
    tracked = field.tracked or None
    given = {"writable": editable, "tracked": tracked, "values": values(*field.values)}
    return FieldSchema(field.name, field.api, field.label, _TYPES[field.type], **given)


def setup(**more: Any) -> Setup:
    """What this login may do: everything, with nothing of ours there."""
    return Setup(user="ann@acme.com", user_id="005", **{"conversion": {}, "words": WORDS, **more})


def complete(policy: str = "") -> tuple[OrgSchema, Setup, Wanted]:
    """An org that has all that is wanted."""
    wants = wanted(policy)
    lead = status(*CLASSIC, "Closed - Converted", *wants.statuses["lead"], converts="Closed - Converted")
    return org(lead, have=wants), setup(conversion=dict(wants.pairs)), wants


def with_field(there: OrgSchema, object: str, name: str, **changes: Any) -> OrgSchema:
    """The same org, one field of it changed."""
    on = there.objects[object]
    field = msgspec.structs.replace(on.fields[name], **changes)
    changed = msgspec.structs.replace(on, fields={**on.fields, name: field})
    return msgspec.structs.replace(there, objects={**there.objects, object: changed})


def without_field(there: OrgSchema, object: str, name: str) -> OrgSchema:
    """The same org without one field."""
    on = there.objects[object]
    changed = msgspec.structs.replace(on, fields={key: one for key, one in on.fields.items() if key != name})
    return msgspec.structs.replace(there, objects={**there.objects, object: changed})


def kinds(steps: list[SchemaStep]) -> list[str]:
    """What the steps do."""
    return [step.kind.value for step in steps]
