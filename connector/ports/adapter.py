"""The protocol that every CRM is spoken to through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from connector.inspection import Inspection
from connector.model import Ref
from connector.ports.reading import Batch, Mark, Seen, Snapshot
from connector.ports.schema import OrgSchema
from connector.ports.tables import Table
from connector.ports.tasks import FoundTask, Task, TaskOutcome
from connector.ports.writing import Budget, Journal, Outcome, Update, Way
from connector.provisioning import Provisioner


class Adapter(Protocol):
    """A CRM. Logs in by itself when needed, retries what is safe to retry, counts its calls.

    Every method raises Abort (LoginFailed, NotPermitted, BudgetSpent, CrmFailed) and never lets an SDK's error out.
    """

    def schema(self, *, fresh: bool = False) -> OrgSchema:
        """What is there. Cached per process unless `fresh`."""

    def inspect(self, now: Callable[[], datetime]) -> Inspection:
        """Looks around for `connector check`. `now` is our own clock, which is compared with the CRM's."""

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """All rows (since is None) or those changed since the mark, deletes flagged. Streams; memory stays flat.

        Raises MarkExpired if the CRM can no longer tell what changed since the mark: then everything is to be read.
        """

    def count(self, table: Table) -> int:
        """How many rows `read(table, None)` should bring or pass over, as the org counts: to prove it complete."""

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """The ids of all live rows, in pages, for the full reconcile."""

    def reread(self, refs: Sequence[Ref], fields: Sequence[str], since: Mark | None = None) -> Iterator[Seen]:
        """The records as they are now. A record that is missing from the answer no longer exists or can't be seen.

        For very many refs and a given `since` (the mark of the last sync) the adapter may ask only for what was
        modified since and answer only those; then it answers nothing for the unchanged: see `rereads_all`.
        """

    def rereads_all(self, refs: int) -> bool:
        """Whether `reread` of that many refs answers for every record, or only for those modified since the mark."""

    def snapshot(self, refs: Sequence[Ref]) -> Iterator[Snapshot]:
        """Everything visible of a few records (at most 2,000), for the canary."""

    def way(self, updates: int) -> Way:
        """How that many updates would be sent."""

    def calls_for(self, updates: int) -> int:
        """The least number of API calls that applying so many updates takes, reread and canary included."""

    def write(self, updates: Sequence[Update], way: Way, journal: Journal) -> Iterator[Outcome]:
        """Writes, at most `way.size` records; exactly one outcome per update, in any order."""

    def settle(self, job: str, refs: Sequence[Ref], journal: Journal) -> Iterator[Outcome]:
        """Finishes or aborts a journalled bulk job: one outcome per ref; UNKNOWN where the job does not tell."""

    def tasks(self, keys: Sequence[str]) -> Iterator[FoundTask]:
        """Tasks of ours that carry any of these alert keys; one that was never made or is deleted is not answered."""

    def add_tasks(self, tasks: Sequence[Task], journal: Journal) -> Iterator[TaskOutcome]:
        """Makes tasks, without looking whether they exist; one outcome per task."""

    def take_back_tasks(self, tasks: Sequence[FoundTask], journal: Journal) -> Iterator[TaskOutcome]:
        """Deletes these tasks, or cancels them where that is the CRM's custom; never completes them.

        One outcome per task; one that is already gone counts as written.
        """

    def url(self, ref: Ref) -> str:
        """Where a person can look at the record in a browser."""

    def budget(self) -> Budget:
        """API calls used and left, as far as known without another call."""

    def provisioner(self) -> Provisioner:
        """What adds fields and values to this CRM."""
