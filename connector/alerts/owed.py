"""Which alerts nobody has to act on any more, by what the mirror knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from connector.model import LEVELS, Evidence, Ref, is_same_stay
from connector.sla import counts_as
from connector.store.ledger import Raised
from connector.store.mirror import Mirror

WORK: Final = frozenset({"conversation", "call", "mail"})
"""What answers news that has no promise of its own."""

Open = set[tuple[Ref, str, str]]


def no_longer_owed(mirror: Mirror, raised: Sequence[Raised]) -> set[int]:
    """Their numbers. Those whose promise is owed on their own record, which are most, cost one query in all."""
    still = _open(mirror, {one.ref for one in raised})
    rest = [one for one in raised if (one.ref, one.alert.promise, one.alert.of) not in still]
    people = {one.number: mirror.people.standing_for(one.ref) for one in rest}
    still |= _open(mirror, {evidence.person.ref for evidence in people.values() if evidence is not None})
    return {one.number for one in rest if not _owed(one, people[one.number], still)}


def replaced(raised: Iterable[Raised]) -> set[int]:
    """Warnings of promises that were broken since: the task that says so stands for them."""
    found = list(raised)
    broken = {_promise(one) for one in found if one.alert.level == "breach"}
    return {one.number for one in found if one.alert.level == "warn" and _promise(one) in broken}


def _open(mirror: Mirror, refs: Collection[Ref]) -> Open:
    return {(ref, promise.name, promise.of) for ref, promise in mirror.verdicts.promises(refs) if promise.is_owed}


def _owed(one: Raised, evidence: Evidence | None, still: Open) -> bool:
    if evidence is None:
        return False
    ref, alert = evidence.person.ref, one.alert
    if any((at, name) == (ref, alert.promise) and is_same_stay(alert.of, of) for at, name, of in still):
        return True
    if alert.level != LEVELS[0]:
        return False
    if any(at == ref and of == alert.of for at, _, of in still):
        return True  # a request of a customer is news, and has promises of its own
    return not any(work.at >= alert.at and counts_as(work) in WORK for work in evidence.activities)


def _promise(one: Raised) -> tuple[int, str, str]:
    return one.alert.person_id, one.alert.promise, one.alert.of
