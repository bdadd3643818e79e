"""`ports.Adapter` for Salesforce. Nothing happens here: each method is done by the module named after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from connector.adapters.salesforce import bulk_ingest, collections
from connector.adapters.salesforce import tasks as own_tasks
from connector.adapters.salesforce.calls import calls_for, way
from connector.adapters.salesforce.describe import org_schema
from connector.adapters.salesforce.inspecting import inspect
from connector.adapters.salesforce.read import REST_TO, Reader
from connector.adapters.salesforce.reread import BY_ID, Rereader, targets_of
from connector.adapters.salesforce.schema_change.provisioner import SalesforceProvisioner
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.settle import settle
from connector.adapters.salesforce.snapshot import Snapshots
from connector.adapters.salesforce.targets import Targets
from connector.adapters.salesforce.visible import Visible
from connector.adapters.web.retrying import given_up, to_the_end
from connector.inspection import Inspection
from connector.mapping import Mapping
from connector.model import Ref
from connector.ports import (
    Batch,
    Budget,
    FoundTask,
    Journal,
    Mark,
    OrgSchema,
    Outcome,
    Seen,
    Snapshot,
    Table,
    Task,
    TaskOutcome,
    Update,
    Way,
)


class SalesforceAdapter:
    """One org behind one login. `address`: where people look at records. The sizes are for tests to make small."""

    def __init__(
        self,
        session: Session,
        mapping: Mapping,
        *,
        address: str,
        bulk_above: int = 2_000,
        rest_to: int = REST_TO,
        by_id: int = BY_ID,
    ) -> None:
        self._session = session
        self._mapping = mapping
        self._address = address
        self._bulk_above = bulk_above
        self._by_id = by_id
        self._visible = Visible(session)
        self._reader = Reader(session, mapping, self._visible, rest_to)
        self._rereader = Rereader(session, mapping, self._visible, rest_to)
        self._schema: OrgSchema | None = None

    def schema(self, *, fresh: bool = False) -> OrgSchema:
        """See `describe.py`."""
        if fresh:
            self._visible.forget()
            self._schema = None
        if self._schema is None:
            with given_up():
                self._schema = org_schema(self._session, self._mapping, self._visible)
        return self._schema

    def inspect(self, now: Callable[[], datetime]) -> Inspection:
        """See `inspecting/`."""
        with given_up():
            return inspect(self._session, self._mapping, self._visible, self.schema, now)

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """See `read.py`."""
        return to_the_end(self._reader.batches(table, since))

    def count(self, table: Table) -> int:
        """Live rows. For activities: before the mapping leaves out what is none."""
        with given_up():
            return self._reader.count(table)

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """Ids of live rows."""
        return to_the_end(self._reader.ids(table))

    def reread(self, refs: Sequence[Ref], fields: Sequence[str], since: Mark | None = None) -> Iterator[Seen]:
        """See `reread.py`."""
        if since is not None and not self.rereads_all(len(refs)):
            return to_the_end(self._rereader.since(refs, fields, since))
        return to_the_end(self._rereader.by_id(refs, fields))

    def rereads_all(self, refs: int) -> bool:
        """By id up to 20,000 records."""
        return refs <= self._by_id

    def snapshot(self, refs: Sequence[Ref]) -> Iterator[Snapshot]:
        """See `snapshot.py`."""
        return to_the_end(Snapshots(self._session, self._mapping, self._visible).take(refs))

    def way(self, updates: int) -> Way:
        """Collections to 2,000 updates, bulk above."""
        return way(updates, self._bulk_above)

    def calls_for(self, updates: int) -> int:
        """The least number of API calls that applying so many updates takes."""
        return calls_for(updates, self._bulk_above, login=self._session.renewable)

    def write(self, updates: Sequence[Update], way: Way, journal: Journal) -> Iterator[Outcome]:
        """See `collections.py` and `bulk_ingest.py`."""
        targets = {which: self._targets(which) for which in {update.ref.object for update in updates}}
        if way.name == "bulk":
            return to_the_end(bulk_ingest.write(self._session, updates, targets, journal))
        return to_the_end(collections.write(self._session, updates, targets, journal.still_ours))

    def settle(self, job: str, refs: Sequence[Ref], journal: Journal) -> Iterator[Outcome]:
        """See `settle.py`."""
        return to_the_end(settle(self._session, job, refs, journal))

    def tasks(self, keys: Sequence[str]) -> Iterator[FoundTask]:
        """See `tasks.py`."""
        return to_the_end(own_tasks.find(self._session, self.schema().user_id, keys) if keys else iter(()))

    def add_tasks(self, tasks: Sequence[Task], journal: Journal) -> Iterator[TaskOutcome]:
        """See `tasks.py`."""
        zone = ZoneInfo(self.schema().timezone)
        return to_the_end(own_tasks.add(self._session, self._visible, zone, tasks, journal.still_ours))

    def take_back_tasks(self, tasks: Sequence[FoundTask], journal: Journal) -> Iterator[TaskOutcome]:
        """See `tasks.py`."""
        return to_the_end(own_tasks.take_back(self._session, tasks, journal.still_ours))

    def url(self, ref: Ref) -> str:
        """The record's page; Salesforce forwards it to the right one."""
        return f"{self._address}/{ref.id}"

    def budget(self) -> Budget:
        """As the last answer said."""
        return self._session.transport.allowance.now()

    def provisioner(self) -> SalesforceProvisioner:
        """See `schema_change/`."""
        return SalesforceProvisioner(self._session, self._mapping, self._visible)

    def _targets(self, object: str) -> Targets:
        return Targets(self._mapping.object(object).api, targets_of(self._mapping, object, self._visible))
