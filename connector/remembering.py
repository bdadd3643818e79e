"""What the ledger remembers of the mirror's people: our writes, holds, what syncs saw, who was merged into whom.

It is asked page by page, and makes each person's case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

import msgspec

from connector.broken import BROKEN
from connector.case import Case, OrgFacts, build
from connector.fingerprint import fingerprint
from connector.model import LEAD, Evidence, Hold, Observation, OwnWrite, Ref
from connector.policy import Policy
from connector.score.answered import ANSWER
from connector.store.ledger import Ledger

One = TypeVar("One", OwnWrite, Hold, Observation)


class Memory:
    """What the ledger remembers about a page of people: a few statements per page, none where it has nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._has_writes = ledger.has_writes()
        self._has_holds = ledger.held.any()
        self._has_seen = ledger.observations.any()

    def of(self, page: Sequence[Evidence], more: Sequence[Observation] = ()) -> Remembered:
        """What is remembered of these people, and of the leads they came from. `more`: what was seen just now."""
        if not (more or self._has_writes or self._has_holds or self._has_seen):
            return Remembered({}, {}, {})
        refs = [evidence.person.ref for evidence in page]
        leads = [lead for evidence in page if (lead := _lead(evidence)) is not None]
        merged = self._merged(page) if self._has_seen else {}
        losers = [ref for refs in merged.values() for ref in refs]
        return Remembered(
            _by_ref(self._ledger.own_writes([*refs, *leads])) if self._has_writes else {},
            _by_ref(self._ledger.holds(refs)) if self._has_holds else {},
            _by_ref(_with(more, self._ledger.observations.of([*refs, *leads, *losers]) if self._has_seen else [])),
            merged,
        )

    def _merged(self, page: Sequence[Evidence]) -> dict[Ref, list[Ref]]:
        """By person: the records that were merged into theirs."""
        pointed = self._ledger.identities.of_people([evidence.person.person_id for evidence in page])
        found = {}
        for evidence in page if pointed else ():
            known = {evidence.person.ref, _lead(evidence)}
            others = [ref for ref in pointed.get(evidence.person.person_id, ()) if ref not in known]
            if others:
                found[evidence.person.ref] = others
        return found


class Remembered(msgspec.Struct, frozen=True):
    """Per record: what we wrote, what is held, which changes syncs saw, and which records were merged into it."""

    own: Mapping[Ref, list[OwnWrite]]
    holds: Mapping[Ref, list[Hold]]
    seen: Mapping[Ref, list[Observation]]
    merged: Mapping[Ref, Sequence[Ref]] = MappingProxyType({})

    def case(self, evidence: Evidence, policy: Policy, org: OrgFacts, now: datetime) -> Case:
        """The person's case. Holds whose facts have changed since are left out."""
        ref = evidence.person.ref
        if not self.own and not self.holds and not self.seen:
            return build(evidence, policy, org, now)
        own, seen = self.own.get(ref, []), self.seen.get(ref, [])
        if (lead := _lead(evidence)) is not None:
            own = sorted([*self.own.get(lead, []), *own], key=_written)
            seen = [*self.seen.get(lead, []), *seen]
        if ref in self.merged:
            seen = [*seen, *(one for other in self.merged[ref] for one in self.seen.get(other, []) if _goes_along(one))]
        case = build(evidence, policy, org, now, own, (), seen)
        holds = self.holds.get(ref)
        if not holds:
            return case
        facts = fingerprint(evidence, case)
        standing = tuple(hold for hold in holds if hold.facts is None or hold.facts == facts)
        return msgspec.structs.replace(case, holds=standing)


def look_after(ledger: Ledger, page: Sequence[Evidence], cases: Sequence[Case], remembered: Remembered) -> None:
    """Keeps the fingerprint of new holds, and ends those whose people's facts have changed."""
    new: dict[tuple[Ref, str], str] = {}
    ended: list[tuple[Ref, str]] = []
    for evidence, case in zip(page, cases, strict=True):
        holds = remembered.holds.get(evidence.person.ref)
        if not holds:
            continue
        facts = fingerprint(evidence, case)
        for hold in holds:
            if hold.facts is None:
                new[hold.ref, hold.field] = facts
            elif hold.facts != facts:
                ended.append((hold.ref, hold.field))
    if new:
        ledger.held.remember(new)
    if ended:
        ledger.held.release(ended)


def _lead(evidence: Evidence) -> Ref | None:
    """The lead a contact came from."""
    conversion = evidence.conversion
    return Ref(evidence.person.ref.org, LEAD, conversion.lead_id) if conversion is not None else None


def _goes_along(seen: Observation) -> bool:
    """Whether it is about something that a merge hands over to the record that stays: a request, an answer. Statuses,
    stays (whose ids are numbers), owners and scores were the other record's own, and went with it."""
    kind, _, rest = seen.field.partition(" ")
    return kind == ANSWER or (kind == BROKEN and not rest.rpartition(" ")[2].isdecimal())


def _by_ref(found: Sequence[One]) -> dict[Ref, list[One]]:
    by_ref: dict[Ref, list[One]] = {}
    for one in found:
        by_ref.setdefault(one.ref, []).append(one)
    return by_ref


def _with(more: Sequence[Observation], kept: list[Observation]) -> list[Observation]:
    """What is kept, and what is new of what was seen just now."""
    if not more:
        return kept
    known = {(one.ref, one.field, one.seen_at) for one in kept}
    return kept + [one for one in more if (one.ref, one.field, one.seen_at) not in known]


def _written(write: OwnWrite) -> datetime:
    return write.at
