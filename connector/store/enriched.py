"""Facts that changed since people were judged: by points, since only these make anybody cross the bar.

The points that stand in the mirror are compared with those of the facts as they are now. A title that came with the
last sync counts from that sync on. Nothing is compared with the points of another policy, and nobody's first points are
a change: after a first load nobody has crossed anything by facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connector.model import Evidence, Observation
from connector.policy import Policy
from connector.score import scoring
from connector.score.enriched import field_of
from connector.store.mirror import Mirror

_BY: Final = "fit_by"
"""The note that says by which policy's points everybody's were counted."""


class Facts:
    """Compares the facts of people who are to be judged with those they were last judged by."""

    def __init__(self, mirror: Mirror, policy: Policy, now: datetime) -> None:
        self._mirror = mirror
        self._scoring = scoring(policy)
        self._field = field_of(policy)
        kept = mirror.notes.get(_BY)
        self._is_comparable = self._field is not None and kept == self._field.encode()
        self._seen_at = mirror.notes.synced_at() or now

    def changed(self, page: Sequence[Evidence]) -> list[Observation]:
        """Whose points for facts are others now."""
        if not self._is_comparable or self._field is None:
            return []
        before = self._mirror.verdicts.fits([one.key for one in page])
        found = []
        for one in page:
            then = before.get(one.key)
            if then is None:
                continue
            now, _ = self._scoring.fit(one.person)
            if now != then:
                found.append(Observation(one.person.ref, self._field, None, self._seen_at, str(then), str(now)))
        return found

    def all_judged(self) -> None:
        """A pass is through. Unless everybody is still marked, all points in the mirror are by this policy now."""
        if self._field is not None and not self._is_comparable and self._mirror.dirty.everybody() is None:
            self._mirror.notes.set(_BY, self._field.encode())
