"""Taking retired status values out of people's sight: those that the policy remaps, once no record needs them.

A value that a writable record still carries stays: the record is moved first (`connector migrate`, or the rule
normalise). Converted and deleted records may keep theirs; they are history. How many there are is asked of the CRM
itself, right before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from connector.errors import Skip
from connector.model import OBJECTS
from connector.policy import Meaning, Policy
from connector.ports import ObjectSchema, OrgSchema, PicklistValue
from connector.provisioning import Carried, Provisioner, SchemaStep, StepKind, Uses, Words


class Retirement(msgspec.Struct, frozen=True):
    """One retired value: who carries it, what it becomes, why it stays (empty: it may go), what became of it.

    `refused`: it might have gone, but the CRM did not let it.
    """

    object: str
    value: str
    successor: str
    carried: Carried
    step: SchemaStep
    stays: str = ""
    done: bool = False
    refused: bool = False


def retirements(org: OrgSchema, policy: Policy, provisioner: Provisioner) -> tuple[list[Retirement], Uses]:
    """Every active status value that the policy remaps, with what the CRM says of it. `policy`: as for the org."""
    found: list[Retirement] = []
    uses: list[Uses] = []
    for name in OBJECTS:
        on = org.objects.get(name)
        values = list(_retired(on, policy)) if on else []
        if on is None or not values:
            continue
        texts = [value.value for value, _ in values]
        counts = {one.value: one for one in provisioner.carried(name, texts)}
        words = provisioner.words
        found += [_retirement(on, value, successor, counts[value.value], words) for value, successor in values]
        uses.append(provisioner.uses(name, texts))
    return found, joined(uses)


def retire(
    found: Sequence[Retirement], provisioner: Provisioner, still_ours: Callable[[], None]
) -> Iterator[Retirement]:
    """Deactivates what may go; each is counted once more right before, since people go on working."""
    for one in found:
        if one.stays:
            yield one
            continue
        (now,) = provisioner.carried(one.object, [one.value])
        if now.writable:
            yield msgspec.structs.replace(one, carried=now, stays=_carried_text(now))
            continue
        try:
            provisioner.change_schema(one.step, still_ours)
        except Skip as refused:
            yield msgspec.structs.replace(one, carried=now, stays=refused.what, refused=True)
            continue
        yield msgspec.structs.replace(one, carried=now, done=True)


def _retired(on: ObjectSchema, policy: Policy) -> Iterator[tuple[PicklistValue, str]]:
    status = on.fields.get("status")
    kinds = [None, *(kind.name for kind in on.record_types if kind.active)]
    for value in status.values if status else ():
        places = [policy.place(on.name, value.value, kind) for kind in kinds]
        if value.active and all(place.meaning is Meaning.RETIRED for place in places):
            yield value, places[0].text or places[0].name or ""


def _retirement(on: ObjectSchema, value: PicklistValue, successor: str, carried: Carried, words: Words) -> Retirement:
    status = on.fields["status"]
    step = SchemaStep(
        kind=StepKind.RETIRE,
        object=on.name,
        api=on.api,
        name=status.api,
        values=(value.value,),
        what=f"deactivate {value.value!r} of {on.api}.{status.api}",
        why=f"the policy remaps it to {successor!r}",
        how=words.retire,
        undo=words.undo_retire,
    )
    return Retirement(on.name, value.value, successor, carried, step, _why_it_stays(on, value, successor, carried))


def _why_it_stays(on: ObjectSchema, value: PicklistValue, successor: str, carried: Carried) -> str:
    if value.converts:
        return "it converts leads"
    if value.default:
        return f"it is the default of new records: make another value the default first ({successor!r})"
    if carried.writable:
        return _carried_text(carried)
    offered = {other.value for other in on.fields["status"].values if other.active}
    return "" if successor in offered else f"people cannot pick {successor!r} yet: run connector schema apply first"


def _carried_text(carried: Carried) -> str:
    some = "record carries" if carried.writable == 1 else "records carry"
    return f"{carried.writable:,} {some} it: plan and apply, or migrate, first"


def joined(parts: Iterable[Uses]) -> Uses:
    """Several answers as one, each thing said once."""
    parts = list(parts)
    missed = dict.fromkeys(text for part in parts for text in part.not_searched)
    return Uses(tuple(dict.fromkeys(use for part in parts for use in part.found)), tuple(missed))
