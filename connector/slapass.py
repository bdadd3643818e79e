"""The SLA pass: who is due is judged, what is new is raised, what is raised is told, and tasks are taken back.

    mirror ──judge──▶ standing alerts ──raise──▶ ledger ──deliver──▶ mail, chat, CRM

It has a lease of its own, so that a long paced apply does not keep anybody from being told. Judging is kept in the
mirror if the org's lease is free; else those who are due are judged in memory. With nobody due it costs a few reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from connector.alerts.deliver import deliver
from connector.alerts.digest import hours_unread
from connector.alerts.dossier import Office
from connector.alerts.notices import Silence, of_nights, of_parked, of_silence
from connector.alerts.raising import ways
from connector.alerts.round import Round
from connector.alerts.trial import Tried, try_all
from connector.case import OrgFacts
from connector.errors import LeaseHeld, NotFound
from connector.judging import anyone_due, judge_dirty, judge_due_in_memory
from connector.model import Ref
from connector.openorg import OpenOrg
from connector.secrets import Secret
from connector.store.ledger import Found, Lease, Raised

LEASE: Final = "sla"
NIGHT_LEASE: Final = "night"
NIGHTS: Final = 5
"""Nights looked at for news."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """What a pass came to. `raised`: new alerts; `sent`: alerts told, by channel; `problems`: a line each.

    `warning`: what makes the alerts less sure, or the empty text.
    """

    raised: tuple[Raised, ...] = ()
    sent: dict[str, int] = {}
    tasks_taken_back: int = 0
    tasks_left: int = 0
    problems: tuple[str, ...] = ()
    warning: str = ""


def sla_pass(org: OpenOrg, *, nights_since: datetime | None = None) -> Passed:
    """One pass. Raises NotFound before the first sync, LeaseHeld while another pass is under way.

    `nights_since`: since when nights are to be expected, if whoever calls knows that some process has them on its list.
    """
    with org.lease(LEASE) as lease:
        if org.reading.is_empty():
            raise NotFound("the mirror is empty: nothing has been read from the CRM yet", next="run `connector sync`")
        facts, config = org.reading.org_facts(), org.config.alerts
        problems: list[str] = []
        standing = [*_standing(org, facts, problems), *_news(org, nights_since)]
        raised = org.ledger.alerts.raise_new(standing, ways(config), lease, config.storm)
        done = deliver(round_of(org, facts, lease))
    return Passed(
        raised=tuple(raised),
        sent=done.sent,
        tasks_taken_back=done.tasks_taken_back,
        tasks_left=done.tasks_left,
        problems=(*problems, *done.problems),
        warning=_stale(org),
    )


def trial(org: OpenOrg) -> Sequence[Tried]:
    """A test message on every channel that is on. Nothing of it is written down."""
    return try_all(
        org.config.alerts,
        org.name,
        lambda key, reference: _secret(org, key, reference),
        lambda: org.reading.users,
        org.now(),
    )


def overdue(org: OpenOrg, nights_since: datetime | None = None) -> Silence | None:
    """Whether no night has ended well for longer than the policy's `overdue_hours`. None: all is well.

    Only where nights are expected: one has begun at some time, or `nights_since` says so; never where the schedule has
    none. One that is at work now is waited for: a paced night may be longer than the one before it.
    """
    nights = org.ledger.nights
    since = nights.last_good()
    begun = nights.first_begun() or nights_since
    if begun is None or not org.config.schedule.night or NIGHT_LEASE in org.ledger.runs.at_work():
        return None
    late = org.now() - (since or begun)
    if late <= timedelta(hours=org.policy.file.night.overdue_hours):
        return None
    last = next(iter(nights.latest()), None)
    return Silence(begun=begun, since=since, late=late, last=last, zone=_zone(org))


def _zone(org: OpenOrg) -> tzinfo:
    """The org's own; UTC until it was read."""
    return ZoneInfo(org.reading.org_facts().timezone) if org.has_mirror and not org.reading.is_empty() else UTC


def _news(org: OpenOrg, nights_since: datetime | None) -> Iterator[Found]:
    """What is about no person."""
    ledger = org.ledger
    yield from of_nights(ledger.nights.latest(NIGHTS), org.name, org.now(), _zone(org))
    yield from of_silence(overdue(org, nights_since), org.name)
    yield from of_parked(ledger.parked.each(), org.name)


def _standing(org: OpenOrg, facts: OrgFacts, problems: list[str]) -> Iterator[Found]:
    """Everything that somebody should be told as things stand now, told before or not."""
    fresh = judge_who_is_due(org, facts, problems)
    for ref, alert in org.reading.verdicts.alerts():
        if ref not in fresh:
            yield ref, alert
    for found in fresh.values():
        yield from found


def judge_who_is_due(org: OpenOrg, facts: OrgFacts, problems: list[str]) -> dict[Ref, tuple[Found, ...]]:
    """Judges who is due: kept in the mirror if nobody else is at work, else answered here.

    A mirror that is half read is not judged: the calls of a rep may come with a later table than the lead's new status,
    and nobody takes an alert back.
    """
    now, mirror = org.now(), org.reading
    if not anyone_due(mirror, org.ledger, org.policy, org.rules, facts, now):
        return {}
    try:
        with org.writing():
            if mirror.notes.is_half_read():
                problems.append("nobody was judged: the last sync broke off; run `connector sync` again")
            else:
                judge_dirty(org.mirror, org.ledger, org.policy, org.rules, facts, now)
        return {}
    except LeaseHeld:
        if mirror.notes.is_half_read():
            return {}
    return {
        evidence.person.ref: tuple((evidence.person.ref, alert) for alert in judgement.alerts)
        for evidence, judgement in judge_due_in_memory(mirror, org.ledger, org.policy, org.rules, facts, now)
    }


def _stale(org: OpenOrg) -> str:
    """A line if the CRM was not read lately. It is no reason to be silent: an apply may keep sync out all night."""
    hours = hours_unread(org.reading.notes.synced_at(), org.now())
    if not hours:
        return ""
    return f"the CRM was read {hours} hours ago, and what was done since is not known here: run `connector sync`"


def round_of(org: OpenOrg, facts: OrgFacts, lease: Lease) -> Round:
    """What telling somebody takes, in one pass under that lease."""
    office = Office(
        mirror=org.reading,
        ledger=org.ledger,
        policy=org.policy,
        rules=org.rules,
        facts=facts,
        address=org.adapter.url,
        now=org.now(),
    )
    return Round(
        org.config.alerts,
        org.name,
        office,
        org.adapter,
        lease,
        lambda key, reference: _secret(org, key, reference),
    )


def _secret(org: OpenOrg, key: str, reference: str) -> str:
    return Secret(reference, key=org.config.where(f"alerts.{key}"), base=org.config.base).read()
