"""What sync sees that the ledger must remember: statuses changing between two syncs, records becoming somebody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from connector.case import OWNER
from connector.model import Observation, OwnWrite, Ref, StatusChange
from connector.policy import Policy
from connector.score.answered import WIDEST, field_of
from connector.score.field import SCORE, number
from connector.store.ledger import Identity, Ledger
from connector.timeline import KNOWN, is_correction

SKEW: Final = timedelta(minutes=10)
"""How far our note of a write and the CRM's history row of it may lie apart."""


class LedgerWitness:
    """Tells the ledger of one org. `since`: the last sync, None if this is the first; `now`: this one. `tracked`: since
    when the CRM is known to keep the history of the status, by object."""

    def __init__(
        self,
        ledger: Ledger,
        policy: Policy,
        since: datetime | None,
        now: datetime,
        tracked: Mapping[str, datetime | None],
    ) -> None:
        self._tracked = tracked
        self._ledger = ledger
        self._policy = policy
        self._since = since
        self._now = now
        self._has_writes = ledger.has_writes()
        self._bar = policy.file.score.bar
        self.score_field = policy.file.score.field if policy.file.score.source == "field" else None

    def statuses(self, seen: Sequence[tuple[Ref, str | None, str | None]]) -> None:
        """Keeps them: where the CRM keeps no history of the field, they are all there is."""
        self._ledger.observations.record(
            [Observation(ref, "status", self._since, self._now, before, after) for ref, before, after in seen]
        )

    def owners(self, seen: Sequence[tuple[Ref, str | None, str | None, datetime | None]]) -> None:
        """Keeps them: whose work counts as follow-up is asked of the time at which it was done. It changed after the
        sync before, and when the record was last modified at the latest."""
        self._ledger.observations.record(
            [
                Observation(ref, OWNER, _earlier(self._since, modified), modified or self._now, before, after)
                for ref, before, after, modified in seen
            ]
        )

    def touched(self, seen: Sequence[tuple[Ref, str | None, datetime, datetime]]) -> None:
        """Keeps of each record what it held, and when already, as it first came, and again with each other status: a
        write moves the record's own stamp, and where no history is kept nothing else tells. Not of records whose whole
        history the CRM keeps."""
        seen = [one for one in seen if (since := self._tracked.get(one[0].object)) is None or one[3] < since]
        refs = [one[0] for one in seen]
        kept = self._ledger.observations.of(refs) if refs else []
        known = {(one.ref, one.after or None) for one in kept if one.field == KNOWN}
        first = {ref: (status, at) for ref, status, at, _ in seen if (ref, status or None) not in known}
        if not first:
            return
        for write in reversed(self._ledger.own_writes(list(first)) if self._has_writes else []):
            if write.field == "status" and write.at >= first[write.ref][1]:
                first[write.ref] = (write.before, first[write.ref][1])
        self._ledger.observations.record(
            [Observation(ref, KNOWN, None, at, None, status) for ref, (status, at) in first.items()]
        )

    def answers(self, seen: Iterable[tuple[Ref, str, datetime]]) -> None:
        """Keeps when an answer was there first, while its day may not be over yet: that tells more than the day."""
        recent = {(ref, field_of(campaign, at.date())) for ref, campaign, at in seen if at + WIDEST > self._now}
        if not recent:
            return
        known = {(one.ref, one.field) for one in self._ledger.observations.of(list({ref for ref, _ in recent}))}
        self._ledger.observations.record(
            [Observation(ref, field, self._since, self._now, None, None) for ref, field in sorted(recent - known)]
        )

    def scores(self, seen: Sequence[tuple[Ref, object, object]]) -> None:
        """Keeps when the marketing platform's score came to the other side of the bar: nothing else tells it."""
        self._ledger.observations.record(
            [
                Observation(ref, SCORE, self._since, self._now, f"{before:g}", f"{after:g}")
                for ref, old, new in seen
                if ((before := number(old)) >= self._bar) != ((after := number(new)) >= self._bar)
            ]
        )

    def repointed(self, records: Sequence[tuple[Ref, int, str]]) -> None:
        """Keeps them: they outlive the mirror."""
        self._ledger.identities.record([Identity(ref, person, why) for ref, person, why in records])

    def ours(self, changes: Sequence[tuple[Ref, StatusChange]]) -> Sequence[bool]:
        """Corrections of ours are no news when they come back as history; what moved somebody on is."""
        if not self._has_writes:
            return [False] * len(changes)
        written: dict[Ref, list[OwnWrite]] = defaultdict(list)
        for write in self._ledger.own_writes(list({ref for ref, _ in changes})):
            if write.field == "status" and is_correction(write, self._policy):
                written[write.ref].append(write)
        return [any(_is_same(write, change) for write in written[ref]) for ref, change in changes]


def _earlier(since: datetime | None, modified: datetime | None) -> datetime | None:
    """The CRM's clock may be behind ours."""
    return since if since is None or modified is None else min(since, modified)


def _is_same(write: OwnWrite, change: StatusChange) -> bool:
    return (write.before, write.after) == (change.before, change.after) and abs(write.at - change.at) <= SKEW
