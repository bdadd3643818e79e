"""The work list: per owner, or per manager of the owners, the people who wait, those that wait longest first. Pure.

A person stands on it once, with the promise that presses most. Of each kind only the first few are kept while everybody
passes by, so that a list of a million people needs no more room than what is shown of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import msgspec

from connector.model import User, Waiting
from connector.report.board import NOBODY, Standing, standing

KINDS: Final = (Standing.BREACHED, Standing.NO_CLOCK, Standing.AT_RISK, Standing.RUNNING, Standing.BACKLOG)
"""In the order of a list; what is from before promises were in force comes apart, at its end."""
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_SPARE: Final = 64
"""So many more than are kept may gather before they are cut down."""


class By(StrEnum):
    """Whose lists."""

    OWNER = "owner"
    MANAGER = "manager"


class Order(StrEnum):
    """Who comes first of those that stand alike: who waits longest, or whose score is highest and then who waits."""

    AGE = "age"
    SCORE = "score"


class Waiter(msgspec.Struct, frozen=True, gc=False):
    """A person on a list: the promise that presses most, and the names of the other open ones."""

    one: Waiting
    where: Standing
    also: tuple[str, ...] = ()

    @property
    def since(self) -> datetime | None:
        """Since when they wait; if nobody knows, since when at the latest."""
        return self.one.promise.since or self.one.promise.at_least


class Someones(msgspec.Struct, frozen=True):
    """One owner's list, or one manager's. `id`: the user's or queue's, empty for nobody. `counts`: people, by kind.

    `manager`: who leads that owner, named as lists name people.
    """

    id: str
    name: str
    manager: str
    counts: dict[str, int]
    people: dict[str, tuple[Waiter, ...]]

    def more(self, kind: str) -> int:
        """How many of a kind are not listed."""
        return self.counts[kind] - len(self.people[kind])

    @property
    def first(self) -> Waiter | None:
        """The top entry."""
        return next((waiter for kind in KINDS for waiter in self.people[kind]), None)


class WorkList(msgspec.Struct, frozen=True):
    """All lists; the first begins with whoever presses most of all. `counts`: people, by kind; `promises`: as on the
    board.
    """

    as_of: datetime
    in_force_since: datetime | None
    by: By
    order: Order
    counts: dict[str, int]
    promises: dict[str, int]
    lists: tuple[Someones, ...]


class People:
    """Users and queues as lists name them."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self._users = users
        names: dict[str, int] = {}
        for user in users.values():
            names[user.name] = names.get(user.name, 0) + 1
        self._shared = {name for name, count in names.items() if count > 1}

    def named(self, id: str) -> str:
        """`Jo`, `Jo (has left)`, `Inbound (queue)`; two of the same name are told apart."""
        if not id:
            return NOBODY
        user = self._users.get(id)
        if user is None or not user.name:
            return id
        notes = [user.email or id] if user.name in self._shared else []
        notes += ["queue"] if user.kind == "queue" else [] if user.active else ["has left"]
        return f"{user.name} ({', '.join(notes)})" if notes else user.name

    def manager(self, id: str) -> str:
        """The id of who leads that user; empty: nobody does, as is so of queues."""
        user = self._users.get(id)
        return (user.manager_id or "") if user is not None else ""


class Gatherer:
    """Gathers who waits, person by person, and keeps the first `most` of each kind of each list (None: all)."""

    def __init__(self, by: By, order: Order, users: Mapping[str, User], most: int | None, now: datetime) -> None:
        self._by = by
        self._order = order
        self._named = People(users)
        self._most = most
        self._now = now
        self._counts: dict[str, dict[str, int]] = {}
        self._kept: dict[tuple[str, str], list[Waiter]] = {}
        self._promises: dict[str, int] = dict.fromkeys(Standing, 0)

    def add(self, promises: Iterable[Waiting]) -> None:
        """The open promises to one person."""
        stand = [(one, standing(one.promise, self._now)) for one in promises]
        for _, where in stand:
            self._promises[where] += 1
        stand.sort(key=lambda pair: (KINDS.index(pair[1]), _age(pair[0])))
        (first, where), *rest = stand
        also = tuple(dict.fromkeys(one.promise.name for one, _ in rest))
        id = first.owner_id if self._by is By.OWNER else self._named.manager(first.owner_id)
        counts = self._counts.setdefault(id, dict.fromkeys(KINDS, 0))
        counts[where] += 1
        kept = self._kept.setdefault((id, where), [])
        kept.append(Waiter(first, where, also))
        if self._most is not None and len(kept) >= self._most + _SPARE:
            self._cut(kept)

    def done(self, in_force_since: datetime | None) -> WorkList:
        """The lists of everybody who was added."""
        for kept in self._kept.values():
            self._cut(kept)
        lists = [
            Someones(
                id=id,
                name=self._named.named(id),
                manager=self._named.named(self._named.manager(id)),
                counts=counts,
                people={kind: tuple(self._kept.get((id, kind), ())) for kind in KINDS},
            )
            for id, counts in self._counts.items()
        ]
        lists.sort(key=self._pressing)
        return WorkList(
            as_of=self._now,
            in_force_since=in_force_since,
            by=self._by,
            order=self._order,
            counts={kind: sum(counts[kind] for counts in self._counts.values()) for kind in KINDS},
            promises=self._promises,
            lists=tuple(lists),
        )

    def _cut(self, kept: list[Waiter]) -> None:
        kept.sort(key=self._rank)
        if self._most is not None:
            del kept[self._most :]

    def _rank(self, waiter: Waiter) -> tuple[Any, ...]:
        by_score = (-(waiter.one.score or 0.0),) if self._order is Order.SCORE else ()
        return (*by_score, *_age(waiter.one))

    def _pressing(self, one: Someones) -> tuple[Any, ...]:
        """Lists by what presses most on them, then by their first entry."""
        kind = next(number for number, kind in enumerate(KINDS) if one.counts[kind])
        first = one.people[KINDS[kind]]
        return (kind, *(self._rank(first[0]) if first else ()), one.name, one.id)


def worklist(those: Iterable[Waiting], gather: Gatherer, in_force_since: datetime | None) -> WorkList:
    """The lists of everybody who waits; `those`: all open promises to a person come together."""
    for _, promises in groupby(those, key=attrgetter("ref")):
        gather.add(promises)
    return gather.done(in_force_since)


def by_manager(lists: Iterable[Someones]) -> Iterator[tuple[str, list[Someones]]]:
    """Owners' lists under the name of their manager: both in the order in which they first come."""
    grouped: dict[str, list[Someones]] = {}
    for one in lists:
        grouped.setdefault(one.manager, []).append(one)
    yield from grouped.items()


def _age(one: Waiting) -> tuple[datetime, datetime, str, str]:
    promise = one.promise
    return promise.since or promise.at_least or _LATEST, promise.due_at or _LATEST, one.ref.object, one.ref.id
