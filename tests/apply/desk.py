"""A memory CRM, a ledger and what applies plans to it: the table that apply's tests are laid on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector.apply import Applied, Tools, apply, resume, undo
from connector.model import FIELDS, Change, Ref
from connector.policy.model import Limits
from connector.ports import Table
from connector.store.ledger import Entry, Lease, Ledger, PlanHeader
from tests.adapters.memory import PEOPLE, MemoryAdapter, MemoryCrm, stored_text
from tests.store.ledger.open import Clock, planned

GENEROUS = Limits(floor=100_000)
HISTORIES = (Table.LEAD_HISTORY, Table.CONTACT_HISTORY)


class Desk:
    """One process at work on a CRM. A new desk on the same folder and CRM is a new process."""

    def __init__(self, folder: Path, crm: MemoryCrm, clock: Clock) -> None:
        self.folder, self.crm, self.clock = folder, crm, clock
        self.adapter = crm.adapter()
        self.waits: list[float] = []
        self.told: list[Any] = []
        self.warned: list[str] = []
        self.ledger: Ledger
        self.lease: Lease

    @contextmanager
    def open(self, adapter: MemoryAdapter | None = None) -> Iterator[Desk]:
        """The process is running."""
        self.adapter = adapter or self.crm.adapter()
        self.ledger = Ledger.open(self.folder / "ledger.db", self.crm.org, self.clock)
        with self.ledger, self.ledger.lease("connector test") as self.lease:
            yield self

    def plan(self, changes: Iterable[Change], **about: Any) -> PlanHeader:
        """Seals changes."""
        return planned(self.ledger, self.lease, changes, **about)

    def apply(self, plan: str, *, limits: Limits = GENEROUS, attended: bool = True, by: str = "ann") -> Applied:
        """Applies a plan."""
        return apply(plan, self._tools(limits), attended=attended, by=by)

    def resume(self, plan: str | None = None, *, limits: Limits = GENEROUS, attended: bool = True) -> Applied:
        """Goes on with a plan."""
        return resume(plan, self._tools(limits), attended=attended)

    def undo(self, plan: str, **which: Any) -> PlanHeader:
        """Seals the plan that takes it back."""
        return undo(plan, ledger=self.ledger, lease=self.lease, **which)

    def entries(self, plan: str) -> list[Entry]:
        """The plan's changes and what became of them."""
        return list(self.ledger.changes.each(self.ledger.plans.find(plan).number))

    def _tools(self, limits: Limits) -> Tools:
        tools = {"adapter": self.adapter, "ledger": self.ledger, "lease": self.lease, "told": self.told.extend}
        tools["warn"] = self.warned.append
        return Tools(limits=limits, wait=lambda seconds: self.waits.append(seconds), **tools)


def leads(crm: MemoryCrm, *statuses: str | None, **columns: Any) -> list[Ref]:
    """New leads with those statuses."""
    return [Ref(crm.org, "lead", crm.add(Table.LEAD, status=status, **columns)) for status in statuses]


def to(crm: MemoryCrm, refs: Iterable[Ref], after: str | None, field: str = "status", **words: Any) -> list[Change]:
    """The changes that bring those records' field from what it is now to `after`."""
    given: dict[str, Any] = {"rule": "normalise", "because": "a retired value", **words}
    changes = [
        Change(ref=ref, field=field, before=crm.value(ref, field), after=after, version=_version(crm, ref), **given)
        for ref in refs
    ]
    return in_order(change for change in changes if change.before != change.after)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """As a plan wants them."""
    return sorted(changes, key=lambda change: (change.ref.object, change.ref.id, change.field))


def values(crm: MemoryCrm) -> dict[tuple[str, str], dict[str, str | None]]:
    """Every value that connector may write, of every record."""
    return {
        (name, key): {field: stored_text(field, row[field]) for field in FIELDS}
        for name, table in PEOPLE.items()
        for key, row in crm.tables[table].items()
    }


def history(crm: MemoryCrm) -> int:
    """How many rows the CRM's own field history has."""
    return sum(len(crm.tables[table]) for table in HISTORIES)


def outcome(entries: Iterable[Entry]) -> list[tuple[Any, ...]]:
    """What a ledger says of a plan, without how often it was interrupted."""
    return [(entry.seq, entry.change, entry.state, entry.code, entry.text, entry.undone) for entry in entries]


def _version(crm: MemoryCrm, ref: Ref) -> str:
    return str(crm.tables[PEOPLE[ref.object]][ref.id]["version"])
