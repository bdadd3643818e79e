"""`ports.Adapter` for Dynamics 365. Nothing happens here: each method is done by the module named after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from connector.adapters.dynamics.access import Access
from connector.adapters.dynamics.batches import Batches
from connector.adapters.dynamics.calls import calls_for, way
from connector.adapters.dynamics.describe import org_schema
from connector.adapters.dynamics.inspecting import inspect
from connector.adapters.dynamics.metadata import Metadata
from connector.adapters.dynamics.org import Environment, environment
from connector.adapters.dynamics.read import Reader
from connector.adapters.dynamics.reread import Rereader
from connector.adapters.dynamics.schema_change.provisioner import DynamicsProvisioner
from connector.adapters.dynamics.session import Session
from connector.adapters.dynamics.snapshot import Snapshots
from connector.adapters.dynamics.targets import Targets, targets_of
from connector.adapters.dynamics.tasks import Tasks
from connector.adapters.dynamics.view import View
from connector.adapters.dynamics.writing import BATCH, Extras, Writer
from connector.adapters.web.retrying import given_up, to_the_end
from connector.inspection import Inspection
from connector.mapping import Mapping
from connector.model import OBJECTS, Ref
from connector.ports import (
    Batch,
    Budget,
    FoundTask,
    Journal,
    Mark,
    OrgSchema,
    Outcome,
    Result,
    Seen,
    Snapshot,
    Table,
    Task,
    TaskOutcome,
    Update,
    Way,
)


class DynamicsAdapter:
    """One environment behind one login. `address`: where people look at records.

    `extras`: what connector.toml says of every write. `batch`: rows per request, for tests to make small.
    """

    def __init__(
        self, session: Session, mapping: Mapping, *, address: str, extras: Extras | None = None, batch: int = BATCH
    ) -> None:
        self._session = session
        self._mapping = mapping
        self._address = address
        self._environment: Environment | None = None
        self._schema: OrgSchema | None = None
        self._metadata = Metadata(session, lambda: self._env().language)
        self._access = Access(session, self._metadata, lambda: self._env().user_id)
        self._view = View(session, mapping, self._metadata, self._access)
        self._batch = batch
        self._batches = Batches(session)
        self._writer = Writer(session, self._batches, extras or Extras(), batch)
        self._our_tasks: Tasks | None = None

    def schema(self, *, fresh: bool = False) -> OrgSchema:
        """See `describe.py`."""
        with given_up():
            if fresh:
                self._metadata.forget()
                self._access.forget()
                self._environment = self._schema = None
            if self._schema is None:
                self._schema = org_schema(self._view, self._env())
            return self._schema

    def inspect(self, now: Callable[[], datetime]) -> Inspection:
        """See `inspecting.py`."""
        with given_up():
            return inspect(self._view, self.schema(), now)

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """See `read.py`."""
        return to_the_end(Reader(self._view).batches(table, since))

    def count(self, table: Table) -> int:
        """Live rows. For activities: before the mapping leaves out what is none."""
        with given_up():
            return Reader(self._view).count(table)

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """Ids of live rows."""
        return to_the_end(Reader(self._view).ids(table))

    def reread(self, refs: Sequence[Ref], fields: Sequence[str], since: Mark | None = None) -> Iterator[Seen]:
        """See `reread.py`. Always by id."""
        return to_the_end(Rereader(self._view).by_id(refs, fields))

    def rereads_all(self, refs: int) -> bool:
        """Always: a write needs the version of its row, so every row is asked for."""
        return True

    def snapshot(self, refs: Sequence[Ref]) -> Iterator[Snapshot]:
        """See `snapshot.py`."""
        return to_the_end(Snapshots(self._view).take(refs))

    def way(self, updates: int) -> Way:
        """Always rows: see `calls.py`."""
        return way(self._batch)

    def calls_for(self, updates: int) -> int:
        """The least number of requests that applying so many updates takes."""
        return calls_for(updates, login=self._session.renewable, batch=self._batch)

    def write(self, updates: Sequence[Update], way: Way, journal: Journal) -> Iterator[Outcome]:
        """See `writing.py`."""
        return to_the_end(self._write(updates, journal))

    def settle(self, job: str, refs: Sequence[Ref], journal: Journal) -> Iterator[Outcome]:
        """There are no jobs here that could be asked: every row is reread."""
        yield from (Outcome(ref, Result.UNKNOWN, "", f"no job {job}") for ref in refs)

    def tasks(self, keys: Sequence[str]) -> Iterator[FoundTask]:
        """See `tasks.py`."""
        return to_the_end(self._tasks().find(self._env().user_id, keys)) if keys else iter(())

    def add_tasks(self, tasks: Sequence[Task], journal: Journal) -> Iterator[TaskOutcome]:
        """See `tasks.py`; one that is there already counts as made."""
        return to_the_end(self._tasks().add(tasks, journal.still_ours))

    def take_back_tasks(self, tasks: Sequence[FoundTask], journal: Journal) -> Iterator[TaskOutcome]:
        """Cancels them."""
        return to_the_end(self._tasks().take_back(tasks, journal.still_ours, self._env().user_id))

    def provisioner(self) -> DynamicsProvisioner:
        """See `schema_change/`."""
        return DynamicsProvisioner(self._session, self._mapping, self._metadata, self._env)

    def url(self, ref: Ref) -> str:
        """The record's form, in whichever app is the user's default."""
        table = self._mapping.object(ref.object).api
        return f"{self._address}/main.aspx?pagetype=entityrecord&etn={table}&id={ref.id}"

    def budget(self) -> Budget:
        """What this process has made; the CRM does not tell of others."""
        return self._session.transport.allowance.now()

    def _write(self, updates: Sequence[Update], journal: Journal) -> Iterator[Outcome]:
        objects = {update.ref.object for update in updates}
        targets = {name: self._targets(name) for name in objects}
        yield from self._writer.write(updates, targets, journal.still_ours)

    def _targets(self, name: str) -> Targets:
        table = self._mapping.object(name)
        return targets_of(self._metadata, table, self._access.unwritable(table.api))

    def _tasks(self) -> Tasks:
        if self._our_tasks is None:
            tables = {name: self._mapping.object(name).api for name in OBJECTS if name in self._mapping.tables}
            found = {name: self._metadata.table(api) for name, api in tables.items()}
            sets = {name: info.set for name, info in found.items() if info is not None}
            self._our_tasks = Tasks(self._session, self._batches, sets, tables)
        return self._our_tasks

    def _env(self) -> Environment:
        if self._environment is None:
            self._environment = environment(self._session)
        return self._environment
