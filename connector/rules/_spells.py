"""The person's stays as promises see them: every entry made right, whether or not the correction is written yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from connector.case import Beginning, Case
from connector.model import Person, Stay
from connector.policy import Meaning, Policy
from connector.rules.disposition import target
from connector.sla import Spell

NAMED: Final = frozenset({Meaning.STATUS, Meaning.DRIFTED, Meaning.RETIRED, Meaning.CONVERTED})
"""What a value of the status field may mean that comes to a status of the policy, now or once it is written right."""


def spells(person: Person, case: Case) -> list[Spell]:
    """Oldest first; the last one is where the person is, or ought to be by the rules so far.

    A call disposition is the status that it stands for: if that is the one before, the clock never stopped. A status
    that a rule has just given by a promotion begins a spell of its own; given by a correction, it is what the last
    entry should have said.
    """
    names = [one.name if one.disposition is None else _name(person, case, at) for at, one in enumerate(case.stays)]
    began, given = case.began, case.place.name if case.place.meaning in NAMED else None
    if began is None and given is not None:
        names[-1] = given
    found: list[Spell] = []
    words: list[bool] = []
    for stay, name in zip(case.stays, names, strict=True):
        _add(found, words, stay, name)
    if began is not None and given is not None:
        on = person.ref.object
        _give(found, began, given, on, is_stamped=case.org.has(on, "status_entered_at"))
    return _stopped(found, case.policy)


def _give(found: list[Spell], began: Beginning, name: str, object: str, *, is_stamped: bool) -> None:
    """The status that a rule has just given, as history will have it once it is written: a stay of its own.

    Where the org has no field for the stamp, it will begin with the write, whenever that is.
    """
    since = began.since
    if not began.promotes:
        found.pop()
    if since is not None:
        while is_stamped and found and (start := found[-1].since or found[-1].at_least) is not None and start >= since:
            found.pop()
        if found and (began.promotes or (found[-1].until or since) >= since):
            found[-1] = replace(found[-1], until=since, left_by_us=began.promotes)
    since = since if is_stamped else None
    found.append(Spell(id="", name=name, object=object, since=since, ours=began.promotes))


def _add(found: list[Spell], words: list[bool], stay: Stay, name: str | None) -> None:
    """The next spell; or an earlier one goes on, if the person never left it.

    `words` says of each spell whether a word that is no status stands for it. What should have been the status before
    such words continues it, as when the correction is written (`timeline.standing`); blanks and what nobody knows are
    passed over like them.
    """
    is_word = name != stay.name
    at = len(found) - 1
    while is_word and at > 0 and (words[at] or found[at].name is None) and found[at].name != name:
        at -= 1
    if found and name is not None and found[at].name == name and found[at].object == stay.object:
        del found[at + 1 :], words[at + 1 :]
        found[at] = replace(found[at], until=stay.until)
        return
    if found and stay.ours:
        found[-1] = replace(found[-1], left_by_us=True)
    found.append(
        Spell(
            id=str(stay.id),
            name=name,
            object=stay.object,
            since=stay.since,
            at_least=stay.at_least,
            until=stay.until,
            ours=stay.ours,
        )
    )
    words.append(is_word)


def _stopped(found: list[Spell], policy: Policy) -> list[Spell]:
    """The same, each with what stopped it.

    Moved on by us for what the person did, nobody has worked them yet: it goes on, whatever the status is called now.
    Moved on by us because of a deal, somebody did something, though not what was promised. Left for a word that nobody
    knows, or for nothing, it is not known either what was done; that is settled by the next status.
    """
    is_known = False
    for at in range(len(found) - 1, -1, -1):
        one, following = found[at], found[at + 1] if at + 1 < len(found) else None
        if following is not None and one.until is not None:
            if one.left_by_us and following.name is not None and not _by_deal(following.name, policy):
                begun, onwards = following.since, following.onwards
                if begun is not None:  # else it is given tonight, and begins with the write
                    onwards = ((following.name, begun), *onwards)
                found[at] = replace(one, stops=following.stops, onwards=onwards, by_nobody=following.by_nobody)
            else:
                is_known = is_known or following.object != one.object
                found[at] = replace(one, stops=one.until, by_nobody=one.left_by_us or not is_known)
        is_known = is_known or one.name is not None
    return found


def _by_deal(name: str | None, policy: Policy) -> bool:
    """Whether we give this status because an opportunity was opened or closed."""
    return any(policy.has_role(name, role) for role in ("converts", "customer", "recycle"))


def _name(person: Person, case: Case, at: int) -> str | None:
    """Which status a stay was; of a call disposition, the one that the rule for dispositions makes of it."""
    stay = case.stays[at]
    if stay.disposition is None:
        return stay.name
    place = case.policy.place(stay.object or person.ref.object, stay.status, person.record_type)
    if place.phrase is None:
        return None
    return target(person, replace(case, history=_cycle_up_to(case.stays, at)), place.phrase).name


def _cycle_up_to(stays: Sequence[Stay], at: int) -> tuple[Stay, ...]:
    return tuple(stay for stay in stays[: at + 1] if stay.cycle == stays[at].cycle)
