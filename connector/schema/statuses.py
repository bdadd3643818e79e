"""The status values that the CRM's own list of lead statuses lacks, and which of them converts. Pure.

That a value converts is said when it is added, and never changed on one that is there: it would change what happens to
people's leads.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from connector.errors import BadInput
from connector.model import LEAD, OBJECTS
from connector.policy.wording import fold
from connector.ports import ObjectSchema, OrgSchema, PicklistValue
from connector.provisioning import SchemaStep, Setup, StepKind
from connector.schema.wanted import Wanted


def status_values(org: OrgSchema, setup: Setup, wanted: Wanted, converted: str | None) -> Iterator[SchemaStep]:
    """The steps for objects whose status is the CRM's own field. Raises BadInput: see `plan.steps`."""
    added = {(one.object, one.field.name) for one in wanted.fields}
    new = _converting(org, wanted, converted)
    for name in OBJECTS:
        on = org.objects.get(name)
        status = on.fields.get("status") if on else None
        if on is None or status is None or (name, "status") in added:
            continue
        texts = wanted.statuses.get(name, ())
        if name == LEAD and new:
            texts = (*(text for text in texts if text != new), new)
        active = [value for value in status.values if value.active]
        lacking = tuple(text for text in texts if fold(text) not in {fold(value.value) for value in active})
        clashes = {text: label for text in lacking if (label := _labelled(text, active))}
        yield from (_clash(on, text, value) for text, value in clashes.items())
        if values := tuple(text for text in lacking if text not in clashes):
            step = _step(on, status.api, values, setup, new if name == LEAD else "")
            closing = tuple(text for text in values if text in wanted.closing.get(name, ()))
            yield msgspec.structs.replace(step, closing=closing)


def _converting(org: OrgSchema, wanted: Wanted, converted: str | None) -> str:
    """The value to add as the one that converts; empty if none is to be added."""
    on = org.objects.get(LEAD)
    status = on.fields.get("status") if on else None
    if status is None or converted is None:
        return ""
    there = [value.value for value in status.values if value.converts]
    if fold(converted) in map(fold, there):
        return ""
    if there:
        what = f"{', '.join(map(repr, there))} converts leads already, and connector never changes that"
        raise BadInput(what, where="--converted", next="leave the option out")
    if any(fold(value.value) == fold(converted) for value in status.values):
        return ""
    names = (*wanted.statuses.get(LEAD, ()), *([wanted.converts] if wanted.converts else []))
    if fold(converted) not in map(fold, names):
        known = ", ".join(names)
        raise BadInput(f"the policy has no status {converted!r}", where="--converted", next=f"write one of: {known}")
    return next(name for name in names if fold(name) == fold(converted))


def _labelled(text: str, there: list[PicklistValue]) -> str:
    """The API value of the one that people see as `text` already."""
    return next((value.value for value in there if fold(value.label) == fold(text)), "")


def _clash(on: ObjectSchema, text: str, value: str) -> SchemaStep:
    return SchemaStep(
        kind=StepKind.BY_HAND,
        object=on.name,
        api=on.api,
        name=text,
        what=f"people see {value!r} of {on.api} as “{text}” already",
        why="another value of the same name could not be told from it",
        how=f'say in the policy that it is this one: [status."{text}".write] {on.name} = "{value}"',
    )


def _step(on: ObjectSchema, api: str, values: tuple[str, ...], setup: Setup, new: str) -> SchemaStep:
    inactive = setup.inactive.get(on.name, frozenset())
    again = [value for value in values if fold(value) in map(fold, inactive)]
    what = f"add to {on.api}.{api}: {', '.join(values)}"
    if again:
        what += f" (there, but inactive: {', '.join(again)})"
    if new:
        what += f"; {new} converts leads"
    return SchemaStep(
        kind=StepKind.STATUSES,
        object=on.name,
        api=on.api,
        name=api,
        values=values,
        converting=new,
        what=what,
        why="connector can write them, but nobody could pick them by hand",
        how=setup.words.statuses,
        undo=setup.words.undo_values,
    )
