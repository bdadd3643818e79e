"""A case: everything a rule may look at besides the person, and a verdict: what a rule answers.

Built from `Evidence` (what the mirror knows), the policy, what the org has, and what we ourselves wrote. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from connector.broken import NOTHING_BROKEN, Broken, Unmarked, read_broken
from connector.clock import Calendar
from connector.model import (
    Activity,
    Alert,
    Conversion,
    Evidence,
    Finding,
    Hold,
    Membership,
    Observation,
    Opportunity,
    OwnWrite,
    Person,
    Promise,
    Score,
    Stay,
    Twin,
    User,
)
from connector.policy import Place, Policy
from connector.score.answered import dated
from connector.score.enriched import Enriched, changes
from connector.timeline import Cycles, count_cycles, read


class OrgFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What judging must know of the org itself. Stored in the mirror by sync, so that judging needs no call.

    `writable`: (object, field) pairs that exist and may be written. `converting`: lead status values that convert.
    `offered`: (object, record type or None) → status values its process offers. `closed_lists`: objects whose status
    the CRM takes only from its list. `tracked_since`: object → since when status history is provably complete, None if
    never known. `states`: (object, status value) → the state that it brings with it, where the CRM has such.
    `unreadable`: object → fields that are never read, because the org lacks them or hides them from our login: they
    look blank. `calendar`: its business hours and holidays. `users`: users and queues by id; `users_seen`: which of
    them syncs saw change, by id, oldest first. `first_apply`: when connector first changed anything there, as the
    ledger knows; `unmarked`: for which deadlines it does not know yet whether they were kept.
    """

    writable: frozenset[tuple[str, str]] = frozenset()
    converting: frozenset[str] = frozenset()
    offered: Mapping[tuple[str, str | None], frozenset[str]] = {}
    closed_lists: frozenset[str] = frozenset()
    tracked_since: Mapping[str, datetime | None] = {}
    timezone: str = "UTC"
    unreadable: Mapping[str, tuple[str, ...]] = {}
    calendar: Calendar = Calendar()
    users: Mapping[str, User] = {}
    users_seen: Mapping[str, Sequence[Observation]] = {}
    first_apply: datetime | None = None
    unmarked: tuple[Unmarked, ...] = ()
    states: Mapping[tuple[str, str], str] = {}

    def has(self, object: str, field: str) -> bool:
        """The field exists on the object and we may write it."""
        return (object, field) in self.writable

    def crosses(self, object: str, before: str, after: str) -> str:
        """What to say of a value that would take the record into another state, such as from open to closed; or ""."""
        then, now = (self.states.get((object, value), "") for value in (before, after))
        if not then or not now or then == now:
            return ""
        return f"{after!r} belongs to the state {now} and {before!r} to {then}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes every verdict less sure, a line each."""
        return (
            *(
                f"these fields of a {object} cannot be read and count as blank: {', '.join(fields)} (connector check)"
                for object, fields in sorted(self.unreadable.items())
            ),
            *self.calendar.problems,
        )


class Beginning(msgspec.Struct, frozen=True):
    """When the status that a rule has just given began, where that is not the time of the entry it puts right.

    `since` is the event that is the evidence (opportunity created, interaction …); None: unknown. `promotes`: the
    person was moved on, nobody's entry was wrong.
    """

    since: datetime | None
    estimate: bool = False
    promotes: bool = False


