"""Whoever has been reviewed does not go back to the beginning: they are handed back to marketing.

A person in the entry status who held a reviewed status in this cycle becomes recycle; a call disposition that somebody
left again counts as reviewed. Each [[forbidden]] of the policy does the same for moves of your own. Whoever is in
recycle gets a Status Reason and a Wake-Up Date (90 days after it began) where these are empty. The owner is never
changed; the finding `hand_back` lists who still owns somebody that marketing should have.

Why
    In the entry status a reviewed person looks like new demand: they are counted again, mailed as if they had just
    asked, and the next rep calls them with the questions that somebody has asked before.

Example
    lead status=Inquiry was="LAL 2026-02-01" since=2026-03-02
        -> status=Re-Market status_reason="Not ready" wake_up_date=2026-05-31
    lead status=Inquiry was="Left Vmail 2026-02-01" since=2026-03-02 lacks="status_reason, wake_up_date"
        -> status=Re-Market
    lead status=Inquiry was="MAQL 2026-02-01" since=2026-03-02 -> unchanged
    lead status=Inquiry was="LAL 2026-01-05, Re-Market 2026-02-01" since=2026-03-02 -> unchanged
    lead status=MQL was="LAL 2026-02-01" since=2026-03-02 -> unchanged
    lead status=Raw was="LAL 2026-02-01" since=2026-03-02 lacks="status_reason, wake_up_date" -> status=Re-Market
    lead status=Re-Market since=2026-03-02 -> status_reason="Not ready" wake_up_date=2026-05-31
    lead status=Re-Market since=2026-03-02 status_reason="No budget" wake_up_date=2026-09-01 -> unchanged
    lead status=Inquiry was="LAL 2026-02-01" owner="Jo Smith, Sales Rep" lacks="status_reason, wake_up_date"
        -> status=Re-Market finding=hand_back

How to undo
    `connector undo PLAN`. The person goes back to where they were and is then left alone (finding `held`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from connector.case import Case, Verdict
from connector.model import Finding, Person, Stay
from connector.policy import Meaning
from connector.rules._history import day, opens_cycle, reviewed, since, stay_as
from connector.rules._options import RuleOptions
from connector.rules._status import LABELS, give

ORDER = 50


class Options(RuleOptions):
    """`[rules.recycled]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    name = case.place.name
    if name is None or case.place.meaning in (Meaning.DISPOSITION, Meaning.CONVERTED):
        return None
    move = _wrong_move(case, name)
    if move is None:
        return _standing(person, case, name) if case.policy.has_role(name, "recycle") else None
    instead, because = move
    verdict = give(person, case, instead, because)
    if verdict.person is person or not case.policy.has_role(instead, "recycle"):
        return verdict
    fields = _fields(person, case, _began(case, instead))
    return replace(verdict, person=replace(verdict.person, **fields), findings=_owned(case))


def _standing(person: Person, case: Case, name: str) -> Verdict | None:
    """Somebody who is in recycle already."""
    findings = _owned(case)
    fields = _fields(person, case, case.began.since if case.began is not None else _began(case, name))
    if not fields:
        return Verdict(person, findings=findings) if findings else None
    empty = " and ".join(LABELS[field] for field in fields)
    verb = "were" if len(fields) > 1 else "was"
    return Verdict(replace(person, **fields), f"in {name}, and {empty} {verb} empty", findings)


def _wrong_move(case: Case, name: str) -> tuple[str, str] | None:
    """What the person should be instead, and why; None if the way they came is allowed."""
    policy = case.policy
    if opens_cycle(case, name):
        return None
    for one in policy.file.forbidden:
        if one.to == name and one.instead != name:
            held = next((stay for stay in reversed(case.history) if stay.name in one.from_), None)
            if held is not None:
                return one.instead, f"was {_told(held)}, and must not go back to {name}"
    recycle = policy.role("recycle")
    if recycle is not None and policy.has_role(name, "entry"):
        held = reviewed(case)
        if held is not None:
            return recycle, f"was {_told(held)}, so has been reviewed, and is no new {name}"
    return None


def _told(stay: Stay) -> str:
    until = f" until {day(stay.until)}" if stay.until is not None else ""
    return f"{stay.name or stay.disposition} {since(stay)}{until}"


def _fields(person: Person, case: Case, began: datetime | None) -> dict[str, Any]:
    """What is empty and ought to be filled. `began`: when recycle began, or had begun, where that is all we know."""
    recycle, on = case.policy.file.recycle, person.ref.object
    fields: dict[str, Any] = {}
    if not person.status_reason and case.org.has(on, "status_reason"):
        fields["status_reason"] = recycle.reason
    if person.wake_up_date is None and began is not None and case.org.has(on, "wake_up_date"):
        local = began.astimezone(_zone(case.org.timezone)) + timedelta(days=recycle.wake_up_days)
        fields["wake_up_date"] = local.date()
    return fields


def _began(case: Case, name: str) -> datetime | None:
    stay = stay_as(case, name)
    return stay.since if stay.since is not None else stay.at_least


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _owned(case: Case) -> tuple[Finding, ...]:
    """The finding that a user who is in another team than recycle's still owns the person."""
    owner, policy = case.owner, case.policy
    recycle = policy.role("recycle")
    if owner is None or owner.kind == "queue" or recycle is None:
        return ()
    teams = policy.teams.of(owner)
    team = policy.status(recycle).team
    if not teams or team in teams:
        return ()
    detail = f"{owner.name} ({', '.join(sorted(teams))}) should hand this person back to {team or 'marketing'}"
    return (Finding("hand_back", detail, owner.name),)
