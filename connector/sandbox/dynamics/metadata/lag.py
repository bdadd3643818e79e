"""The metadata cache lags: for some reads after a change it still shows what was, unless told `Consistency: Strong`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from connector.sandbox.dynamics.catalogue import Entity

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org


class _Stale:
    """What was, and how many reads still see it."""

    def __init__(self, entities: Mapping[str, Entity], reads: int) -> None:
        self.entities = entities
        self.reads = reads


_STALE: WeakKeyDictionary[Org, _Stale] = WeakKeyDictionary()


def before_change(org: Org) -> None:
    """To be called before tables change."""
    if org.rules.metadata_lag and org not in _STALE:
        _STALE[org] = _Stale(org.entities, org.rules.metadata_lag)


def as_read(org: Org, *, strong: bool) -> Mapping[str, Entity]:
    """The tables as a read of metadata sees them; counts it. A `strong` read sees what is and ends the lag."""
    stale = _STALE.get(org)
    if stale is None:
        return org.entities
    stale.reads -= 1
    if strong or stale.reads < 0:
        del _STALE[org]
        return org.entities
    return stale.entities
