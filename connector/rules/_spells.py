"""The person's stays as promises see them: every entry made right, whether or not the correction is written yet."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from connector.case import Case
from connector.model import Person, Stay
from connector.policy import Meaning
from connector.rules.disposition import target
from connector.sla import Spell

_GIVEN = frozenset({Meaning.STATUS, Meaning.DRIFTED, Meaning.RETIRED, Meaning.CONVERTED})


def spells(person: Person, case: Case) -> list[Spell]:
    """Oldest first; the last one is where the person is, or ought to be by the rules so far.

    A call disposition is the status that it stands for: if that is the one before, the clock never stopped. A status
    that a rule has just given by a promotion begins a spell of its own; given by a correction, it is what the last
    entry should have said.
    """
    names = [_name(person, case, at) for at in range(len(case.stays))]
    began, given = case.began, case.place.name if case.place.meaning in _GIVEN else None
    if began is None and given is not None:
        names[-1] = given
    found: list[Spell] = []
    for stay, name in zip(case.stays, names, strict=True):
        _add(found, stay, name)
    if began is not None and given is not None:
        if began.promotes:
            found[-1] = replace(found[-1], until=began.since or case.now, left_by_us=True)
            coming = ""
        else:
            last = found.pop()
            coming = last.id if last.since == began.since else ""
        found.append(Spell(id=coming, name=given, object=person.ref.object, since=began.since))
    return found


def _add(found: list[Spell], stay: Stay, name: str | None) -> None:
    """The next spell; or the last one goes on, if the person never left."""
    if found:
        last = found[-1]
        if last.name == name and last.object == stay.object and name is not None:
            found[-1] = replace(last, until=stay.until)
            return
        if stay.ours:
            found[-1] = replace(last, left_by_us=True)
    found.append(
        Spell(
            id=str(stay.id),
            name=name,
            object=stay.object,
            since=stay.since,
            at_least=stay.at_least,
            until=stay.until,
        )
    )


def _name(person: Person, case: Case, at: int) -> str | None:
    """Which status a stay was; of a call disposition, the one that the rule for dispositions makes of it."""
    stay = case.stays[at]
    if stay.disposition is None:
        return stay.name
    place = case.policy.place(stay.object or person.ref.object, stay.status, person.record_type)
    if place.phrase is None:
        return None
    history = _cycle_up_to(case.stays, at)
    then = replace(case, history=history, now=min(stay.until or case.now, case.now))
    return target(person, then, place.phrase).name


def _cycle_up_to(stays: Sequence[Stay], at: int) -> tuple[Stay, ...]:
    return tuple(stay for stay in stays[: at + 1] if stay.cycle == stays[at].cycle)
