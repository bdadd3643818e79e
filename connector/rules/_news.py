"""What somebody is told about a person's points and requests, once, while it is news."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.case import Case
from connector.model import CROSSING, Activity, Alert, Person
from connector.rules._history import day
from connector.rules._points import Points
from connector.rules._requests import asked_on, told

REQUEST = "request"
TELL = "tell"

News = tuple[tuple[Alert, ...], datetime | None]
"""Alerts, and when the first of them is no news any more."""


def crossing(
    person: Person, case: Case, points: Points, event: datetime | None = None, *, later_than: datetime | None = None
) -> News:
    """Points reach the bar: told once for each crossing, known by its moment.

    `event`: when it came to count, if later than the crossing itself. `later_than`: an earlier crossing is no news.
    """
    if not points.reaches:
        return (), None
    rules = case.policy.file.score
    oldest = case.now - timedelta(days=rules.news_days)
    crossed = points.crossed(oldest if event is None else None)
    if crossed is None or (later_than is not None and crossed <= later_than):
        return (), None
    at = max(crossed, event) if event is not None else crossed
    if at <= oldest:
        return (), None
    alert = Alert(
        person_id=person.person_id,
        promise=CROSSING,
        of=str(int(crossed.timestamp())),
        level=TELL,
        at=at,
        text=f"crossed the bar of {rules.bar} points on {day(crossed)}{_how(crossed, person, case)}",
    )
    return (alert,), at + timedelta(days=rules.news_days)


def _how(crossed: datetime, person: Person, case: Case) -> str:
    is_by_facts = any(one.at == crossed for one in case.enriched)
    how = ", when something else came to be known about them" if is_by_facts else ""
    return how + ("; their e-mail address bounces" if person.is_bounced else "")


def requested(person: Person, case: Case, name: str, requests: tuple[Activity, ...]) -> News:
    """Somebody who is `name` and is not moved for it has asked for something directly."""
    news = timedelta(days=case.policy.file.score.news_days)
    fresh = [one for one in requests if one.known_from > case.now - news]
    if not fresh:
        return (), None
    alerts = tuple(
        Alert(
            person_id=person.person_id,
            promise=REQUEST,
            of=one.id,
            level=TELL,
            at=one.at,
            text=f"{told(one)} on {asked_on(one, case)}, and is {name}",
        )
        for one in fresh
    )
    return alerts, min(one.known_from for one in fresh) + news


def earliest(*times: datetime | None) -> datetime | None:
    """The earliest of these that is one."""
    known = [time for time in times if time is not None]
    return min(known) if known else None
