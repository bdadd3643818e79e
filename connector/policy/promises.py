"""The policy's promises (SLAs), compiled: which stay and which request starts which clock, and what keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from connector.policy.model import Status
from connector.policy.sla import Sla, SlaPromise, span_of_time

ELAPSED: Final = "elapsed"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """One promise. `teams` empty: the team that owns the status of the stay, for a request any team of the policy."""

    name: str
    limit: timedelta
    said: str
    """The limit as the policy says it: `48h`."""
    clock: str = ELAPSED
    hours: str = ""
    by: str = "team"
    teams: frozenset[str] = frozenset()
    counts: frozenset[str] = frozenset()
    warn: float = 0.8
    escalate: float = 2.0
    warn_after: timedelta
    escalate_after: timedelta
    """These parts of the limit, to the second."""


class Promises:
    """All promises of a policy.

    Attributes:
        effective_from: since when clocks run, if the policy says so
        before: how long before a stay began work counts for it already
        on_request: those that a direct request starts
        all: every one of them, by name
        statuses: the statuses in which a stay starts any
    """

    def __init__(self, section: Sla, statuses: Mapping[str, Status]) -> None:
        self.effective_from = _moment(section)
        self.before = span_of_time(section.before)
        self.all = {name: _terms(name, one, section) for name, one in section.promise.items()}
        self.on_request = tuple(self.all[name] for name, one in section.promise.items() if one.requests)
        self._of: dict[str, tuple[Terms, ...]] = {
            name: self._starting(name, status, section) for name, status in statuses.items()
        }
        self.statuses = frozenset(name for name, terms in self._of.items() if terms)

    def of(self, status: str | None) -> tuple[Terms, ...]:
        """Those that a stay in the status of that name starts."""
        return self._of.get(status, ()) if status is not None else ()

    def _starting(self, name: str, status: Status, section: Sla) -> tuple[Terms, ...]:
        started = (
            self.all[promise]
            for promise, one in section.promise.items()
            if name in one.statuses or set(one.roles) & set(status.roles)
        )
        return _once(started)


def _once(started: Iterable[Terms]) -> tuple[Terms, ...]:
    """Two promises of the very same terms are one: where a status is both scored and ready, nobody is told twice."""
    kept: dict[Terms, Terms] = {}
    for terms in started:
        kept[msgspec.structs.replace(terms, name="")] = terms
    return tuple(kept.values())


def _terms(name: str, one: SlaPromise, section: Sla) -> Terms:
    limit = span_of_time(one.limit)
    warn = section.warn if one.warn is None else one.warn
    escalate = section.escalate if one.escalate is None else one.escalate
    return Terms(
        name=name,
        limit=limit,
        said=one.limit,
        clock=one.clock,
        hours=one.hours,
        by=one.by,
        teams=frozenset(one.teams),
        counts=frozenset(one.counts),
        warn=warn,
        escalate=escalate,
        warn_after=_part(limit, warn),
        escalate_after=_part(limit, escalate),
    )


def _part(limit: timedelta, part: float) -> timedelta:
    return timedelta(seconds=round(limit.total_seconds() * part))


def _moment(section: Sla) -> datetime | None:
    said = section.effective_from
    if said is None:
        return None
    if not isinstance(said, datetime):
        return datetime(said.year, said.month, said.day, tzinfo=UTC)
    return (said if said.tzinfo is not None else said.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
