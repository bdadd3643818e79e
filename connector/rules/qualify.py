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
from connector.rules._funnel import Funnel, funnel
from connector.rules._history import moved_on
from connector.rules._news import crossing, earliest, requested
from connector.rules._options import RuleOptions
from connector.rules._points import Points
from connector.rules._requests import asked_on, told, unanswered
from connector.rules._return import NEVER, began
from connector.rules._spells import NAMED
from connector.rules._status import give

ORDER = 70
EVEN_ALONE = True
"""Who must be told of a request or a crossing is told also where another rule has failed on the person."""

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
    place, path = case.place, funnel(case.policy)
    verdict: Verdict | None = None
    names_points = False
    may_fit = path.to_fit is not None and place.name == path.entry
    if (points.reaches or points.requests or may_fit) and place.meaning in NAMED and place.name is not None:
        requests = unanswered(person.ref.object, case, points.requests) if points.requests else ()
        verdict, names_points = _standing(_Seen(person, case, points, path, requests), place.name, options)
    ends = points.until(person, moves=names_points) if points.score.behaviour else None
    if points.is_worth_writing(person):
        verdict = _with_score(verdict or Verdict(person), person, points)
    if verdict is None:
        return Verdict(person, score=points.score, until=ends)
    return replace(verdict, score=points.score, until=earliest(verdict.until, ends))


def _with_score(verdict: Verdict, person: Person, points: Points) -> Verdict:
    """The same with the score written; that does not hang on whether they may be moved."""
    score = float(points.score.total)
    if verdict.person is person:
        return replace(verdict, person=replace(person, score=score), because=points.told)
    because = verdict.because if points.told in verdict.because else f"{verdict.because}; {points.told}"
    return replace(
        verdict, person=replace(verdict.person, score=score), because=because, otherwise=replace(person, score=score)
    )


class _Seen(NamedTuple):
    """All there is to look at. `requests`: direct ones on which nobody has acted."""

    person: Person
    case: Case
    points: Points
    path: Funnel
    requests: tuple[Activity, ...]


def _standing(seen: _Seen, name: str, options: Options) -> tuple[Verdict | None, bool]:
    """What becomes of somebody in a known status, and whether the reason names their points."""
    person, case, points, path, _ = seen
    is_bounced = options.no_bounce and person.is_bounced
    if name in path.out:
        return _out(seen, name, is_bounced=is_bounced)
    move = _by_request(seen, name)
    waits: datetime | None = None
    if move is None and not is_bounced:
        move, waits = _by_score(seen, name)
        move = move or _by_fit(seen, name)
    if move is None:
        if is_bounced or name == path.recycle:
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


def _by_request(seen: _Seen, name: str) -> _Move | None:
    """A direct request makes ready whoever is below it, or in recycle."""
    ready = seen.path.ready
    if not seen.requests or ready is None or name not in seen.path.below_ready:
        return None
    first = seen.requests[0]
    ends = first.known_from + timedelta(days=seen.case.policy.file.score.direct_within_days)
    return _Move(ready, f"{told(first)} on {asked_on(first, seen.case)}", first.at, ends)


def _by_score(seen: _Seen, name: str) -> tuple[_Move | None, datetime | None]:
    """The bar makes scored whoever is in entry, recycle or fit. Also: until when a score does not count yet."""
    person, case, points, path, _ = seen
    if not points.reaches or path.to_score is None or name not in path.by_score:
        return None, None
    rules = case.policy.file.score
    crossed = points.crossed()
    event = max(crossed or person.created_at, points.below_at() or person.created_at)
    if name == path.recycle:
        returned = began(person, case)
        if returned == NEVER or crossed is None or crossed <= returned:
            return None, None
        cooled = returned + timedelta(days=rules.cool_off_days)
        if case.now < cooled:
            return None, cooled
        event = max(event, cooled)
    return _Move(path.to_score, f"{points.told} reach the bar of {rules.bar}", event, by_points=True), None


def _by_fit(seen: _Seen, name: str) -> _Move | None:
    """Who they are makes fit whoever is in entry."""
    person, fit, ideal = seen.person, seen.path.to_fit, seen.points.scoring.ideal
    if fit is None or name != seen.path.entry or not ideal.is_met(person):
        return None
    met = [f'{one.name} "{one.value}"' for one in ideal.dimensions(person) if one.matches]
    return _Move(fit, f"an ideal client by {', '.join(met)}", person.created_at)


def _out(seen: _Seen, name: str, *, is_bounced: bool) -> tuple[Verdict, bool]:
    """Closed, a customer or in a deal: somebody is told. A customer who crosses begins anew if the policy says so."""
    person, case, points, path, requests = seen
    alerts, ends = requested(person, case, name, requests)
    if name == path.closed:
        return Verdict(person, alerts=alerts, until=ends), False
    if name != path.customer:
        more, until = crossing(person, case, points)
        return Verdict(person, alerts=(*alerts, *more), until=earliest(ends, until)), False
    since = began(person, case)
    again = case.policy.file.customer.reenter
    if again is not None and points.reaches and not is_bounced:
        crossed = points.crossed(since)
        if crossed is not None and crossed > since:
            because = f"{name}, and {points.told} reach the bar of {case.policy.file.score.bar}: begins anew"
            # since the last deed: all they did so far is spent on beginning anew
            verdict = give(person, case, again, because, began=moved_on(case, max(points.latest or crossed, crossed)))
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
