"""The ledger of one org: the only memory of what we did and saw.

    with Ledger.open(state / "ledger.db", "acme", now) as ledger, ledger.lease("connector apply 3fa9c1") as lease:
        header = ledger.plans.find("3fa9")

One SQLite file (`ledger.db`, readable by its owner only, every commit synced to disk) holds all orgs of an
installation. What is written to it is never taken back; only an unsealed plan of a crashed command is cleared away, and
what nothing depends on any more, after a while (see retention.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from connector.model import Hold, OwnWrite, Ref
from connector.store.failures import LEDGER, translated
from connector.store.ledger.alerts import Alerts
from connector.store.ledger.approvals import Approvals
from connector.store.ledger.bars import Bars
from connector.store.ledger.batches import Batches
from connector.store.ledger.changes import Changes
from connector.store.ledger.copies import Copies
from connector.store.ledger.crm import KnownCrm
from connector.store.ledger.database import Database, exists
from connector.store.ledger.deliveries import Deliveries
from connector.store.ledger.holds import Holds
from connector.store.ledger.identities import Identities
from connector.store.ledger.journal import Journalled
from connector.store.ledger.lease import TTL, Lease
from connector.store.ledger.nights import Nights
from connector.store.ledger.observations import Observations
from connector.store.ledger.ownwrites import OwnWrites
from connector.store.ledger.parked import Parked
from connector.store.ledger.plans import Plans
from connector.store.ledger.retention import Retention
from connector.store.ledger.runs import Runs
from connector.store.ledger.tables import LedgerTable
from connector.store.ledger.upgrade import upgrade
from connector.store.place import Postgres, placed


class Ledger:
    """One org's part of the ledger, by subject.

    `now` gives the time that stamps and leases use. Reading needs no lease; whatever concerns plans and their changes
    takes one.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.org = database.org
        self.now = now
        self.crm = KnownCrm(database, now)
        self.plans = Plans(database, now)
        self.changes = Changes(database)
        self.journal = Journalled(database, now)
        self.batches = Batches(database)
        self.approvals = Approvals(database, now)
        self.held = Holds(database)
        self.identities = Identities(database, now)
        self.observations = Observations(database)
        self.bars = Bars(database, now)
        self.parked = Parked(database, now)
        self.runs = Runs(database, now)
        self.nights = Nights(database, now)
        self.alerts = Alerts(database, now)
        self.deliveries = Deliveries(database, now)
        self.copies = Copies(database, now)
        self.retention = Retention(database, now)
        self._own = OwnWrites(database)
        self._database = database

    @classmethod
    def open(cls, place: str | Path | Postgres, org: str, now: Callable[[], datetime]) -> Ledger:
        """Opens or makes the ledger at that place and brings its tables up to date.

        Raises StoreFailed if it cannot be read or written, or a newer connector has made it.
        """
        database = Database(placed(place), org)
        with translated(str(database.place), LEDGER):
            upgrade(database.engine)
        return cls(database, now)

    @classmethod
    def blank(cls, place: str | Path | Postgres, org: str, now: Callable[[], datetime]) -> Ledger:
        """What stands for the ledger at a place where none was ever made: it knows of nothing and takes nothing in.

        For commands that only read. Whatever is written to it raises StoreFailed: it would be forgotten.
        """
        database = Database(placed(place), org, blank=True)
        with translated(str(database.place), LEDGER), database.engine.connect() as connection:
            LedgerTable.metadata.create_all(connection)
            connection.commit()
            connection.exec_driver_sql("PRAGMA query_only = ON")
        return cls(database, now)

    @staticmethod
    def is_there(place: str | Path | Postgres) -> bool:
        """Whether a ledger was ever made at that place. Makes nothing. Raises StoreFailed."""
        return exists(placed(place))

    @property
    def is_new(self) -> bool:
        """Whether nobody has ever worked on the org with this ledger: a lease's row stays for good."""
        return not self._database.rows("SELECT 1 FROM lease WHERE org = :org LIMIT 1")

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self._database.close()

    def lease(self, holder: str, *, kind: str = "org", ttl: int = TTL) -> Lease:
        """The org's lease, to be used as a context manager; `holder` is the command, as the admin typed it.

        Raises LeaseHeld on entering if another process has it.
        """
        return Lease(self._database, kind, holder, self.now, ttl)

    def has_writes(self) -> bool:
        """Whether connector has ever changed anything in this org."""
        return self._own.any()

    def own_writes(self, refs: Sequence[Ref]) -> list[OwnWrite]:
        """Everything connector wrote to these records, oldest first per record."""
        return self._own.of(refs)

    def holds(self, refs: Sequence[Ref]) -> list[Hold]:
        """What an undo left alone on these records."""
        return self.held.of(refs)

    def parked_rules(self) -> dict[str, str]:
        """Rules that are not applied at present, and why."""
        return self.parked.rules()
