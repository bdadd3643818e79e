"""May we come in: the login, the version of the API, the two clocks, and the API calls that are left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from connector.check.line import Line, State
from connector.errors import Abort, BudgetSpent
from connector.inspection import Inspection
from connector.ports import Budget, OrgSchema

NOTABLE: Final = timedelta(minutes=1)
TOO_MUCH: Final = timedelta(minutes=10)
"""Two clocks further apart than this: every deadline would be told wrong, and signed logins are refused."""

KEEP_TIME: Final = "set the clock of this machine (NTP)"

AGEING: Final = 5
"""Versions from the oldest on that are about to be retired: a few come of age each year."""


def lines(schema: OrgSchema, inspection: Inspection) -> Iterator[Line]:
    """The lines of somebody who came in."""
    found = f"{schema.user_name} in {schema.org_name} ({schema.org_id}), {schema.timezone}"
    yield Line("login", State.OK, found)
    yield _version(schema.api_version, inspection)
    yield _clock(inspection.skew)


def refused(error: Abort) -> Line:
    """The line of a login that failed, or of a day whose calls are gone; nothing else can be told then."""
    name = "API calls" if isinstance(error, BudgetSpent) else "login"
    what = f"{error.what} ({error.where})" if error.where else error.what
    return Line(name, State.STOP, what, "nothing else can be looked at", error.next or "mend it, then check again")


def not_offered(version: str, inspection: Inspection) -> Line:
    """The line of an API version that the CRM does not offer; nothing else can be told then."""
    oldest, newest = inspection.versions or ("?", "?")
    found = f"{version} is not offered here; there is {oldest} to {newest}"
    return Line("API version", State.STOP, found, "nothing else can be looked at", f'set api_version = "{newest}"')


def _version(version: str, inspection: Inspection) -> Line:
    if inspection.versions is None:
        return Line("API version", State.OK, version)
    oldest, newest = inspection.versions
    found = f"{version}, of {oldest} to {newest} offered"
    if float(version) < float(oldest) + AGEING and float(newest) >= float(oldest) + 2 * AGEING:
        why = "it is among the oldest, which are retired one after the other"
        return Line("API version", State.NOTE, found, why, "leave api_version out of connector.toml")
    return Line("API version", State.OK, found)


def _clock(skew: timedelta | None) -> Line:
    if skew is None:
        why = "deadlines and ages are told by this machine's clock"
        return Line("clock", State.BLIND, "could not look: the CRM does not tell its time", why, KEEP_TIME)
    seconds = int(abs(skew.total_seconds()))
    if abs(skew) <= NOTABLE:
        return Line("clock", State.OK, f"agrees with the CRM's within {max(seconds, 1)} s")
    found = f"this machine is {_span(seconds)} {'behind' if skew > timedelta() else 'ahead of'} the CRM"
    why = "deadlines and ages are told by this machine's clock; what is read and written is not"
    state = State.STOP if abs(skew) > TOO_MUCH else State.NOTE
    return Line("clock", state, found, why, KEEP_TIME)


def _span(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def calls(budget: Budget, share: float) -> Line:
    """API calls left today. `share`: of the day's calls at which we stop."""
    if budget.allowed is None or budget.used is None:
        return Line("API calls", State.OK, "the CRM does not count them by the day")
    used = budget.used / budget.allowed if budget.allowed else 1.0
    found = f"{budget.used:,} of {budget.allowed:,} used today ({used:.0%})"
    if used >= share:
        why, todo = f"connector stops at {share:.0%}, so that others still get some", "wait, or raise api_stop_at"
        return Line("API calls", State.STOP, found, why, todo)
    return Line("API calls", State.OK, found)
