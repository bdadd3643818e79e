"""What whoever has to act should know of a person, from the mirror alone: no API call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from connector.case import Case, OrgFacts
from connector.clock import ELAPSED, Clock
from connector.judge import Rules, judge
from connector.judging import case_of
from connector.model import CROSSING, OBJECTS, Activity, Alert, Evidence, Judgement, Promise, Ref, is_same_stay
from connector.policy import Policy
from connector.score import scoring
from connector.sla import counts_as
from connector.store.ledger import Ledger, Raised
from connector.store.mirror import Mirror

LATEST: Final = 5
"""Things that somebody did that are told."""

NEVER: Final = "Go gently: nothing shows that they have ever turned to us."
SOFT: Final = "Go gently: they looked around, but never asked to be contacted. Offer help; do not sell."


class Office(msgspec.Struct, frozen=True):
    """What dossiers are made from. `address`: where people look at a record."""

    mirror: Mirror
    ledger: Ledger
    policy: Policy
    rules: Rules
    facts: OrgFacts
    address: Callable[[Ref], str]
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The org's time zone."""
        return ZoneInfo(self.facts.timezone)


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """One person, for whoever has to act. Empty texts and None are not known.

    ref:      the record to look at now
    domain:   of their address, in small letters
    did:      what they did towards us and when, newest first
    looked:   the pages that they (or a machine of theirs) looked at, each once, newest first
    asked:    the latest direct request among all they did
    on_clock: how long the promise's clock has run
    late:     how long past its deadline, by the wall clock: so long somebody has waited in vain
    hint:     how to approach them
    is_open:  whether the promise still waits for somebody
    account_owner: who owns the account of somebody who is a customer
    is_for_account: it is that owner's business: a customer has crossed the bar
    gone:     the record is no longer in the CRM
    """

    ref: Ref
    url: str
    name: str
    title: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    domain: str = ""
    source: str = ""
    status: str = ""
    owner: str = ""
    score: str = ""
    did: tuple[tuple[datetime, Activity], ...] = ()
    looked: tuple[Activity, ...] = ()
    asked: Activity | None = None
    since: datetime | None = None
    on_clock: timedelta | None = None
    late: timedelta | None = None
    clock: str = ""
    hint: str = ""
    is_open: bool | None = None
    account_owner: str = ""
    is_for_account: bool = False
    gone: bool = False


def dossier(raised: Raised, office: Office) -> tuple[Dossier, Evidence | None]:
    """The dossier of one alert, and the person as they are now; of an alert about no person only what it is about."""
    if raised.ref.object not in OBJECTS:
        return Dossier(ref=raised.ref, url="", name=f"The org {raised.ref.org}"), None
    evidence = office.mirror.people.standing_for(raised.ref)
    if evidence is None:
        return Dossier(ref=raised.ref, url=office.address(raised.ref), name=raised.ref.id, gone=True), None
    case = case_of(evidence, office.ledger, office.policy, office.facts, office.now)
    judgement = judge(evidence.person, case, office.rules)
    return _dossier(raised.alert, evidence, case, judgement, office), evidence


def _dossier(alert: Alert, evidence: Evidence, case: Case, judgement: Judgement, office: Office) -> Dossier:
    person = evidence.person
    promise = _promise(alert, judgement.promises)
    since, used, late, clock = _clock(promise, office)
    did, looked = _did(case), _looked(case)
    requests = scoring(case.policy).requests.of(case.activities, case.memberships, office.now)
    is_customer = case.policy.has_role(case.place.name, "customer")
    account_owner = evidence.account_owner if is_customer else None
    return Dossier(
        ref=person.ref,
        url=office.address(person.ref),
        name=person.name or person.email or person.ref.id,
        title=person.title or "",
        company=person.company or "",
        email=(person.email or "").strip(),
        phone=(person.phone or "").strip(),
        domain=_domain(person.email),
        source=person.source or "",
        status=case.place.name or person.status or "",
        owner=evidence.owner.name if evidence.owner is not None else "",
        score=_score(judgement),
        did=did,
        looked=looked,
        asked=requests[-1] if requests else None,
        since=since,
        on_clock=used,
        late=late,
        clock=clock,
        hint="" if requests or any(map(_turned_to_us, case.activities)) else SOFT if did or looked else NEVER,
        is_open=promise.is_owed if promise is not None else None,
        account_owner=account_owner.name if account_owner is not None else "",
        is_for_account=is_customer and alert.promise == CROSSING,
    )


def _promise(alert: Alert, promises: Sequence[Promise]) -> Promise | None:
    """The promise it is about; a stay may go by an earlier id by now, and then it is the last one that may be meant."""
    found = [one for one in promises if one.name == alert.promise and is_same_stay(alert.of, one.of)]
    return next((one for one in found if one.of == alert.of), found[-1] if found else None)


def _clock(promise: Promise | None, office: Office) -> tuple[datetime | None, timedelta | None, timedelta | None, str]:
    """Since when, how much was used, how late, and by which clock."""
    if promise is None or promise.since is None:
        return None, None, None, ""
    clock: Clock | None = ELAPSED
    if promise.clock != ELAPSED.name:
        clock = office.facts.calendar.clock(promise.clock)
    end = promise.stopped_at or office.now
    late = end - promise.due_at if promise.due_at is not None and end > promise.due_at else None
    if clock is None:  # its hours can no longer be seen
        return promise.since, None, late, promise.clock
    return promise.since, clock.used(promise.since, end), late, clock.name


def _score(judgement: Judgement) -> str:
    """`120 (+60 ideal client, +60 pricing page)`."""
    score = judgement.score
    if score is None:
        return ""
    parts = ", ".join(f"{part.points:+d} {part.name}" for part in score.parts)
    return f"{score.total:g} ({parts})" if parts else f"{score.total:g}"


def _did(case: Case) -> tuple[tuple[datetime, Activity], ...]:
    """Interactions, and answers to campaigns, newest first."""
    found = [(one.at, one) for one in case.activities if one.is_interaction]
    found += [
        (at, Activity(at, "campaign_response", "in", "", one.campaign_id, None, one.campaign, None, one.earliest))
        for one in case.memberships
        if one.responded and (at := one.responded_at) is not None and at <= case.now
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)
    return tuple(found[:LATEST])


def _looked(case: Case) -> tuple[Activity, ...]:
    """The latest look at each page. It earns points, but a machine may have done it: no interaction."""
    latest = {one.about: one for one in case.activities if one.kind == "other" and one.about}
    return tuple(sorted(latest.values(), key=lambda one: (one.at, one.id), reverse=True)[:LATEST])


def _turned_to_us(one: Activity) -> bool:
    """Whether they called or wrote, or spoke with one of us: who fills in a form for a paper has only looked around."""
    return (one.direction == "in" and one.kind in ("call", "mail")) or counts_as(one) == "conversation"


def _domain(email: str | None) -> str:
    return (email or "").rpartition("@")[2].strip().casefold() if "@" in (email or "") else ""
