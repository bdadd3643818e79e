"""Promises that were not kept, as the ledger keeps them: found by a sync once, and mended by nothing written later.

A promise is broken if it was still open when the CRM was read after its deadline. Only work that stood in the CRM by
then may keep it still, understood at last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Final

import msgspec

from connector.model import Activity, Observation

BROKEN: Final = "promise"
"""Under this name, with the promise's own and what it is about, it is kept that a promise was broken (`Broken`): the
deadline is when it was seen. `after` is `broken` and the traits of the work that stood in the CRM by then."""


READS: Final = "sync"
"""Under this name, as object and as field, it is kept when the CRM was last read."""

UNMARKED: Final = "unmarked"
"""Under this name it is kept after which reads nobody looked whose promises were broken (`Unmarked`)."""

_READING: Final = timedelta(hours=1)
"""How long a sync may take, and how far our clock may be behind the CRM's."""


class Broken(msgspec.Struct, frozen=True):
    """A promise that was not kept: its name, which stay or request it was about, and its deadline."""

    name: str
    of: str
    due_at: datetime


NOTHING_BROKEN: Final[Mapping[Broken, frozenset[str]]] = MappingProxyType({})


class Unmarked(msgspec.Struct, frozen=True):
    """The CRM was read at `read_at`, after which nobody looked whose promises were broken by then: of the deadlines
    later than `after` (None: of all) nothing else tells."""

    after: datetime | None
    read_at: datetime

    def holds(self, due_at: datetime) -> bool:
        """Whether it is about that deadline."""
        return (self.after is None or due_at > self.after) and due_at <= self.read_at


def read_broken(observed: Sequence[Observation], now: datetime) -> dict[Broken, frozenset[str]]:
    """Those whose deadline was not later than `now`, with the work that was there by then."""
    found = {}
    for one in observed:
        kind, _, rest = one.field.partition(" ")
        if kind == BROKEN and one.seen_at <= now:
            name, _, of = rest.partition(" ")
            found[Broken(name, of, one.seen_at)] = frozenset((one.after or "").split())
    return found


def stood_by(activity: Activity, read_at: datetime) -> bool:
    """Whether the activity may have been in the CRM when that was read, whatever time it bears."""
    created = activity.created_at
    return created is None or created <= read_at + _READING


def trait(activity: Activity) -> str:
    """By what an activity is known again, as long as nothing about it is changed."""
    one = activity
    read = (one.at, one.kind, one.direction, one.outcome, one.id, one.by, one.about, one.earliest)
    return sha256(msgspec.msgpack.encode(read)).hexdigest()[:16]
