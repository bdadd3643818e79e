"""Moves between statuses: how often people went from one to another, which skip a status and which go back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from connector.model import Stay
from connector.policy import Policy


class Move(msgspec.Struct, frozen=True):
    """One cell of the transition matrix. `kind`: `forward`, `skip` (left out a rank), `return` or `out` (no rank)."""

    before: str
    after: str
    people: int
    kind: str


class Moves:
    """Counts moves of many people within their current cycle."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._counts: Counter[tuple[str, str]] = Counter()
        ranks = (status.rank for status in policy.file.status.values())
        self._ranks = sorted(rank for rank in ranks if rank is not None)

    def add(self, history: Iterable[Stay]) -> None:
        """Counts the moves of one person; stays in a disposition or an unknown value are passed over."""
        names = [stay.name for stay in history if stay.name is not None]
        self._counts.update((one, other) for one, other in pairwise(names) if one != other)

    def __iter__(self) -> Iterator[Move]:
        """Every move, the most frequent first."""
        for (before, after), people in self._counts.most_common():
            yield Move(before, after, people, self._kind(before, after))

    def _kind(self, before: str, after: str) -> str:
        old, new = self._policy.rank(before), self._policy.rank(after)
        if old is None or new is None:
            return "out" if new is None else "return" if old is not None else "forward"
        if new < old:
            return "return"
        return "skip" if any(old < rank < new for rank in self._ranks) else "forward"
