"""A time in one status, as promises see it: a call disposition typed meanwhile is part of it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Spell(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A person's time in one status, with every entry made right that a correction makes right.

    `id` is the stay's; empty: the status is not in the CRM yet. `name` None: nobody knows which status it was.
    `since` None: unknown, `at_least` then says since when at the latest. `until` None: the person is there now.
    `left_by_us`: it was ended by a promotion of ours, by nobody's hand.
    """

    id: str
    name: str | None
    object: str
    since: datetime | None
    at_least: datetime | None = None
    until: datetime | None = None
    left_by_us: bool = False
