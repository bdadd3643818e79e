"""The mirror of one org: what the policy needs of the CRM, on our own disk, and what judging it came to.

    with Mirror.open(config.mirror_path, "acme", facts) as mirror:
        for page in mirror.people.pages(now):
            mirror.verdicts.store([(evidence, judge(evidence)) for evidence in page])

The file is disposable: `connector sync` makes it again. Whoever opens it for writing holds the org's lease.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from connector.case import OrgFacts
from connector.model import Waiting
from connector.ports import Batch
from connector.store.bulk import Connection
from connector.store.mirror import orgfacts, ownwrites, scratch
from connector.store.mirror.counts import Counts
from connector.store.mirror.dirty import Dirty
from connector.store.mirror.evidence import Reader
from connector.store.mirror.file import opened, stored_facts, was_synced
from connector.store.mirror.identity import Numbering, born
from connector.store.mirror.ids import Ids
from connector.store.mirror.intake import Intake, Nobody, Witness
from connector.store.mirror.notes import Notes
from connector.store.mirror.ownwrites import Written
from connector.store.mirror.passes import People
from connector.store.mirror.users import Users
from connector.store.mirror.verdicts import Verdicts
from connector.store.mirror.waiting import waiting
from connector.store.place import Postgres, placed

_NOBODY = Nobody()


def unfenced() -> None:
    """Lets everything pass."""


class Mirror:
    """One org's mirror, by subject.

    Attributes:
        facts: the names of what it holds of people beyond the fixed fields
        notes: how far each table is read, when it was synced, and small things kept by name
        dirty: who is to be judged anew
        people: everybody with all that is known about them
        verdicts: standing corrections and findings
        counts: how many of what
        users: users and queues, one by one
        ids: the mirror's ids against those that the CRM lists
        intake: what sync needs besides `put`
        fence: called before rows or verdicts are written; raises LeaseLost when a process that stood still wakes up
    """

    def __init__(self, connection: Connection, org: str, *, via_account: bool, numbering: Numbering) -> None:
        scratch.prepare(connection)
        names = stored_facts(connection)
        self.org = org
        self.facts = tuple(names)
        self.notes = Notes(connection)
        self.dirty = Dirty(connection, self.notes)
        self.verdicts = Verdicts(connection, self.dirty, org)
        self.counts = Counts(connection)
        self.ids = Ids(connection)
        self.users = Users(connection)
        self.intake = Intake(connection, org, self.notes, self.dirty, numbering, via_account=via_account)
        self.fence: Callable[[], None] = unfenced
        self._connection = connection

        def reader() -> Reader:
            self.intake.settle()
            return Reader(connection, org, names, via_account=via_account)

        self.people = People(connection, reader, self.dirty, self.verdicts)

    @classmethod
    def open(
        cls,
        place: str | Path | Postgres,
        org: str,
        facts: tuple[str, ...] | None = None,
        *,
        via_account: bool = False,
        reading: bool = False,
        numbering: Numbering = born,
    ) -> Mirror:
        """Opens the mirror at a place, or makes an empty one; one of another schema is made anew.

        `facts` names what the policy uses beyond the fixed fields, in mapping order (None: whatever is there). A mirror
        that was read with other facts has to read its people again before it counts as synced. `via_account`: deals
        also belong to people through their account. `reading`: for commands without the lease, nothing is made or
        changed. Raises StoreFailed; NotFound if `reading` and there is nothing that could be read.
        """
        connection = opened(placed(place), org, facts, reading=reading)
        return cls(connection, org, via_account=via_account, numbering=numbering)

    @staticmethod
    def was_synced(place: str | Path | Postgres, org: str) -> bool:
        """Whether a sync ever came to its end in a mirror at that place. Makes nothing. Raises StoreFailed."""
        return was_synced(placed(place), org)

    def put(self, batch: Batch, *, first: bool = False, witness: Witness = _NOBODY) -> int:
        """Takes a batch in: writes what differs, marks whom it concerns, keeps its mark. How many records changed.

        `first`: the batch is part of a full read, which begins with the first such batch of its table and ends with the
        one that has a mark. A first full read appends without comparing, marks everybody, and starts anew if it was
        killed; a later one compares, and takes out what did not come again.
        """
        self.fence()
        self.intake.witness = witness
        return self.intake.put(batch, first=first)

    def wrote(self, written: Sequence[Written]) -> int:
        """Notes values that the CRM has confirmed as written by us, and marks their people to be judged again.

        The next sync then finds nothing new. Without it, it would find the same values and mark the same people.
        """
        self.intake.settle()
        with self._connection.transaction():
            return ownwrites.note(self._connection, written)

    def org_facts(self) -> OrgFacts:
        """What the last sync found of the org itself, its users and its calendar included."""
        return orgfacts.with_rows(orgfacts.load(self.notes), self._connection)

    def set_org_facts(self, found: OrgFacts) -> bool:
        """Keeps it; whether it is something else than before."""
        return orgfacts.save(self.notes, found)

    def waiting(self) -> Iterator[Waiting]:
        """Who waits for a promise to be kept, as last judged."""
        return waiting(self._connection, self.org)

    def revive(self) -> None:
        """After a long wait: takes another connection if this one was cut. Nothing may be under way, no read either."""
        if self._connection.revive():
            scratch.prepare(self._connection)

    def is_empty(self) -> bool:
        """Nothing has ever been synced completely: nothing here can be judged."""
        return self.notes.synced_at() is None

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
