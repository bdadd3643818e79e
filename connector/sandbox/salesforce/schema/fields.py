"""Custom fields: making, changing and deleting them, each as one transaction."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.schema.definition import check_name, field_type
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.tooling.metadata import field as shown
from connector.sandbox.salesforce.tracking import MAX_TRACKED, keeps_history

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

ACTIVITY = ("Task", "Event")
"""Objects that share the custom fields made on `Activity` [I]."""
_PARTS = frozenset(name.lower() for name in ACTIVITY)
MOST_FIELDS = 500
"""Custom fields of one object [Enterprise Edition]."""


def create(org: "Org", full_name: str, metadata: Mapping[str, Any]) -> str:
    """A new custom field such as `Lead.Wake_Up_Date__c`, which nobody may see yet. Raises RefusedError.

    Returns the full name in the org's spelling.
    """
    object_name, _, name = full_name.partition(".")
    check_name(name)
    with org.storage.transaction():
        found = [_object(org, one, object_name) for one in _objects(object_name)]
        for one in found:
            made = field_type(org, one, name, metadata)
            _check_new(org, one, made)
            org.add_field(one.name, made, visible=False)
    return f"{'Activity' if object_name.lower() == 'activity' else found[0].name}.{name}"


def change(org: "Org", full_name: str, metadata: Mapping[str, Any]) -> None:
    """Give a custom field this definition, the whole of it; picklist values left out are deactivated.

    Raises RefusedError.
    """
    with org.storage.transaction():
        for found, before in named(org, full_name):
            after = field_type(org, found, before.name, metadata, before)
            if (after.type, after.formula is None) != (before.type, before.formula is None):
                text = f"This sandbox cannot change the type of {found.name}.{before.name}"
                raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("type",))
            _check_history(org, found, after, before)
            if before.picklist:
                record_types.keep_lists(org, found.name, before.name, before.picklist)
            if f"{found.name}.{before.name}" in _behind(org, after):
                text = f"The formula of {before.name} refers to itself"
                raise RefusedError("CIRCULAR_DEPENDENCY", text, ("formula",))
            org.change_field(found.name, after)
            _work_out_anew(org, f"{found.name}.{before.name}")


def remove(org: "Org", full_name: str) -> None:
    """Delete a custom field with everything that was in it. Raises RefusedError while something rests on it."""
    with org.storage.transaction():
        for found, field in named(org, full_name):
            user = _user_of(org, f"{found.name}.{field.name}")
            if user is not None:
                text = (
                    "This custom field is referenced elsewhere in salesforce.com. Remove the usage and try again. : "
                    f"{user}"
                )
                raise RefusedError("DEPENDENCY_EXISTS", text)
            org.remove_field(found.name, field.name)


def named(org: "Org", full_name: str) -> list[tuple[ObjectType, FieldType]]:
    """The custom field of that full name with its object; both of an activity field. Raises RefusedError."""
    object_name, _, name = full_name.partition(".")
    hits = [(found, found.field(name)) for one in _objects(object_name) if (found := org.object(one)) is not None]
    known = [(found, field) for found, field in hits if field is not None and field.custom]
    if not known:
        text = f"In field: fullName - no CustomField named {full_name} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text, ("FullName",))
    return known


def _objects(object_name: str) -> tuple[str, ...]:
    return ACTIVITY if object_name.lower() == "activity" else (object_name,)


def _object(org: "Org", name: str, asked: str) -> ObjectType:
    found = org.object(name)
    if found is None or not found.layoutable or asked.lower() in _PARTS:
        text = f"Entity Enumeration Or ID: bad value for restricted picklist field: {asked}"
        raise RefusedError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ("EntityDefinitionId",))
    return found


def _check_new(org: "Org", found: ObjectType, made: FieldType) -> None:
    if made.name in found:
        label = found.by_name[made.name.lower()].label
        raise RefusedError("DUPLICATE_DEVELOPER_NAME", f"There is already a field named {label} on {found.label}.")
    if sum(field.custom for field in found.fields) >= MOST_FIELDS:
        text = f"You have reached the maximum number of {MOST_FIELDS} custom fields on {found.label}"
        raise RefusedError("CUSTOM_ENTITY_OR_FIELD_LIMIT", text)
    for target in made.reference_to:
        if target not in org.objects:
            text = f"In field: referenceTo - no CustomObject named {target} found"
            raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text, ("referenceTo",))
    _check_history(org, found, made, None)


def _check_history(org: "Org", found: ObjectType, made: FieldType, before: FieldType | None) -> None:
    if not made.tracked or (before is not None and before.tracked):
        return
    if not keeps_history(org, found.name):
        text = f"Can not track the history of a field: field history tracking is not enabled for {found.name}"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("trackHistory",))
    if sum(field.tracked for field in found.fields) >= MAX_TRACKED:
        text = f"Cannot track more than {MAX_TRACKED} fields of {found.label}"
        raise RefusedError("NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED", text, ("trackHistory",))


def _behind(org: "Org", field: FieldType) -> set[str]:
    """Everything that a formula rests on, directly or through other formulas, as `Object.Field`."""
    names = set(field.formula_fields)
    for name in field.formula_fields:
        object_name, _, plain = name.partition(".")
        known = org.objects[object_name].field(plain)
        names |= _behind(org, known) if known is not None else set()
    return names


def _work_out_anew(org: "Org", full_name: str) -> None:
    """Bring the formulas that name a changed field up to date, and those that name them."""
    for found in list(org.objects.values()):
        for field in found.fields:
            if full_name in field.formula_fields:
                metadata = {name: value for name, value in shown(org, field).items() if value is not None}
                fresh = org.objects[found.name]
                org.change_field(found.name, field_type(org, fresh, field.name, metadata, field))
                _work_out_anew(org, f"{found.name}.{field.name}")


def _user_of(org: "Org", full_name: str) -> str | None:
    """What still works with a field: another one's formula, a rule or a flow."""
    object_name, _, name = full_name.partition(".")
    for found in org.objects.values():
        for field in found.fields:
            if full_name in field.formula_fields:
                return f"Custom Field Definition - {field.label}"
    for rule in org.rules.validation_rule:
        if rule.object == object_name and (name in rule.when or name == rule.field):
            return f"Validation Rule - {rule.message}"
    for flow in org.rules.automation:
        if flow.object == object_name and (name == flow.field or name in flow.set):
            return f"Flow Version - {flow.object} {flow.field}"
    return None
