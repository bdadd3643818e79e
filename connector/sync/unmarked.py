"""Which syncs may have found promises broken without keeping it: nobody was judged after them before the next one.

That is so when the mirror is lost or older than the ledger, and when people are marked as a sync begins. Until they
are judged and marked after all, work keeps a promise that was due by then only if its row stood in the CRM by then
(ADR 114).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.broken import READS, UNMARKED, Unmarked
from connector.model import Observation, Ref
from connector.store.ledger import Ledger


class Looks:
    """What the ledger knows of one org's syncs.

    `last`: when the last one that came to its end began; None: none did. `until`: deadlines up to then are marked, or
    are in `unmarked`.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._kept = ledger.observations
        self._ref = Ref(ledger.org, READS, "")
        found = self._kept.of([self._ref])
        self.unmarked = tuple(Unmarked(one.since, one.seen_at) for one in found if one.field == UNMARKED)
        read = next((one for one in found if one.field == READS), None)
        self.last = read.seen_at if read is not None else None
        self.until = read.since if read is not None else None

    def leave_unmarked(self) -> None:
        """What was due since then, up to the last sync, is not marked yet."""
        if self.last is not None and self.until != self.last:
            self.unmarked = (*self.unmarked, Unmarked(self.until, self.last))
            self._keep(UNMARKED, [(one.after, one.read_at) for one in self.unmarked])
            self.covered()

    def covered(self) -> None:
        """Up to the last sync it is known which promises were broken, or that it is not."""
        if self.last is not None:
            self.until = self.last
            self._keep(READS, [(self.until, self.last)])

    def all_marked(self) -> None:
        """Everybody is judged and marked."""
        self.covered()
        if self.unmarked:
            self.unmarked = ()
            self._keep(UNMARKED, [])

    def ended(self, began: datetime) -> None:
        """A sync came to its end."""
        self.last = began
        self._keep(READS, [(self.until, began)])

    def _keep(self, field: str, times: Sequence[tuple[datetime | None, datetime]]) -> None:
        """Instead of what was kept under that name."""
        self._kept.instead(
            self._ref, field, [Observation(self._ref, field, since, at, None, None) for since, at in times]
        )
