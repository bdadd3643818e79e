"""What every step of an apply needs: the CRM, the ledger, the lease that lets us write, and the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from connector.model import LEAD, Ref
from connector.policy.model import Limits
from connector.ports import Adapter, JobState, Mark, Table, Way
from connector.store.ledger import UNDO, Entry, Lease, Ledger, PlanHeader, Share

Written = tuple[Ref, Mapping[str, str | None]]
"""A record, and the canonical text of each field that was written."""

Wait = Callable[[float], None]
"""Waits so many seconds; given by the command line, so that tests need not."""

Progress = Callable[[int], None]
"""Told how many changes have been settled just now."""

Told = Callable[[Sequence[Written]], object]
"""Told which values the CRM has confirmed as written: `mirror.wrote`."""

Record = list[Entry]
"""All the changes of one record in a plan: written, or left alone, together."""


GoOn = Callable[[], object]
"""Asked before every batch, when nothing is under way; raises Paused if the rest is to wait."""


Warn = Callable[[str], object]
"""Told in a sentence what whoever watches should know; the same may come several times."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What applying needs of the outside. `progress`, `told`, `go_on` and `warn` may be left out.

    `earlier`: what was written before in the same run, by rule and under "" in all; limits count it.
    """

    adapter: Adapter
    ledger: Ledger
    lease: Lease
    limits: Limits
    wait: Wait
    progress: Progress = lambda settled: None
    told: Told = lambda written: None
    go_on: GoOn = lambda: None
    warn: Warn = lambda text: None
    earlier: Mapping[str, Share] = field(default_factory=dict)
    reopen_closed: bool = False
    """The policy wants records that the CRM keeps closed to be opened for a change."""


@dataclass(frozen=True, kw_only=True)
class Work(Tools):
    """One apply."""

    header: PlanHeader
    way: Way
    attended: bool

    @property
    def reopens(self) -> bool:
        """Whether closed records may be written: the policy says so, or what we ourselves closed is taken back."""
        return self.reopen_closed or self.header.kind == UNDO

    @property
    def now(self) -> Callable[[], datetime]:
        """The ledger's clock."""
        return self.ledger.now

    def mark(self, object: str) -> Mark | None:
        """How far the mirror had read that object when the plan was made."""
        text = self.header.marks.get((Table.LEAD if object == LEAD else Table.CONTACT).value)
        return Mark(text) if text is not None else None


@dataclass(frozen=True)
class BatchJournal:
    """What an adapter is given while it writes one batch: nothing is sent that is not written down first."""

    work: Work
    batch: int

    def still_ours(self) -> None:
        """Raises LeaseLost if another process may be at work."""
        self.work.lease.check()

    def job(self, job: str, state: JobState) -> None:
        """Commits how far a bulk job has got."""
        self.work.ledger.journal.job(self.work.header, self.batch, job, state, self.work.lease)


def records(entries: Iterable[Entry]) -> Iterator[Record]:
    """Changes in the plan's order, gathered by record."""
    for _, group in groupby(entries, key=lambda entry: entry.change.ref):
        yield list(group)


def batches(found: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """At most `size` records at a time, each time of one object only."""
    batch: list[Record] = []
    for record in found:
        if batch and (len(batch) == size or record[0].change.ref.object != batch[0][0].change.ref.object):
            yield batch
            batch = []
        batch.append(record)
    if batch:
        yield batch
