"""The board of promises: who waits, how long, with whom; at risk, breached and backlog, by owner and source. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec

from connector.model import Evidence, Judgement, Promise, PromiseState, Waiting
from connector.policy import Policy

_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_OPEN: Final = frozenset({PromiseState.RUNNING, PromiseState.BREACHED, PromiseState.BACKLOG, PromiseState.NO_CLOCK})
NOBODY: Final = "(nobody)"
NO_SOURCE: Final = "(blank)"


class Standing(StrEnum):
    """Where on the board somebody stands; the most pressing first."""

    BREACHED = "breached"
    NO_CLOCK = "no_clock"
    AT_RISK = "at_risk"
    BACKLOG = "backlog"
    RUNNING = "running"


class Group(msgspec.Struct):
    """Those of one owner, or of one source: how many promises stand where, and the earliest that is due."""

    name: str
    counts: dict[str, int]
    earliest: datetime | None = None

    def add(self, standing: Standing, due: datetime | None) -> None:
        """Counts one promise."""
        self.counts[standing] += 1
        if due is not None and (self.earliest is None or due < self.earliest):
            self.earliest = due

    @property
    def pressing(self) -> tuple[int, ...]:
        """What groups are ordered by."""
        return tuple(-self.counts[one] for one in Standing)


class Board(msgspec.Struct, frozen=True):
    """`in_force_since` None: promises are not in force yet, everything is a preview. Each list: earliest first.

    Of whose clock runs with time to spare only the number is kept.
    """

    as_of: datetime
    in_force_since: datetime | None
    counts: dict[str, int]
    lists: dict[str, tuple[Waiting, ...]]
    by_owner: tuple[Group, ...]
    by_source: tuple[Group, ...]


def standing(promise: Promise, now: datetime) -> Standing:
    """Where an open promise stands; time may have passed since it was judged."""
    if promise.state is PromiseState.BACKLOG:
        return Standing.BACKLOG
    if promise.state is PromiseState.NO_CLOCK or promise.due_at is None:
        return Standing.NO_CLOCK
    if now >= promise.due_at:
        return Standing.BREACHED
    return Standing.AT_RISK if promise.warn_at is not None and now >= promise.warn_at else Standing.RUNNING


def waiting(evidence: Evidence, judgement: Judgement) -> Iterator[Waiting]:
    """What one person waits for, as just judged."""
    person, owner = evidence.person, evidence.owner
    for one in judgement.promises:
        if one.stopped_at is None and one.state in _OPEN:
            yield Waiting(
                ref=person.ref,
                name=person.name,
                company=person.company or "",
                source=person.source or "",
                owner=(owner.name if owner is not None else "") or person.owner_id or "",
                owner_id=person.owner_id or "",
                score=(judgement.score.total or None) if judgement.score is not None else None,
                promise=one,
            )


def board(those: Iterable[Waiting], policy: Policy, as_of: datetime, in_force_since: datetime | None) -> Board:
    """Puts everybody who waits on the board."""
    lists: dict[str, list[Waiting]] = {one: [] for one in Standing if one is not Standing.RUNNING}
    counts: dict[str, int] = dict.fromkeys(Standing, 0)
    owners, sources = _Groups(), _Groups()
    for one in those:
        where = standing(one.promise, as_of)
        counts[where] += 1
        if where in lists:
            lists[where].append(one)
        group = policy.sources.group(one.source)
        due = one.promise.due_at
        owners[one.owner or NOBODY].add(where, due)
        sources[group[0] if group is not None else one.source or NO_SOURCE].add(where, due)
    return Board(
        as_of=as_of,
        in_force_since=in_force_since,
        counts=counts,
        lists={name: tuple(sorted(rows, key=_urgency)) for name, rows in lists.items()},
        by_owner=_ordered(owners),
        by_source=_ordered(sources),
    )


class _Groups(dict[str, Group]):
    def __missing__(self, name: str) -> Group:
        made = self[name] = Group(name, dict.fromkeys(Standing, 0))
        return made


def _ordered(groups: _Groups) -> tuple[Group, ...]:
    return tuple(sorted(groups.values(), key=lambda group: (group.pressing, group.name)))


def _urgency(one: Waiting) -> tuple[datetime, datetime, str, str]:
    promise = one.promise
    since = promise.since or promise.at_least or _LATEST
    return promise.due_at or since, since, one.ref.object, one.ref.id
