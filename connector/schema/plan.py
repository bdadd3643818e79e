"""What is wanted against what is there: the steps that close the gap, in the order in which they must be done. Pure.

Nothing that is there is changed or taken away. What is there and does not fit (a field of another type, a value whose
label is already another value's) is a step by hand: an admin decides.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from connector.model import CONTACT, LEAD, OBJECTS
from connector.policy.wording import fold
from connector.ports import FieldSchema, OrgSchema, PicklistValue
from connector.provisioning import FieldType, NewField, SchemaStep, Setup, StepKind, Words
from connector.schema.by_hand import converting_by_hand, record_types, without_right_type
from connector.schema.statuses import status_values
from connector.schema.wanted import Wanted, WantedField


def steps(org: OrgSchema, setup: Setup, wanted: Wanted, converted: str | None = None) -> list[SchemaStep]:
    """All steps, none if everything is there. `converted`: the lead status that shall convert, if none does yet.

    Raises:
        BadInput: `converted` is given though another value converts already, or is not a value of the policy
    """
    found = [
        *status_values(org, setup, wanted, converted),
        *(step for one in wanted.fields for step in _field(org, setup, one)),
        *_history(org, setup),
        *_access(org, setup, wanted),
        *_conversion(org, setup, wanted),
        *record_types(org, wanted, setup.words),
        *converting_by_hand(org, converted, setup.words),
    ]
    return [_or_by_hand(step, setup) for step in found]


def is_there(org: OrgSchema, setup: Setup, one: WantedField) -> bool:
    """Whether the org has the field, visible to this login or not."""
    return one.field.name in setup.hidden.get(one.object, ()) or _known(org, one) is not None


def _known(org: OrgSchema, one: WantedField) -> FieldSchema | None:
    on = org.objects.get(one.object)
    return on.fields.get(one.field.name) if on else None


def _field(org: OrgSchema, setup: Setup, one: WantedField) -> Iterator[SchemaStep]:
    known = _known(org, one)
    if known is not None:
        if wrong := without_right_type(one, known):
            yield wrong
        elif known.values:
            yield from _values(one, known.values, setup.words)
    elif not is_there(org, setup, one):
        made = one.field
        if made.free and not setup.open_lists:
            made = msgspec.structs.replace(made, type=FieldType.TEXT, values=())
        yield SchemaStep(
            kind=StepKind.FIELD,
            object=one.object,
            api=one.api,
            field=made,
            what=f"add {made.label} to {one.object}: {one.api}.{made.api}, {_described(made)}",
            why=one.why,
            how=setup.words.field,
            undo=setup.words.undo_field,
        )


def _values(one: WantedField, there: tuple[PicklistValue, ...], words: Words) -> Iterator[SchemaStep]:
    known = {fold(value.value) for value in there} | {fold(value.label) for value in there}
    lacking = tuple(value for value in one.field.values if fold(value) not in known)
    if lacking:
        yield SchemaStep(
            kind=StepKind.VALUES,
            object=one.object,
            api=one.api,
            name=one.field.api,
            values=lacking,
            what=f"add to {one.field.label} of {one.object}: {', '.join(lacking)}",
            why="the policy has them, and nobody could pick them by hand",
            how=words.values,
            undo=words.undo_values,
        )


def _described(field: NewField) -> str:
    if field.type is FieldType.PICKLIST:
        kind = f"picklist of {len(field.values)} values" + (", no others allowed" if field.restricted else "")
    elif field.type is FieldType.AGE:
        kind = f"formula, whole days since {field.counts_from}"
    else:
        kind = field.type.value
    return kind + (", history kept" if field.tracked else "")


def _history(org: OrgSchema, setup: Setup) -> Iterator[SchemaStep]:
    for name in OBJECTS:
        on = org.objects.get(name)
        status = on.fields.get("status") if on else None
        if on is not None and status is not None and status.tracked is False:
            yield SchemaStep(
                kind=StepKind.HISTORY,
                object=name,
                api=on.api,
                name=status.api,
                what=f"keep the history of {on.api}.{status.api}",
                why="without it nothing tells what somebody was before; it begins now, there is no back-fill",
                how="connector switches it on",
                undo=setup.words.undo_history.format(label=on.label),
            )


def _access(org: OrgSchema, setup: Setup, wanted: Wanted) -> Iterator[SchemaStep]:
    for name in OBJECTS:
        fields = [one for one in wanted.fields if one.object == name]
        lacking = [one for one in fields if not _usable(org, setup, one)]
        needs_user = not setup.assigned and any((name, one.field.api) in setup.granted for one in lacking)
        access = tuple((one.field.api, _edit(one)) for one in lacking if not _granted(setup, one) or needs_user)
        if access:
            labels = ", ".join(one.field.label for one in lacking)
            yield SchemaStep(
                kind=StepKind.ACCESS,
                object=name,
                api=fields[0].api,
                access=access,
                user=setup.user_id,
                what=f"give {setup.user} access to {len(access)} fields of {name}: {labels}",
                why=setup.words.access_why,
                how=setup.words.access,
                undo=setup.words.undo_access,
            )
        elif setup.own_access and (there := [one for one in lacking if is_there(org, setup, one)]):
            yield _still_hidden(there, setup.words)


def _still_hidden(lacking: list[WantedField], words: Words) -> SchemaStep:
    names = ", ".join(f"{one.api}.{one.field.api}" for one in lacking)
    return SchemaStep(
        kind=StepKind.BY_HAND,
        object=lacking[0].object,
        api=lacking[0].api,
        what=f"{names}: access is granted, but this login still cannot use them",
        why="what it cannot see is neither read nor written",
        how=words.no_access.format(api=lacking[0].api),
    )


def _edit(one: WantedField) -> bool:
    return one.field.type is not FieldType.AGE


def _granted(setup: Setup, one: WantedField) -> bool:
    """What we grant is as much as is wanted, and the user has it."""
    may_edit = setup.granted.get((one.object, one.field.api))
    return setup.assigned and may_edit is not None and (may_edit or not _edit(one))


def _usable(org: OrgSchema, setup: Setup, one: WantedField) -> bool:
    """Whether whoever shall have access has it: seen by this login itself, or granted by us."""
    if not setup.own_access:
        return _granted(setup, one)
    known = _known(org, one)
    return known is not None and known.readable and (known.writable or not _edit(one))


def _conversion(org: OrgSchema, setup: Setup, wanted: Wanted) -> Iterator[SchemaStep]:
    there = setup.conversion or {}
    unfit = {one.field.api for one in wanted.fields if (known := _known(org, one)) and without_right_type(one, known)}
    pairs = tuple(pair for pair in wanted.pairs if there.get(pair[0]) != pair[1] and not unfit.intersection(pair))
    taken = tuple(pair for pair in pairs if pair[0] in there)
    if free := tuple(pair for pair in pairs if pair[0] not in there):
        step = _carry_over(free, setup.words)
        if setup.conversion is None:
            how = f"this login could not read it; map each to the contact's field: {setup.words.conversion}"
            step = _by_hand(step, how)
        yield step
    if taken:
        goes = ", ".join(f"{lead} → {there[lead]} (wanted: {contact})" for lead, contact in taken)
        how = f"map them anew if nothing else needs the present target: {setup.words.conversion}"
        step = _by_hand(_carry_over(taken, setup.words), how)
        yield msgspec.structs.replace(step, what=f"conversion carries over already: {goes}")


def _carry_over(pairs: tuple[tuple[str, str], ...], words: Words) -> SchemaStep:
    return SchemaStep(
        kind=StepKind.CONVERSION,
        object=LEAD,
        api=LEAD,
        name="conversion",
        pairs=pairs,
        what=f"carry over to the {CONTACT} when a lead is converted: {', '.join(lead for lead, _ in pairs)}",
        why="otherwise what was known of the lead is lost with its conversion",
        how="connector adds these to the org's own mapping and leaves the rest of it as it is",
        undo=words.undo_conversion,
    )


def _or_by_hand(step: SchemaStep, setup: Setup) -> SchemaStep:
    """A kind of step that this login cannot do is one for an admin."""
    reason = setup.unable.get(step.kind)
    return _by_hand(step, f"{reason}; or do it by hand") if reason else step


def _by_hand(step: SchemaStep, how: str) -> SchemaStep:
    return msgspec.structs.replace(step, kind=StepKind.BY_HAND, how=how)
