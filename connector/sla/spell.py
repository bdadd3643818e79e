"""A time in one status, as promises see it: a call disposition typed meanwhile is part of it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Spell(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A person's time in one status, with every entry made right that a correction makes right.

    `id` is the stay's; empty: the status is not in the CRM yet. `name` None: nobody knows which status it was.
    `since` None: unknown, `at_least` then says since when at the latest. `until` None: the person is there now.
    `ours`: it began by a promotion of ours; `left_by_us`: one ended it, nobody's hand. `stops`: when somebody's hand
    ended it, or what promotions of ours made of it; None: that has not been. `onwards`: the statuses that these
    promotions led to, each with its beginning. `by_nobody`: it stopped by nobody's hand after all, or led nobody knows
    where.
    """

    id: str
    name: str | None
    object: str
    since: datetime | None
    at_least: datetime | None = None
    until: datetime | None = None
    ours: bool = False
    left_by_us: bool = False
    stops: datetime | None = None
    onwards: tuple[tuple[str, datetime], ...] = ()
    by_nobody: bool = False
