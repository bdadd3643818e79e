"""`ports.Adapter` for Dynamics 365. Nothing happens here: each method is done by the module named after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from connector.adapters.dynamics.access import Access
from connector.adapters.dynamics.describe import org_schema
from connector.adapters.dynamics.metadata import Metadata
from connector.adapters.dynamics.org import Environment, environment
from connector.adapters.dynamics.read import Reader
from connector.adapters.dynamics.reread import Rereader
from connector.adapters.dynamics.session import Session
from connector.adapters.dynamics.snapshot import Snapshots
from connector.adapters.dynamics.view import View
from connector.errors import CrmFailed, Retry
from connector.mapping import Mapping
from connector.model import Ref
from connector.ports import Batch, Budget, Mark, OrgSchema, Seen, Snapshot, Table

T = TypeVar("T")


class DynamicsAdapter:
    """One environment behind one login. `address`: where people look at records."""

    def __init__(self, session: Session, mapping: Mapping, *, address: str) -> None:
        self._session = session
        self._mapping = mapping
        self._address = address
        self._environment: Environment | None = None
        self._schema: OrgSchema | None = None
        self._metadata = Metadata(session, lambda: self._env().language)
        self._access = Access(session, self._metadata, lambda: self._env().user_id)
        self._view = View(session, mapping, self._metadata, self._access)

    def schema(self, *, fresh: bool = False) -> OrgSchema:
        """See `describe.py`."""
        with _given_up():
            if fresh:
                self._metadata.forget()
                self._access.forget()
                self._environment = self._schema = None
            if self._schema is None:
                self._schema = org_schema(self._view, self._env())
            return self._schema

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """See `read.py`."""
        return _finally(Reader(self._view).batches(table, since))

    def count(self, table: Table) -> int:
        """Live rows. For activities: before the mapping leaves out what is none."""
        with _given_up():
            return Reader(self._view).count(table)

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """Ids of live rows."""
        return _finally(Reader(self._view).ids(table))

    def reread(self, refs: Sequence[Ref], fields: Sequence[str], since: Mark | None = None) -> Iterator[Seen]:
        """See `reread.py`. Always by id."""
        return _finally(Rereader(self._view).by_id(refs, fields))

    def rereads_all(self, refs: int) -> bool:
        """Always: a write needs the version of its row, so every row is asked for."""
        return True

    def snapshot(self, refs: Sequence[Ref]) -> Iterator[Snapshot]:
        """See `snapshot.py`."""
        return _finally(Snapshots(self._view).take(refs))

    def url(self, ref: Ref) -> str:
        """The record's form, in whichever app is the user's default."""
        table = self._mapping.object(ref.object).api
        return f"{self._address}/main.aspx?pagetype=entityrecord&etn={table}&id={ref.id}"

    def budget(self) -> Budget:
        """What this process has made; the CRM does not tell of others."""
        return self._session.transport.allowance.now()

    def _env(self) -> Environment:
        if self._environment is None:
            self._environment = environment(self._session)
        return self._environment


@contextmanager
def _given_up() -> Iterator[None]:
    """A Retry that comes out here has been retried long enough: it becomes CrmFailed."""
    try:
        yield
    except Retry as error:
        raise CrmFailed(error.what, where=error.where, next=error.next or "run the command again") from error


def _finally(steps: Iterator[T]) -> Iterator[T]:
    with _given_up():
        yield from steps
