"""Direct requests that nobody has acted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from connector.case import Case
from connector.model import Activity, Stay
from connector.policy import Policy
from connector.rules._return import known_beginning, lasting

_OUT = ("recycle", "closed", "customer", "converts")


def unanswered(on: str, case: Case, requests: Sequence[Activity]) -> tuple[Activity, ...]:
    """Those of these direct requests, oldest first, that are not too old and on which nobody has acted. `on`: the
    object."""
    oldest = case.now - timedelta(days=case.policy.file.score.direct_within_days)
    return tuple(one for one in requests if one.known_from > oldest and not _is_acted_on(one, on, case))


def _is_acted_on(request: Activity, on: str, case: Case) -> bool:
    """Whether, since the request, somebody reviewed the person or put them out, or sales had them and let them go."""
    policy, at = case.policy, request.known_from
    if _is_reviewed(case.place.name, policy) and (begun := known_beginning(on, case)) is not None and begun >= at:
        return True
    return any(
        (begun is not None and begun >= at and (stay.disposition is not None or _is_reviewed(stay.name, policy)))
        or ((left is None or left > at) and _is_with_sales(stay.name, policy))
        for stay, begun, left in _with_ends(on, case)
    )


def _with_ends(on: str, case: Case) -> Iterator[tuple[Stay, datetime | None, datetime | None]]:
    """All that lie before the present one, with when they began and ended; None: nobody knows."""
    stays = lasting(on, case)
    for stay, following in pairwise(stays):
        yield stay, stay.since, following.since
    if case.began is not None and case.began.since is not None and stays:
        yield stays[-1], stays[-1].since, known_beginning(on, case)


def _is_reviewed(name: str | None, policy: Policy) -> bool:
    return name is not None and (policy.status(name).reviewed or any(policy.has_role(name, role) for role in _OUT))


def _is_with_sales(name: str | None, policy: Policy) -> bool:
    if name is None:
        return False
    rank, ready = policy.rank(name), policy.rank(policy.role("ready"))
    if any(policy.has_role(name, role) for role in _OUT):
        return True
    return rank is not None and ready is not None and rank >= ready


def asked_on(request: Activity, case: Case) -> str:
    """The day of a request; where only the day is known, that day, be it of the org's own zone or of UTC."""
    day = request.at.date()
    if request.earliest is not None:
        day = min(day, request.at.astimezone(ZoneInfo(case.org.timezone)).date())
    return day.isoformat()


def told(request: Activity) -> str:
    """`asked for a demo`, as reasons say it."""
    words = {"contact form": "filled the contact form", "demo": "asked for a demo", "quote": "asked for a quote"}
    if request.about in words:
        return words[request.about]
    return f"asked for {request.about}" if request.about else f"{request.kind} that came in"
