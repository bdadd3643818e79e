"""How often a person has gone round: which cycle this is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connector.model import Opportunity, OwnWrite
from connector.timeline.joined import Timeline
from connector.timeline.own import UNDO
from connector.timeline.rows import SKEW


class Cycles(msgspec.Struct, frozen=True):
    """Which cycle it is by each source that can tell; the highest counts, because each may miss some.

    `history`: 1 and how often the person left recycle or customer for a forward status. `opportunities`: how often
    one began when no other was open. `written`: what we wrote last, and how often they left since. `is_estimate`:
    history does not reach back to the beginning, or knows of fewer than the others.
    """

    history: int = 1
    opportunities: int = 0
    written: int = 0
    is_estimate: bool = True

    @property
    def number(self) -> int:
        """The current cycle."""
        return max(self.history, self.opportunities, self.written)

    @property
    def next(self) -> int:
        """The cycle that begins if the person is moved on from recycle or customer now."""
        return max(self.history + 1, self.opportunities, self.written + 1 if self.written else 0)


def count_cycles(timeline: Timeline, opportunities: Sequence[Opportunity], own: Sequence[OwnWrite]) -> Cycles:
    """Counts the cycles of a person. `opportunities`: those that count, oldest first."""
    history = 1 + len(timeline.left)
    by_opportunities = _rounds(opportunities) if opportunities else 0
    written = _written(timeline, own) if own else 0
    is_estimate = timeline.stays[0].since is None or history < max(by_opportunities, written)
    return Cycles(history, by_opportunities, written, is_estimate)


def _rounds(opportunities: Sequence[Opportunity]) -> int:
    """How often an opportunity was created while none was open."""
    rounds = 0
    open_until: datetime | None = None
    has_open = False
    for one in sorted(opportunities, key=lambda one: one.created_at):
        if not has_open and (open_until is None or one.created_at > open_until):
            rounds += 1
        has_open = has_open or one.is_open
        ends = one.closed_at or one.created_at
        open_until = ends if open_until is None else max(open_until, ends)
    return rounds


def _written(timeline: Timeline, own: Sequence[OwnWrite]) -> int:
    for write in reversed(own):
        if write.field == "cycle" and write.after is not None and not write.undone and write.rule != UNDO:
            return int(write.after) + sum(at > write.at + SKEW for at in timeline.left)
    return 0
