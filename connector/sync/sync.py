"""One sync: every table the policy needs, in order, on from where the last one stopped.

A table's mark is stored with its last batch, so a sync that breaks off goes on table by table; a first read that breaks
off starts its table again. Only when all tables are through does the sync count: until then nothing may rest on it.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from connector import judge
from connector.errors import ConfigError, MarkExpired
from connector.model import CONTACT
from connector.policy import Policy
from connector.ports import Adapter, OrgSchema, Table
from connector.store.ledger import Ledger
from connector.store.mirror import Mirror, Witness
from connector.store.mirror.evidence import COMPANY, OWN
from connector.sync import orgfacts
from connector.sync.broken import keep_broken
from connector.sync.changes import read_changes
from connector.sync.described import keep_described
from connector.sync.full import Progress, read_in_full
from connector.sync.holes import Holes, Reads
from connector.sync.reconcile import reconcile
from connector.sync.tables import WHOLE, needed
from connector.sync.tracking import tracked_since
from connector.sync.unmarked import Looks
from connector.sync.witness import LedgerWitness

RECYCLE_BIN: Final = timedelta(days=14)
"""A CRM shows deleted rows for some fifteen days; after a longer pause deletions have to be found by comparing ids."""

_ORG: Final = "org_id"
_SHAPE: Final = "shape"
_MAPPING: Final = "mapping"


class How(StrEnum):
    """How thoroughly to read."""

    CHANGES = "changes"
    """What changed since the last time; tables that were never read, in full."""
    RECONCILE = "reconcile"
    """Changes, and all ids compared: deletions and additions that left no trace are found."""
    FULL = "full"
    """Everything again, compared row by row."""


class Synced(msgspec.Struct, frozen=True):
    """What a sync did. `read`: rows per table; `in_full`: tables read whole; `marked`: people to be judged now."""

    read: dict[str, int]
    api_calls: int
    in_full: tuple[str, ...] = ()
    marked: int = 0
    warnings: tuple[str, ...] = ()


def no_progress(table: Table, rows: int, expected: int | None) -> None:
    """Tells nobody."""


def sync(
    mirror: Mirror,
    adapter: Adapter,
    ledger: Ledger,
    policy: Policy,
    *,
    mapping: str,
    now: datetime,
    how: How = How.CHANGES,
    queues: bool = False,
    progress: Progress = no_progress,
) -> Synced:
    """Brings the mirror up to date. The caller holds the org's lease.

    `mapping`: the mapping's hash; under another one everything is read again. `now`: when this sync begins. `queues`:
    who works off a queue is read too.
    Raises Abort: what was committed stays, the next sync goes on from there.
    """
    calls = adapter.budget().ours
    last = mirror.notes.last_complete()
    schema = adapter.schema(fresh=True)
    ledger.crm.expect(schema.org_id)
    _same_org(mirror, schema)
    _same_shape(mirror, schema, mapping)
    if how is How.CHANGES and last is not None and now - last > RECYCLE_BIN:
        how = How.RECONCILE
    names = judge.load(policy).names()
    mirror.notes.set(COMPANY, OWN if "company" in _contact_fields(schema) else None)
    looks = Looks(ledger)
    keep_broken(mirror, ledger, policy, last, looks)
    witness = LedgerWitness(ledger, policy, last, now, mirror.org_facts().tracked_since)
    holes = Holes(adapter)
    one = _Sync(mirror, holes, witness, how, progress)
    if not any(mirror.notes.is_known(table) for table in Table):
        mirror.intake.recall((identity.ref, identity.person_id, identity.why) for identity in ledger.identities.each())
    mirror.notes.set_half_read(True)
    users = mirror.users.all()
    for table in needed(names, accounts=_by_account(policy), calendar=_by_calendar(policy), queues=queues):
        one.table(table)
    mirror.intake.settle()
    keep_described(ledger, users, mirror.users.all(), last, now)
    facts = orgfacts.org_facts(schema, tracked_since(ledger, schema, now))
    if mirror.set_org_facts(facts):
        mirror.dirty.all("the org's fields or values changed")
    mirror.notes.set_synced_at(now)
    looks.ended(now)
    mirror.notes.set_half_read(False)
    used = adapter.budget().ours - calls
    warnings = (*schema.warnings, *holes.warnings(), *_warnings(mirror, policy))
    return Synced(one.read, used, tuple(one.in_full), mirror.dirty.count(), warnings)


class _Sync:
    """The tables of one sync."""

    def __init__(self, mirror: Mirror, adapter: Reads, witness: Witness, how: How, progress: Progress) -> None:
        self.witness = witness
        self.read: dict[str, int] = {}
        self.in_full: list[str] = []
        self._mirror = mirror
        self._adapter = adapter
        self._how = how
        self._progress = progress

    def table(self, table: Table) -> None:
        """Reads one table; in full, too, if the CRM can no longer tell what changed since the last time."""
        if table not in WHOLE and self._mirror.notes.mark(table) is not None and self._how is not How.FULL:
            try:
                self.read[table.value] = self._changes(table)
                return
            except MarkExpired:
                pass
        if table not in WHOLE:
            self.in_full.append(table.value)
        self.read[table.value] = read_in_full(self._mirror, self._adapter, table, self.witness, self._progress)

    def _changes(self, table: Table) -> int:
        if self._how is How.RECONCILE:
            return reconcile(self._mirror, self._adapter, table, self.witness, self._progress)
        return read_changes(self._mirror, self._adapter, table, self.witness, self._progress).rows


def _same_org(mirror: Mirror, schema: OrgSchema) -> None:
    """Rows of two orgs must never stand side by side."""
    before = mirror.notes.get(_ORG)
    if before is None:
        mirror.notes.set(_ORG, schema.org_id.encode())
    elif before.decode() != schema.org_id:
        raise ConfigError(
            f"the mirror holds rows of the org {before.decode()}, but this login leads to {schema.org_id}",
            where=f"org {mirror.org}",
            next="correct the login, or give the other org a name of its own in connector.toml",
        )


def _same_shape(mirror: Mirror, schema: OrgSchema, mapping: str) -> None:
    """Fields that have come, gone or moved: what was read without them is read again."""
    notes = mirror.notes
    for name, value, tables in (
        (_MAPPING, mapping, tuple(Table)),
        (_SHAPE, orgfacts.shape(schema), (Table.LEAD, Table.CONTACT, Table.LEAD_HISTORY, Table.CONTACT_HISTORY)),
    ):
        before = notes.get(name)
        if before is not None and before.decode() != value:
            for table in tables:
                notes.read_again(table)
            notes.set_synced_at(None)
        notes.set(name, value.encode())


def _contact_fields(schema: OrgSchema) -> Container[str]:
    """The contact's own fields; what comes through its account is not among them."""
    contact = schema.objects.get(CONTACT)
    return contact.fields if contact is not None else ()


def _warnings(mirror: Mirror, policy: Policy) -> tuple[str, ...]:
    """What makes verdicts less sure: fields that cannot be read, holidays nobody understands, hours nobody sees."""
    known = mirror.org_facts()
    hours = {promise.hours for promise in policy.file.sla.promise.values() if promise.clock == "business"}
    lacking = [f'business hours "{name}"' if name else "default business hours" for name in sorted(hours)]
    unseen = [what for what, name in zip(lacking, sorted(hours), strict=True) if known.calendar.clock(name) is None]
    return (
        *known.warnings,
        *(f"no {what} can be seen in the org: promises that count them have no clock" for what in unseen),
    )


def _by_calendar(policy: Policy) -> bool:
    return any(promise.clock == "business" for promise in policy.file.sla.promise.values())


def _by_account(policy: Policy) -> bool:
    return policy.file.opportunities.via_account or any(scope.account_types for scope in policy.file.scope.values())
