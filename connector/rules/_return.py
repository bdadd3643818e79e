"""When a person was last handed back, or began anew: what they did before does not count any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from connector.case import Case
from connector.model import Person, Stay
from connector.rules._history import current

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""When something happened of which nobody knows the time, not even at the latest: nothing is known to be later."""


def known_beginning(on: str, case: Case) -> datetime | None:
    """When the status began in which the person is, as rules have put it right so far; None if nobody knows.

    Where the org has no field for the stamp, nobody will know the event that a rule took as evidence.
    """
    given = case.began
    if given is None or given.since is None:
        return current(case).since
    if case.org.has(on, "status_entered_at"):
        return given.since
    return case.now if given.promotes else None


def lasting(on: str, case: Case) -> Sequence[Stay]:
    """The stays that history will show once the status is written that rules have given: it cuts off what began after
    the event that is its evidence."""
    given = case.began
    if given is None or given.since is None or not case.org.has(on, "status_entered_at"):
        return case.stays
    since = given.since
    return [stay for stay in case.stays if (begun := stay.since or stay.at_least) is None or begun < since]


def began(person: Person, case: Case) -> datetime:
    """The same; at the latest, if nobody knows."""
    return known_beginning(person.ref.object, case) or _at_the_latest(person, case)


def counts_after(person: Person, case: Case) -> datetime | None:
    """Only what a person did later than this earns points: their last return to recycle, or the end of the time in
    which they were a customer. None: everything does.

    The last stay is the one they are in, whatever rules have put it right to, unless they were given another.
    """
    policy, name = case.policy, case.place.name
    recycle, customer = policy.role("recycle"), policy.role("customer")
    if name is not None and name == recycle:
        return began(person, case)
    stays = lasting(person.ref.object, case)
    is_moved = case.began is not None and case.began.since is not None
    for at in range(len(stays) - (1 if is_moved else 2), -1, -1):
        stay = stays[at]
        if stay.name is None:
            continue
        if stay.name == recycle:
            return stay.since or _at_the_latest(person, case)
        if stay.name == customer and name != customer:
            if at + 1 < len(stays):
                return stays[at + 1].since or _at_the_latest(person, case)
            return began(person, case)
    return None


def _at_the_latest(person: Person, case: Case) -> datetime:
    """A status of which no history tells when it began, began before history was kept, or before we first corrected
    anything. (That it was so when the record was last modified says less: that moment moves.)"""
    watched = case.org.tracked_since.get(person.ref.object) or case.org.first_apply
    return NEVER if watched is None else max(watched, person.created_at)
