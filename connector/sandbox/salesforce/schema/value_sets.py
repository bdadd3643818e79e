"""Standard value sets: a change gives the whole list, and a value that is not in it is deactivated [D, C]."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from connector.sandbox.salesforce import picklists, record_types
from connector.sandbox.salesforce.catalogue import PicklistValue
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.schema.values import check_distinct, value

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

Entry = Mapping[str, Any]


class ValueSet(NamedTuple):
    """The fields that show the values, and the marks of a value with the columns of its table that hold them."""

    fields: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...] = ()


VALUE_SETS = {
    "AccountRating": ValueSet((("Lead", "Rating"), ("Account", "Rating"))),
    "EventSubject": ValueSet((("Event", "Subject"),)),
    "Industry": ValueSet((("Account", "Industry"), ("Lead", "Industry"))),
    "LeadSource": ValueSet(
        (("Lead", "LeadSource"), ("Contact", "LeadSource"), ("Opportunity", "LeadSource"), ("Account", "AccountSource"))
    ),
    "LeadStatus": ValueSet((("Lead", "Status"),), (("converted", "IsConverted"),)),
    "OpportunityStage": ValueSet((("Opportunity", "StageName"),), (("closed", "IsClosed"), ("won", "IsWon"))),
    "Salutation": ValueSet((("Contact", "Salutation"), ("Lead", "Salutation"))),
    "TaskPriority": ValueSet((("Task", "Priority"),), (("highPriority", "IsHighPriority"),)),
    "TaskStatus": ValueSet((("Task", "Status"),), (("closed", "IsClosed"),)),
    "TaskSubject": ValueSet((("Task", "Subject"),)),
}
"""Standard value sets by name [D meta_standardvalueset names]."""


def update(org: "Org", name: str, entries: Sequence[Entry], *, alphabetical: bool = False) -> None:
    """Make the set's active values these, in this order, entries as in Tooling JSON. Raises RefusedError.

    Values that are not among them are deactivated; one that was deactivated and is among them is active again.
    """
    value_set = VALUE_SETS[name]
    found = org.objects[value_set.fields[0][0]].by_name[value_set.fields[0][1].lower()]
    given = [value(entry) for entry in entries]
    _check(name, entries, given, picklists.values(org, found))
    if alphabetical:
        entries = sorted(entries, key=lambda entry: str(entry.get("label") or entry["valueName"]).casefold())
        given = [value(entry) for entry in entries]
    with org.storage.transaction():
        for object_name, field_name in value_set.fields:
            record_types.keep_lists(org, object_name, field_name, picklists.values(org, found))
        if found.picklist_set is None:
            _write_fields(org, value_set, given)
        else:
            _write_table(org, name, value_set, entries, given)


def _check(
    name: str, entries: Sequence[Entry], given: Sequence[PicklistValue], before: Sequence[PicklistValue]
) -> None:
    if not given:
        raise RefusedError("REQUIRED_FIELD_MISSING", "Required field is missing: standardValue", ("standardValue",))
    check_distinct(given, before)
    if sum(one.default for one in given) > 1:
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", "Only one value can be the default", ("default",))
    for mark, _ in VALUE_SETS[name].marks[:1]:
        if any(entry.get(mark) is None for entry in entries):
            raise RefusedError("REQUIRED_FIELD_MISSING", f"Required field is missing: {mark}", (mark,))


def _write_fields(org: "Org", value_set: ValueSet, given: Sequence[PicklistValue]) -> None:
    named = {one.value for one in given}
    for object_name, field_name in value_set.fields:
        field = org.objects[object_name].by_name[field_name.lower()]
        left_out = (replace(one, active=False, default=False) for one in field.picklist if one.value not in named)
        default = next((one.value for one in given if one.default and one.active), None)
        org.change_field(object_name, replace(field, picklist=(*given, *left_out), default=default))


def _write_table(
    org: "Org", name: str, value_set: ValueSet, entries: Sequence[Entry], given: Sequence[PicklistValue]
) -> None:
    """The value table holds what is active; `picklists` remembers the rest."""
    marked = [{mark: bool(entry.get(mark)) for mark, _ in value_set.marks} for entry in entries]
    picklists.replace_all(org, name, list(zip(given, marked, strict=True)), value_set.marks)
    for object_name, field_name in value_set.fields:
        org.change_field(object_name, org.objects[object_name].by_name[field_name.lower()])  # describe has changed