OWNER: Final = "owner"
"""Under this name it is kept that a record came to another owner (a user's or queue's id)."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a rule may look at. All tuples are oldest first.

    `history`: the person's stays in the current cycle, read through values and remap, without our corrections,
    undone writes, the converting change itself, and values reverted by the same user within ten minutes. For a contact
    that came from a lead, the lead's stays come first. The last one is the current stay.
    A time without a status is a stay with the empty text. `first_cycle_at`: when the current cycle began, None if that
    is the beginning of all we know or unknown.
    """

    now: datetime
    policy: Policy
    org: OrgFacts
    place: Place
    """What the person's status means; kept up to date while rules change it."""
    history: tuple[Stay, ...] = ()
    stays: tuple[Stay, ...] = ()
    """Those of earlier cycles and of this one."""
    activities: tuple[Activity, ...] = ()
    memberships: tuple[Membership, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    """Only those that count by the policy."""
    owner: User | None = None
    twins: tuple[Twin, ...] = ()
    conversion: Conversion | None = None
    prior_status: str | None = None
    """On a converted contact: the policy's status the lead had before the converting change; None if unknown."""
    cycles: Cycles = Cycles()
    first_cycle_at: datetime | None = None
    own: tuple[OwnWrite, ...] = ()
    holds: tuple[Hold, ...] = ()
    began: Beginning | None = None
    """When the status began that an earlier rule of this judging gave; None: as history says."""
    given_by: str = ""
    """Which rule of this judging gave the status; empty: none did."""
    scores: tuple[Observation, ...] = ()
    """On which side of the bar syncs saw the marketing platform's score, oldest first; only where that counts."""
    enriched: tuple[Enriched, ...] = ()
    """When syncs brought other facts about the person, and the points for facts before, by the policy's own points."""
    owners: tuple[Observation, ...] = ()
    """Changes of owner that syncs saw, of this record and of the lead it came from, oldest first per record."""
    broken: Mapping[Broken, frozenset[str]] = NOTHING_BROKEN
    """Promises that were still open when the CRM was read after their deadline, each with the work that was in the CRM
    by then (`trait`): only that may keep it still, understood at last. Nothing else mends it any more."""
    account_type: str | None = None
    next_at: datetime | None = None
    """When something that is planned already (a meeting) will have happened and may count."""

    @property
    def interactions(self) -> list[datetime]:
        """When the person did something towards us, oldest first."""
        times = [one.at for one in self.activities if one.is_interaction]
        times += [one.responded_at or one.created_at for one in self.memberships if one.responded]
        return sorted(time for time in times if time <= self.now)


class Verdict(msgspec.Struct, frozen=True):
    """What a rule answers: the person as they ought to be, why, and what else was found.

    `until`: the first moment at which time alone could change this answer; None if it never can.
    """

    person: Person
    because: str = ""
    findings: tuple[Finding, ...] = ()
    alerts: tuple[Alert, ...] = ()
    promises: tuple[Promise, ...] = ()
    score: Score | None = None
    until: datetime | None = None
    began: Beginning | None = None
    """Only with a changed status: when it began, if not at the time of the entry that this puts right."""
    otherwise: Person | None = None
    """The person as they ought to be if this change is not to be made; None: as they are."""


def build(
    evidence: Evidence,
    policy: Policy,
    org: OrgFacts,
    now: datetime,
    own: Sequence[OwnWrite] = (),
    holds: Sequence[Hold] = (),
    observed: Sequence[Observation] = (),
) -> Case:
    """The case of one person.

    Args:
        evidence: what the mirror knows
        policy: as it is for this org (`Policy.for_org`)
        org: what the org has
        now: as of when it is judged
        own: what we wrote to this record, and to the lead it came from, oldest first
        holds: undone changes of this record that are not to be made again
        observed: changes of their status that syncs saw, where the CRM keeps no history, and of the platform's score
    """
    person, conversion = evidence.person, evidence.conversion
    timeline = read(evidence, policy, org.tracked_since, own, observed)
    opportunities = evidence.opportunities and _counted(evidence.opportunities, policy, now)
    activities, memberships = evidence.activities, evidence.memberships
    if conversion is not None:
        activities = _merged(activities, conversion.activities)
        memberships = tuple({one.campaign_id: one for one in (*conversion.memberships, *memberships)}.values())
        if timeline.converted_at is not None:
            conversion = msgspec.structs.replace(conversion, at=timeline.converted_at)
    current = timeline.current
    if memberships:
        memberships = dated(memberships, observed, org.timezone)
    return Case(
        now=now,
        policy=policy,
        org=org,
        place=policy.place(person.ref.object, person.status, person.record_type),
        history=current,
        stays=timeline.stays,
        activities=_past(activities, now),
        memberships=memberships,
        opportunities=opportunities,
        owner=evidence.owner,
        twins=evidence.twins,
        conversion=conversion,
        prior_status=timeline.prior_status,
        cycles=count_cycles(timeline, opportunities, own),
        first_cycle_at=current[0].since if current[0].cycle > 1 else None,
        own=tuple(own),
        holds=tuple(holds),
        scores=tuple(one for one in observed if one.field == "score") if observed else (),
        enriched=changes(observed, policy) if observed else (),
        owners=tuple(one for one in observed if one.field == OWNER) if observed else (),
        broken=read_broken(observed, now) if observed else NOTHING_BROKEN,
        account_type=evidence.account_type,
        next_at=_next(activities, memberships, evidence.opportunities, now),
    )


def _counted(opportunities: tuple[Opportunity, ...], policy: Policy, now: datetime) -> tuple[Opportunity, ...]:
    """Those that count. A deal that is closed with a day that is still to come was closed nobody knows when."""
    via_account = policy.file.opportunities.via_account
    return tuple(
        msgspec.structs.replace(one, closed_at=None) if one.closed_at is not None and one.closed_at > now else one
        for one in opportunities
        if policy.opportunities.counts(one.type) and (via_account or one.via != "account")
    )


def _merged(own: tuple[Activity, ...], lead: tuple[Activity, ...]) -> tuple[Activity, ...]:
    if not lead:
        return own
    return tuple(sorted({one.id: one for one in (*lead, *own)}.values(), key=_when))


def _when(activity: Activity) -> datetime:
    return activity.at


def _past(activities: tuple[Activity, ...], now: datetime) -> tuple[Activity, ...]:
    if not activities or activities[-1].at <= now:
        return activities
    return tuple(one for one in activities if one.at <= now)


def _next(
    activities: tuple[Activity, ...],
    memberships: tuple[Membership, ...],
    opportunities: tuple[Opportunity, ...],
    now: datetime,
) -> datetime | None:
    if activities and activities[-1].at > now:
        coming = [one.at for one in activities if one.at > now]
    else:
        coming = []
    for one in memberships:
        if one.responded and (at := one.responded_at or one.created_at) > now:
            coming.append(at)
    coming += [one.closed_at for one in opportunities if one.closed_at is not None and one.closed_at > now]
    return min(coming) if coming else None
