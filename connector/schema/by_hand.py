"""Steps that connector leaves to an admin, each with the place to click. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from connector.model import LEAD, OBJECTS
from connector.policy.wording import fold
from connector.ports import FieldSchema, ObjectSchema, OrgSchema, RecordType
from connector.provisioning import FieldType, SchemaStep, StepKind, Words
from connector.schema.wanted import Wanted, WantedField

_FITS: Final[Mapping[FieldType, frozenset[str]]] = {
    FieldType.PICKLIST: frozenset({"picklist", "status", "string", "memo", "textarea", "combobox"}),
    FieldType.TEXT: frozenset({"picklist", "status", "string", "memo", "textarea", "combobox"}),
    FieldType.NUMBER: frozenset({"double", "int", "currency", "percent", "integer", "bigint", "decimal", "money"}),
    FieldType.FLAG: frozenset({"boolean"}),
    FieldType.DATE: frozenset({"date"}),
    FieldType.DATETIME: frozenset({"datetime"}),
    FieldType.AGE: frozenset({"double", "int", "integer", "decimal"}),
}
"""Types of the CRMs that can hold what we write."""


def without_right_type(one: WantedField, known: FieldSchema) -> SchemaStep | None:
    """The step for a field that is there and cannot hold what is written; None if it can."""
    if known.type in _FITS[one.field.type]:
        return None
    return SchemaStep(
        kind=StepKind.BY_HAND,
        object=one.object,
        api=one.api,
        name=one.field.api,
        what=f"{one.api}.{one.field.api} is there, but of type {known.type}; wanted: {one.field.type.value}",
        why=one.why,
        how=f"name another field for {one.field.name} in the mapping, or take it away under [writable]",
    )


def record_types(org: OrgSchema, wanted: Wanted, words: Words) -> Iterator[SchemaStep]:
    """Record types that do not offer a status value. A new value is offered by none until an admin adds it."""
    for name in OBJECTS:
        on = org.objects.get(name)
        for kind in on.record_types if on else ():
            if on is None or not kind.active or kind.statuses is None:
                continue
            offered = set(map(fold, kind.statuses))
            lacking = [text for text in wanted.statuses.get(name, ()) if fold(text) not in offered]
            if lacking:
                yield _record_type(on, kind, lacking, words)


def _record_type(on: ObjectSchema, kind: RecordType, lacking: list[str], words: Words) -> SchemaStep:
    place = words.lead_process if on.name == LEAD else words.person_type
    field = on.fields["status"].label if "status" in on.fields else "the status"
    return SchemaStep(
        kind=StepKind.BY_HAND,
        object=on.name,
        api=on.api,
        name=kind.name,
        what=f"record type “{kind.name}” of {on.api} does not offer: {', '.join(lacking)}",
        why="people of this record type are not moved there; a finding says so",
        how=place.format(kind=kind.name, label=on.label, field=field),
    )


def converting_by_hand(org: OrgSchema, converted: str | None, words: Words) -> Iterator[SchemaStep]:
    """No lead status converts, and none that is new shall: an admin decides."""
    on = org.objects.get(LEAD)
    status = on.fields.get("status") if on else None
    if on is None or status is None or not status.values or any(value.converts for value in status.values):
        return
    there = next((v.value for v in status.values if converted is not None and fold(v.value) == fold(converted)), None)
    if converted is not None and there is None:
        return
    where = words.converting.format(label=on.label, field=status.label)
    if there is not None:
        how = f"{where} → {there} → Edit → tick Converted; connector never changes that on a value that is there"
    else:
        how = (
            f"say which new value shall convert: connector schema apply --converted VALUE; or tick Converted at {where}"
        )
    yield SchemaStep(
        kind=StepKind.BY_HAND,
        object=LEAD,
        api=on.api,
        name="converted",
        what="no lead status converts",
        why="leads cannot be converted, and nobody can tell which of them were",
        how=how,
    )
