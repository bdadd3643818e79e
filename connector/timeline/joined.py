"""A person's whole history: the lead's spans, then the contact's, as stays with a cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from connector.model import CONTACT, LEAD, Conversion, Evidence, Observation, OwnWrite, Ref, Stay
from connector.policy import Meaning, Place, Policy
from connector.timeline.rows import KNOWN, SKEW, rows
from connector.timeline.stays import Record, Span, walk

_WAYS_BACK = ("recycle", "customer")
_DAY, _ZONES = timedelta(days=1), timedelta(hours=14)
_BLANK = Place(Meaning.BLANK)


class Timeline(msgspec.Struct, frozen=True):
    """What history says about a person.

    `stays` tile time: each ends where the next begins (where that is unknown, at its `at_least`); the last one is where
    the person stands and has no end. A blank status is a stay with the empty text. `left`: when the person left the
    recycle or customer status for a forward one by somebody's hand or a promotion of ours; each opened a cycle.
    `prior_status`: on a converted contact, the status the lead had before the converting change; None if unknown.
    `converted_at`: when that was, as exactly as is known.
    """

    stays: tuple[Stay, ...]
    left: tuple[datetime, ...] = ()
    prior_status: str | None = None
    converted_at: datetime | None = None

    @property
    def current(self) -> tuple[Stay, ...]:
        """The stays of the current cycle."""
        cycle = self.stays[-1].cycle
        if cycle == 1:
            return self.stays
        return tuple(stay for stay in self.stays if stay.cycle == cycle)


def read(
    evidence: Evidence,
    policy: Policy,
    tracked_since: Mapping[str, datetime | None],
    own: Sequence[OwnWrite] = (),
    observed: Sequence[Observation] = (),
) -> Timeline:
    """The history of a person, clean.

    Args:
        evidence: what the mirror knows
        policy: as it is for this org (`Policy.for_org`)
        tracked_since: object → since when its status history is provably complete
        own: what we wrote to this record, and to the lead it came from
        observed: changes of their status that syncs saw
    """
    person, conversion = evidence.person, evidence.conversion
    since = tracked_since.get(person.ref.object)
    record = Record(
        person.ref.object,
        person.record_type,
        person.status or None,
        person.created_at,
        since is not None and since <= person.created_at,
        person.modified_at,
        person.status_entered_at,
        bool(person.status_since_is_estimate),
    )
    if not evidence.changes and not own and not observed:
        spans = walk(record, (), (), policy)
    else:
        mine, seen = _of(person.ref, own, observed)
        record = replace(record, known=_known(seen))
        spans = walk(record, rows(evidence.changes, record.current, mine, seen), mine, policy)
    if conversion is None:
        return _stays(spans, policy)
    at = _converted_at(conversion, person.created_at, policy)
    before = _lead(conversion, at, person.ref.org, policy, tracked_since.get(LEAD), own, observed)
    prior = next((span.name for span in reversed(before) if span.name is not None), None)
    timeline = _stays(_join(before, spans, at), policy)
    return replace(timeline, prior_status=prior, converted_at=at)


def _of(ref: Ref, own: Sequence[OwnWrite], observed: Sequence[Observation]) -> tuple[list[OwnWrite], list[Observation]]:
    return [one for one in own if one.ref == ref], [one for one in observed if one.ref == ref]


def _known(observed: Sequence[Observation]) -> tuple[tuple[datetime, str | None], ...]:
    """When the record is known to have held which status, whatever was written to it later."""
    return tuple(
        (one.seen_at, one.after or None)
        for one in observed
        if one.field == KNOWN or (one.field == "status" and one.since is None)
    )


def _converted_at(conversion: Conversion, contact_created_at: datetime, policy: Policy) -> datetime:
    """When the lead was converted: the converting change, or the contact's creation on that day, or just that day.

    Some CRMs only keep the day (Salesforce: ConvertedDate), in a zone of their own.
    """
    earliest, latest = conversion.at - _ZONES, conversion.at + _DAY + _ZONES
    for one in reversed(conversion.changes):
        if policy.place(LEAD, one.after).meaning is Meaning.CONVERTED and earliest <= one.at <= latest:
            return one.at
    return contact_created_at if earliest <= contact_created_at <= latest else conversion.at


def _lead(
    conversion: Conversion,
    at: datetime,
    org: str,
    policy: Policy,
    tracked: datetime | None,
    own: Sequence[OwnWrite],
    observed: Sequence[Observation],
) -> list[Span]:
    """The lead's spans up to its conversion, the converting change left out; empty if nothing is known of that time."""
    mine, seen = _of(Ref(org, LEAD, conversion.lead_id), own, observed)
    whole = tracked is not None and tracked <= conversion.created_at
    record = Record(LEAD, None, conversion.status or None, conversion.created_at, whole, at, known=_known(seen))
    known = rows(conversion.changes, record.current, mine, seen)
    spans = walk(record, [row for row in known if row.at <= at + SKEW], mine, policy)
    while spans and spans[-1].place.meaning is Meaning.CONVERTED:
        since = spans[-1].since
        if since is None:
            return []
        if since < at - SKEW:
            break
        spans.pop()
    return [span for span in spans if (span.start or span.recorded) <= at]


def _join(lead: list[Span], contact: list[Span], converted_at: datetime) -> list[Span]:
    """The lead's spans until the contact has a status of its own, then the contact's."""
    if not lead:
        return contact
    head = contact[0]
    if head.was_blank and head.since is not None:
        head.since = converted_at
    first = next((i for i, span in enumerate(contact) if span.place.meaning is not Meaning.BLANK), None)
    own = contact[first].start if first is not None else None
    if own is not None and own < converted_at:
        return [span for span in lead if (span.start or span.recorded) < own] + contact[first:]
    blank = Span(None, _BLANK, converted_at, converted_at, object=CONTACT)
    if first is None or (first and own != converted_at):
        return [*lead, blank, *contact[1 if first is None else first :]]
    return [*lead, *contact[first:]]


def _stays(spans: Sequence[Span], policy: Policy) -> Timeline:
    stays: list[Stay] = []
    left: list[datetime] = []
    cycle, last, taken = 1, None, 0
    for i, span in enumerate(spans):
        if last is not None and policy.rank(span.entered) is not None and _is_way_back(last, policy):
            cycle += 1
            left.append(span.start or span.recorded)
        taken = max(taken + 1, int(span.recorded.timestamp()))
        following = spans[i + 1] if i + 1 < len(spans) else None
        stays.append(
            Stay(
                id=taken,
                status=span.text or "",
                name=span.name,
                since=span.since,
                until=(following.start or following.recorded) if following else None,
                at_least=span.at_least,
                estimate=span.estimate,
                disposition=span.disposition,
                by=span.by,
                cycle=cycle,
                object=span.object,
                ours=span.ours,
            )
        )
        last = span.name or last
    return Timeline(tuple(stays), tuple(left))


def _is_way_back(name: str, policy: Policy) -> bool:
    return any(policy.has_role(name, role) for role in _WAYS_BACK)
