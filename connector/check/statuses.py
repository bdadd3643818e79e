"""Do the org's status values and the policy's agree: the lists, the processes of record types, what converts?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from connector.check.line import Line, State
from connector.inspection import Inspection
from connector.model import LEAD, OBJECTS
from connector.policy import Meaning, Policy
from connector.policy.coverage import contradictions
from connector.policy.loader import Loaded
from connector.ports import OrgSchema, PicklistValue


def lines(
    schema: OrgSchema, inspection: Inspection, policy: Policy, loaded: Loaded, converting: Collection[str]
) -> Iterator[Line]:
    """Values, converted status, record types."""
    for name in OBJECTS:
        values = values_of(schema, name)
        if values:
            yield from _values(policy, name, values)
    yield from _converted(schema, inspection, loaded, converting)
    for name in OBJECTS:
        yield from _record_types(schema, inspection, policy, name)


def values_of(schema: OrgSchema, name: str) -> tuple[PicklistValue, ...]:
    """The values of an object's status, none if it has no such field."""
    on = schema.objects.get(name)
    return on.fields["status"].values if on is not None and "status" in on.fields else ()


def _values(policy: Policy, name: str, values: Collection[PicklistValue]) -> Iterator[Line]:
    offered = {value.value for value in values if value.active}
    lacking = _lacking(policy, name, offered)
    if lacking:
        found = f"not in the org's list: {', '.join(lacking)}"
        why = "connector can write them, but nobody could pick them by hand"
        yield Line(f"{name} statuses", State.NOTE, found, why, "`connector schema apply` adds them to the list")
    unknown = [v.value for v in values if v.active and policy.place(name, v.value).meaning is Meaning.UNMAPPED]
    if unknown:
        found = f"the policy does not know: {', '.join(unknown)}"
        todo = "say what each means under [values], [remap] or [dispositions.phrases] of the policy"
        yield Line(f"{name} values", State.NOTE, found, "people who have them are left alone", todo)
    if not lacking and not unknown:
        yield Line(f"{name} statuses", State.OK, f"{len(offered)} values, all known to the policy")


def _converted(
    schema: OrgSchema, inspection: Inspection, loaded: Loaded, converting: Collection[str]
) -> Iterator[Line]:
    problems = contradictions(loaded, converting)
    for problem in problems:
        yield Line(
            "converted status", State.NOTE, f"{problem.what} ({problem.where})", "it is never written", problem.next
        )
    if values_of(schema, LEAD) and not converting:
        why, todo = "leads cannot be converted", inspection.advice.converting
        yield Line("converted status", State.NOTE, "no lead status converts", why, todo)
    elif converting and not problems:
        yield Line("converted status", State.OK, ", ".join(sorted(converting)))


def _record_types(schema: OrgSchema, inspection: Inspection, policy: Policy, name: str) -> Iterator[Line]:
    on = schema.objects.get(name)
    for kind in on.record_types if on else ():
        if not kind.active:
            continue
        label = f"record type {kind.name} of {name}"
        if kind.statuses is None:
            found, why = "could not look: what its process offers is not told", "a status it lacks may be written"
            yield Line(label, State.BLIND, found, why, inspection.advice.settings)
        elif lacking := _lacking(policy, name, kind.statuses):
            found = f"its process does not offer: {', '.join(lacking)}"
            why = "people of this record type are not moved there; a finding says so"
            yield Line(
                label, State.NOTE, found, why, "add them to its lead process; `connector schema plan` says where"
            )
        else:
            yield Line(label, State.OK, "its process offers every status of the policy")


def _lacking(policy: Policy, name: str, offered: Collection[str]) -> list[str]:
    """The policy's statuses that we might write and that are not offered."""
    return [
        status
        for status, says in policy.file.status.items()
        if name in says.on and not policy.has_role(status, "converts") and policy.written(status, name) not in offered
    ]
