"""Who fits, who crossed the bar of the score, and who asked for contact is moved on; nobody is moved back.

An ideal client in the entry status becomes fit. Whoever is in entry, recycle or fit and reaches the bar ([score]: 100
points, of which 20 for what they did) becomes scored, or ready where the policy has no scored status. A direct request
(contact form, demo, quote) that nobody has acted on makes anybody who is ranked below ready, or in recycle, ready at
once. After a return to recycle only what the person did later counts, and for 30 days no score does. Nobody is moved
while their e-mail address bounces, unless they asked; and nobody whose e-mail is that of a contact who is a customer or
in a deal: that is the finding `same_email`. Whoever is closed, a customer or in a deal and asks, and a customer who
crosses the bar, is no change but an alert; [customer] reenter begins a new cycle for the latter.

The score itself is written to Lead Score where the org has that field, when it crossed the bar or moved by 5 points.

Why
    Nobody can call everybody. Points say whom to call first, and a request that waits for points is a customer lost.

Example
    lead status=Inquiry title=CEO employees=200 demo=2026-03-25 lacks=score -> status=MQL
    lead status=Inquiry title=CEO employees=200 -> score=50
    lead status=Inquiry title=CEO employees=200 score=47 -> unchanged
    lead status=Inquiry title=CEO employees=200 pricing="2026-03-30, 2026-03-31, 2026-04-01" meeting=2026-03-29
        -> status=MAQL score=109
    lead status=LAL title=CEO employees=200 pricing="2026-03-30, 2026-03-31, 2026-04-01" meeting=2026-03-29 -> score=109
    lead status=Disqualified demo=2026-03-25 lacks=score -> unchanged
    lead status=Re-Market was="LAL 2026-01-05" since=2026-02-01 demo=2026-03-25 lacks=score -> status=MQL
    lead status=Re-Market was="LAL 2026-01-05" since=2026-03-02 demo=2026-03-01 lacks=score -> unchanged
    lead status=LAL was="Inquiry 2026-01-05" since=2026-03-26 demo=2026-03-25 lacks=score -> unchanged
    lead status=Inquiry demo=2026-03-25 twin="customer" email=jo@acme.com lacks=score -> unchanged finding=same_email

How to undo
    `connector undo PLAN`. The person goes back to where they were and is then left alone (finding `held`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from msgspec.structs import replace
from pydantic import Field

from connector.case import Case, Verdict
from connector.model import CONTACT, Activity, Finding, Person, Twin
from connector.policy import Meaning
from connector.rules._history import day, moved_on
from connector.rules._news import crossing, earliest, requested
from connector.rules._options import RuleOptions
from connector.rules._points import Points
from connector.rules._requests import told, unanswered
from connector.rules._return import NEVER, began
from connector.rules._status import give

ORDER = 70

_KNOWN: Final = frozenset({Meaning.STATUS, Meaning.DRIFTED, Meaning.RETIRED})
_BY_SCORE: Final = ("entry", "recycle", "fit")
_OUT: Final = ("closed", "customer", "converts")
_BARRED: Final = ("converts", "customer")


class Options(RuleOptions):
    """`[rules.qualify]`"""

    no_bounce: bool = Field(True, description="nobody whose e-mail address bounces is moved by points or by fit")


class _Move(NamedTuple):
    """Where to, why, and the event that is the evidence. `ends`: when time alone takes it back."""

    to: str
    because: str
    event: datetime
    ends: datetime | None = None
    by_points: bool = False


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    points = Points(person, case)
    verdict, names_points = Verdict(person), False
    if case.place.meaning in _KNOWN and case.place.name is not None:
        verdict, names_points = _standing(person, case, case.place.name, options, points)
    ends = points.until(person, moves=names_points)
    if ends is not None:
        verdict = replace(verdict, until=earliest(verdict.until, ends))
    return replace(_with_score(verdict, person, points), score=points.score)


def _with_score(verdict: Verdict, person: Person, points: Points) -> Verdict:
    """The same with the score written, if it is worth it; that does not hang on whether they may be moved."""
    if not points.is_worth_writing(person):
        return verdict
    score = float(points.score.total)
    if verdict.person is person:
        return replace(verdict, person=replace(person, score=score), because=points.told)
    because = verdict.because if points.told in verdict.because else f"{verdict.because}; {points.told}"
    return replace(
        verdict, person=replace(verdict.person, score=score), because=because, otherwise=replace(person, score=score)
    )


def _standing(person: Person, case: Case, name: str, options: Options, points: Points) -> tuple[Verdict, bool]:
    """What becomes of somebody in a known status, and whether the reason names their points."""
    requests = unanswered(person.ref.object, case, points.scoring, points.after)
    is_bounced = options.no_bounce and person.is_bounced
    if any(case.policy.has_role(name, role) for role in _OUT):
        return _out(person, case, name, requests, None if is_bounced else points)
    move = _by_request(case, name, requests)
    waits: datetime | None = None
    if move is None and not is_bounced:
        move, waits = _by_score(person, case, name, points)
        move = move or _by_fit(person, case, name, points)
    if move is None:
        if is_bounced or case.policy.has_role(name, "recycle"):
            return Verdict(person, until=waits), False
        alerts, ends = crossing(person, case, points)
        return Verdict(person, alerts=alerts, until=earliest(waits, ends)), False
    if (twin := _twin(case)) is not None:
        detail = f"would be {move.to}, but the {twin.ref.object} {twin.ref.id} with the same e-mail is {twin.status}"
        finding = Finding("same_email", detail, person.email or "")
        return Verdict(person, findings=(finding,), until=earliest(move.ends, waits)), False
    verdict = give(person, case, move.to, move.because, began=moved_on(case, move.event))
    alerts, ends = ((), None) if is_bounced else crossing(person, case, points, move.event if move.by_points else None)
    return replace(verdict, alerts=alerts, until=earliest(move.ends, ends, waits)), move.by_points


def _by_request(case: Case, name: str, requests: tuple[Activity, ...]) -> _Move | None:
    """A direct request makes ready whoever is below it, or in recycle."""
    policy, ready = case.policy, case.policy.role("ready")
    if not requests or ready is None:
        return None
    rank, needed = policy.rank(name), policy.rank(ready)
    if not policy.has_role(name, "recycle") and (rank is None or needed is None or rank >= needed):
        return None
    first = requests[0]
    ends = first.at + timedelta(days=policy.file.score.direct_within_days)
    return _Move(ready, f"{told(first)} on {day(first.at)}", first.at, ends)


def _by_score(person: Person, case: Case, name: str, points: Points) -> tuple[_Move | None, datetime | None]:
    """The bar makes scored whoever is in entry, recycle or fit. Also: until when a score does not count yet."""
    policy = case.policy
    to = policy.role("scored") or policy.role("ready")
    if not points.reaches or to is None or not any(policy.has_role(name, role) for role in _BY_SCORE):
        return None, None
    rank, needed = policy.rank(name), policy.rank(to)
    if rank is not None and (needed is None or needed <= rank):
        return None, None
    crossed = points.crossed()
    event = max(crossed or person.created_at, points.below_at() or person.created_at)
    if policy.has_role(name, "recycle"):
        returned = began(person, case)
        if returned == NEVER or crossed is None or crossed <= returned:
            return None, None
        cooled = returned + timedelta(days=policy.file.score.cool_off_days)
        if case.now < cooled:
            return None, cooled
        event = max(event, cooled)
    return _Move(to, f"{points.told} reach the bar of {policy.file.score.bar}", event, by_points=True), None


def _by_fit(person: Person, case: Case, name: str, points: Points) -> _Move | None:
    """Who they are makes fit whoever is in entry."""
    policy, fit = case.policy, case.policy.role("fit")
    if fit is None or not policy.has_role(name, "entry") or not points.scoring.ideal.is_met(person):
        return None
    rank, needed = policy.rank(name), policy.rank(fit)
    if rank is None or needed is None or needed <= rank:
        return None
    met = [f'{one.name} "{one.value}"' for one in points.scoring.ideal.dimensions(person) if one.matches]
    return _Move(fit, f"an ideal client by {', '.join(met)}", person.created_at)


def _out(
    person: Person, case: Case, name: str, requests: tuple[Activity, ...], points: Points | None
) -> tuple[Verdict, bool]:
    """Closed, a customer or in a deal: somebody is told. A customer who crosses begins anew if the policy says so."""
    policy = case.policy
    alerts, ends = requested(person, case, name, requests)
    if points is None or policy.has_role(name, "closed"):
        return Verdict(person, alerts=alerts, until=ends), False
    if not policy.has_role(name, "customer"):
        more, until = crossing(person, case, points)
        return Verdict(person, alerts=(*alerts, *more), until=earliest(ends, until)), False
    since = began(person, case)
    again = policy.file.customer.reenter
    if again is not None and points.reaches:
        crossed = points.crossed(since)
        if crossed is not None and crossed > since:
            because = f"{name}, and {points.told} reach the bar of {policy.file.score.bar}: begins anew"
            verdict = give(person, case, again, because, began=moved_on(case, crossed))
            return replace(verdict, alerts=alerts, until=ends), True
    more, until = crossing(person, case, points, later_than=since)
    return Verdict(person, alerts=(*alerts, *more), until=earliest(ends, until)), False


def _twin(case: Case) -> Twin | None:
    """A contact with the same e-mail who is a customer or in a deal."""
    policy = case.policy
    for twin in case.twins:
        if twin.ref.object == CONTACT:
            name = policy.place(CONTACT, twin.status).name
            if any(policy.has_role(name, role) for role in _BARRED):
                return twin
    return None
