"""Promised follow-ups: when each is due, when it is breached, and who should be told.

The policy's `[sla]` says what is promised: whoever crossed the bar is worked within 48 hours, whoever is handed to
sales is followed up within 48, a direct request is acknowledged within 4 and contacted in person within 24. A stay's
clock starts when the person came to the status, and stops with the first follow-up (one-to-one work by the owner or by
the team that owns the status, from 4 hours before on) or when somebody moves the person on. Moved on by connector, they
still wait, and the clock runs on. Whose work counts is asked of the time it was done: a new owner brings no old work
along. A request's clocks start with the request and stop with an answer, whatever the status. A clock goes on running
after the breach, so the true lateness is known; what was breached never counts as kept, whatever is written down later.

Clocks run for stays and requests from `[sla] effective_from` on, else from the first apply in the org; what is older,
or begun nobody knows when, is backlog. A correction takes the time of the entry that it puts right, so it moves no
deadline. SLA Due At and SLA Breached At hold the earliest promise that is still open.

Why
    A hot lead that waits two days is a lost one, and nobody is told. The date on the record makes a list view of those
    who wait; the alert goes to somebody who can still act.

Example
    lead status=MAQL was="Inquiry 2026-02-01" since=2026-03-31 promised=2026-03-01 -> sla_due_at=2026-04-02T00:00:00Z
    lead status=MAQL was="Inquiry 2026-02-01" since=2026-03-26 promised=2026-03-01
        -> sla_due_at=2026-03-28T00:00:00Z sla_breached_at=2026-03-28T00:00:00Z
    lead status=MAQL was="Inquiry 2026-02-01" since=2026-03-26 promised=2026-03-01 owner_id=rep call=2026-03-27
        -> unchanged
    lead status=MAQL was="Inquiry 2026-02-01" since=2026-03-26 promised=2026-03-28 -> unchanged
    lead status=MAQL was="Inquiry 2026-02-01" since=2026-03-26 -> unchanged
    lead status="Left Vmail" was="Inquiry 2026-02-01, MQL 2026-03-30" since=2026-03-31 promised=2026-03-01
        -> sla_due_at=2026-04-01T00:00:00Z sla_breached_at=2026-04-01T00:00:00Z
    lead status=MAQL was="Inquiry 2026-02-01" since=2026-03-31 promised=2026-03-01 lacks="sla_due_at, sla_breached_at"
        -> unchanged

How to undo
    `connector undo PLAN`. The stamps that were there before are put back. What was told stays told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from connector.case import Case, Verdict
from connector.model import Activity, Finding, Person, Promise, PromiseState
from connector.policy import Meaning
from connector.rules._news import earliest
from connector.rules._options import RuleOptions
from connector.rules._spells import spells
from connector.rules._status import missing
from connector.score import scoring
from connector.sla import FollowUps, Spell, alerts, in_force_since, next_moment, of_requests, of_spells
from connector.sla.standing import waited_for

ORDER = 100
EVEN_ALONE = True
"""What is promised to somebody is owed also where another rule has failed on them."""

_UNSTAMPED: Final = ", before SLA Due At can say by when somebody is to be worked whom connector has moved on"


class Options(RuleOptions):
    """`[rules.sla]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    _, requests = scoring(case.policy).deeds(case.activities, case.memberships, case.now)
    force = in_force_since(case)
    if not requests and not _may_be_promised(case, force):
        return _cleared(person, case) if force is not None else None
    walked = spells(person, case)
    work = FollowUps(person, case)
    promises = of_spells(walked, person, case, work)
    later = _to_come(walked, case.now)
    if requests:
        promises += of_requests(requests, person, case, work, is_void=_is_junk(case, walked[-1].name))
        later = earliest(later, _forgotten(requests, case, force))
    if not promises:
        return _cleared(person, case, later) if force is not None else _later(person, later)
    standing = tuple(one for one in promises if one.of)
    told = alerts(promises, person, case) if force is not None else ()
    until = earliest(next_moment(promises, case.now), later)
    findings = _without_clock(standing)
    if force is None:
        return Verdict(person, "", findings, alerts=told, promises=standing, until=until)
    lasting = _lasting(promises, walked, person, case)
    if len(lasting) < len(promises):
        findings = (*findings, missing(person, "status_entered_at", _UNSTAMPED))
    stamped = _stamped(person, case, lasting)
    because = _because(lasting) if stamped is not person else ""
    return Verdict(stamped, because, findings, alerts=told, promises=standing, until=until)


def _may_be_promised(case: Case, force: datetime | None) -> bool:
    """Whether any stay that is not long past may have started a clock: a quick look, before anything is worked out.

    Of a stay of which nobody knows when it began nothing is promised any more once it is over; and nothing makes it
    begin or end at another time but a status that a rule has just given, or an entry that is still to come.
    """
    statuses = case.policy.promises.statuses
    if case.place.name in statuses:
        return True
    stays, now = case.stays, case.now
    begun = stays[-1].since
    is_settled = case.began is None and (begun is None or begun <= now)
    for stay in stays:
        if stay.name in statuses or stay.disposition is not None:
            until = stay.until
            if until is None or not (
                (force is not None and until <= force) or (is_settled and stay.since is None and until <= now)
            ):
                return True
    return False


def _cleared(person: Person, case: Case, until: datetime | None = None) -> Verdict | None:
    """Nothing is promised: no stamp may say so."""
    if person.sla_due_at is None and person.sla_breached_at is None:
        return _later(person, until)
    stamped = _stamped(person, case, [])
    return Verdict(stamped, "nothing is promised now", until=until) if stamped is not person else _later(person, until)


def _later(person: Person, until: datetime | None) -> Verdict | None:
    return Verdict(person, until=until) if until is not None else None


def _lasting(promises: list[Promise], walked: Sequence[Spell], person: Person, case: Case) -> list[Promise]:
    """Those whose deadline stands. What a promotion of ours began is known by its stamp alone: without the field for it
    it begins with the write, which is yet to come or is read from the CRM later."""
    if case.org.has(person.ref.object, "status_entered_at"):
        return promises
    ours = {one.id for one in walked if one.ours}
    return [one for one in promises if not one.is_open or one.of not in ours]


def _stamped(person: Person, case: Case, promises: list[Promise]) -> Person:
    """The person with the deadline, and the breach, of the earliest promise that is still open."""
    if case.place.meaning is Meaning.UNMAPPED:
        return person
    first = _first_due(promises)
    wanted = (
        ("sla_due_at", first.due_at if first is not None else None),
        ("sla_breached_at", first.breached_at if first is not None else None),
    )
    on, fields = person.ref.object, dict[str, Any]()
    for field, value in wanted:
        if getattr(person, field) != value and case.org.has(on, field):
            fields[field] = value
    return replace(person, **fields) if fields else person


def _first_due(promises: list[Promise]) -> Promise | None:
    still = [one for one in promises if one.is_open and one.due_at is not None]
    return min(still, key=_due) if still else None


def _due(promise: Promise) -> tuple[datetime, str, str]:
    assert promise.due_at is not None
    return promise.due_at, promise.name, promise.of


def _because(promises: list[Promise]) -> str:
    first = _first_due(promises)
    if first is None:
        return "nothing promised is open any more"
    assert first.since is not None
    since = f"{first.since:%Y-%m-%d %H:%M} UTC"
    return f"{first.status} since {since}, to be {first.name.replace('_', ' ')} in time"


def _is_junk(case: Case, name: str | None) -> bool:
    """Whether the rule junk closed the person, now or earlier: then nothing was ever owed."""
    if not case.policy.has_role(name, "closed"):
        return False
    if case.given_by == "junk":
        return True
    return any(write.rule == "junk" and write.field == "status" and not write.undone for write in case.own)


def _without_clock(promises: tuple[Promise, ...]) -> tuple[Finding, ...]:
    lacking = {one.clock for one in promises if one.state is PromiseState.NO_CLOCK}
    return tuple(
        Finding(
            "missing_field",
            f"a promise has no clock: the org has no {_named(name)} that open, or hides them from our login",
            f"hours: {name}",
        )
        for name in sorted(lacking)
    )


def _named(hours: str) -> str:
    return "default business hours" if hours == "business" else f'business hours "{hours}"'


def _to_come(walked: Sequence[Spell], now: datetime) -> datetime | None:
    """The first beginning or end of a stay that is still to come: the CRM's clock may be ahead of ours."""
    coming: datetime | None = None
    for one in walked:
        for moment in (one.since, one.until):
            if moment is not None and moment > now and (coming is None or moment < coming):
                coming = moment
    return coming


def _forgotten(requests: Sequence[Activity], case: Case, force: datetime | None) -> datetime | None:
    """When the oldest request from before promises were in force is no longer listed."""
    waiting = [one.known_from + waited_for(case) for one in requests if force is None or one.known_from < force]
    return min((at for at in waiting if at > case.now), default=None)
