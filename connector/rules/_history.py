"""What a person's history in the current cycle says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from connector.case import Beginning, Case
from connector.model import Person, Stay
from connector.policy import Policy
from connector.timeline import standing


def last_status(earlier: Sequence[Stay]) -> Stay | None:
    """The last stay that is a status: not a disposition, a blank or a value nobody knows."""
    for stay in reversed(earlier):
        if stay.name is not None:
            return stay
    return None


def review(stays: Sequence[Stay], policy: Policy) -> Stay | None:
    """The last stay in which an LDR or a rep had worked the person; a disposition that somebody left counts."""
    for stay in reversed(stays):
        if stay.disposition is not None or (stay.name is not None and policy.status(stay.name).reviewed):
            return stay
    return None


def reviewed(case: Case) -> Stay | None:
    """The last stay in which somebody had worked the person (see `review`), but for what rules have put right just now:
    a value that ought not to have been entered is gone from the history with the next look.
    """
    is_as_entered = case.history[-1].name is not None
    return review(case.history if is_as_entered else case.history[:-1], case.policy)


def is_bought(person: Person, policy: Policy) -> bool:
    """Whether the person came from a purchased or built list."""
    group = policy.sources.group(person.source) if person.source else None
    return group is not None and group[1].bought


def day(time: datetime | None) -> str:
    """A date, as reasons say it."""
    return time.date().isoformat() if time is not None else "an unknown date"


def since(stay: Stay) -> str:
    """`since 2026-03-02`, or what is known of it."""
    if stay.since is not None:
        return "since " + stay.since.date().isoformat()
    return f"since {day(stay.at_least)} or earlier" if stay.at_least is not None else "for an unknown time"


def current(case: Case) -> Stay:
    """The stay the person is in, as rules have put it right so far."""
    return stay_as(case, case.place.name) if case.place.name is not None else case.history[-1]


def moved_on(case: Case, event: datetime) -> Beginning:
    """A promotion begins at the event that is its evidence, but not before the stay that it ends."""
    began = current(case).since
    if began is None:
        known = [stay.since for stay in case.history if stay.since is not None]
        began = known[-1] if known else None
    since = event if began is None else max(event, began + timedelta(seconds=1))
    return Beginning(since, promotes=True)


def opens_cycle(case: Case, name: str) -> bool:
    """Whether a rule has just moved the person out of recycle or customer to `name`, on the forward path: that begins
    the next cycle, and what was in the one before is no history of it."""
    if case.began is None or not case.began.promotes or case.policy.rank(name) is None:
        return False
    last = last_status(case.history)
    return last is not None and any(case.policy.has_role(last.name, role) for role in ("recycle", "customer"))


def stay_as(case: Case, name: str) -> Stay:
    """The stay the person is in if their status is `name`: the current one, or one that goes on (see `standing`)."""
    return case.history[standing(case.history, name)]
