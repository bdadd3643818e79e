"""What somebody should be told about promises, and when time alone will change it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from connector.case import Case
from connector.model import Alert, Person, Promise

_NEWS: Final = (
    ("escalate", "escalate_at", "was due {due}, and at least {share} the time is gone"),
    ("breach", "due_at", "was due {due}"),
    ("warn", "warn_at", "is due {due}, at least {share} of the time is gone"),
)
"""Level, since when, and how it is said; the highest level first."""


def alerts(promises: Iterable[Promise], person: Person, case: Case) -> tuple[Alert, ...]:
    """One alert per promise whose clock still runs: of the highest level that is reached.

    A promise about a status that is not in the CRM yet is told when it is.
    """
    return tuple(alert for one in promises if one.is_open and one.of and (alert := _alert(one, person, case)))


def next_moment(promises: Iterable[Promise], now: datetime) -> datetime | None:
    """The first moment after now at which a promise that is still open stands differently."""
    moments = (moment for one in promises if one.is_open for moment in (one.warn_at, one.due_at, one.escalate_at))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _alert(promise: Promise, person: Person, case: Case) -> Alert | None:
    for level, field, said in _NEWS:
        at: datetime | None = getattr(promise, field)
        if at is not None and at <= case.now:
            return Alert(
                person_id=person.person_id,
                promise=promise.name,
                of=promise.of,
                level=level,
                at=at,
                text=_text(promise, said, level, case),
                due_at=promise.due_at,
            )
    return None


def _text(promise: Promise, said: str, level: str, case: Case) -> str:
    terms = case.policy.promises.all[promise.name]
    share = f"{terms.escalate:g} times" if level == "escalate" else f"{terms.warn:.0%}"
    what = f"{promise.status}: to be {promise.name.replace('_', ' ')} within {terms.said}"
    if promise.clock != "elapsed":
        what += f" ({promise.clock})"
    if promise.is_estimate:
        what += f" (asked that day, counted from {_when(promise.since, case.org.timezone)})"
    return f"{what}, " + said.format(due=_when(promise.due_at, case.org.timezone), share=share)


def _when(moment: datetime | None, timezone: str) -> str:
    return "" if moment is None else f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M %Z}"
