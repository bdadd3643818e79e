"""Changes that are not made: somebody keeps changing the value back, or has undone our change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from connector.case import Case
from connector.judge.passes import ANY
from connector.model import AND, Change, Finding, OwnWrite, Person
from connector.policy import Policy
from connector.timeline import is_correction


class LeftAlone(msgspec.Struct, frozen=True):
    """One field that is left alone: `pin` is the value it must not get, or `ANY`; `until`, when that ends by itself."""

    field: str
    pin: object
    finding: Finding
    until: datetime | None = None


def left_alone(changes: Sequence[Change], person: Person, case: Case) -> list[LeftAlone]:
    """Which of these changes are held or contested."""
    found = []
    for change in changes:
        one = _held(change, case) or (_contested(change, person, case) if case.own else None)
        if one is not None:
            found.append(one)
    return found


def _held(change: Change, case: Case) -> LeftAlone | None:
    for hold in case.holds:
        if hold.ref == change.ref and hold.field == change.field and hold.value == change.after:
            detail = (
                f'{change.field} → "{change.after}" was undone on {hold.at:%Y-%m-%d}; '
                "left alone until something else about this person changes"
            )
            return LeftAlone(change.field, change.after, Finding("held", detail, change.rule))
    return None


def _contested(change: Change, person: Person, case: Case) -> LeftAlone | None:
    """Changed back since we wrote it, or corrected so often lately that this would be once too many."""
    limits = case.policy.file.contested
    window = timedelta(days=limits.days)
    ours = [one for one in case.own if _counts(one, change, case.policy) and one.at + window > case.now]
    if not ours or ours[-1].after == change.before:
        return None
    last = ours[-1]
    if last.before == change.before and last.after == change.after:
        what, until = f'was changed back from "{last.after}" to "{change.before}"', last.at + window
    elif len(ours) + 1 >= limits.times:
        what, until = f'was changed again, to "{change.before}"', ours[-limits.times + 1].at + window
    else:
        return None
    detail = (
        f"{change.field} {what} by {_who(change, person, case)}, after {len(ours)} of our corrections "
        f"within {limits.days} days; the last one on {last.at:%Y-%m-%d}"
    )
    return LeftAlone(change.field, ANY, Finding("contested", detail, AND.join(change.rules)), until)


def _counts(write: OwnWrite, change: Change, policy: Policy) -> bool:
    if write.ref != change.ref or write.field != change.field or write.undone:
        return False
    return write.field != "status" or is_correction(write, policy)


def _who(change: Change, person: Person, case: Case) -> str:
    by = case.history[-1].by if change.field == "status" else person.modified_by
    if by is None:
        return "somebody"
    return case.owner.name if case.owner is not None and case.owner.id == by else f"user {by}"
