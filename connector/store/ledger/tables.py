"""The ledger's tables: the only memory of what we did and saw.

Every key carries the org. Times are whole epoch seconds UTC. Lists and counts that are only ever read whole are JSON
text. A change of these tables needs a migration under `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary, MetaData, Table, text
from sqlmodel import Field, SQLModel


class State(IntEnum):
    """What became of one change of a plan."""

    PLANNED = 0
    INTENDED = 1
    """Written down as about to be sent. After a crash: may or may not have been carried out."""
    APPLIED = 2
    FAILED = 3
    """The CRM refused it; `code` and `text` are its own words."""
    CONFLICT = 4
    """The value was no longer what the plan saw; left alone."""
    SKIPPED = 5
    """The record is gone, converted or closed, or another of its changes was in conflict; left alone."""
    ALREADY = 6
    """Somebody else had already entered the value we wanted."""


class Told(IntEnum):
    """How far an alert has got on one channel (a task, mail, a chat)."""

    PENDING = 0
    """Not tried yet, or held back by quiet hours."""
    SENDING = 1
    """Written down as about to be sent. After a crash: a task is looked up, mail and chat become UNKNOWN."""
    SENT = 2
    UNKNOWN = 3
    """May or may not have arrived. Never sent again; named in the next digest."""
    FAILED = 4
    """Certainly not sent; tried again."""
    GIVEN_UP = 5
    """Will not be sent; the note says why."""
    TAKEN_BACK = 6
    """Our task, deleted because somebody followed up."""
    LEFT = 7
    """Our task, no longer ours: somebody has touched it."""
    MOOT = 8
    """Followed up before a task was made."""


class LedgerTable(SQLModel):
    """Root of the ledger's tables; keeps them apart from the mirror's."""

    metadata: ClassVar[MetaData] = MetaData()


class CrmRow(LedgerTable, table=True):
    """Which CRM all the rest of an org is about, by the id that it gives itself, and since when: the first counts."""

    __tablename__ = "crm"
    org: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)


class LeaseRow(LedgerTable, table=True):
    """Who works on an org. The row stays when nobody does, so that `token` only ever rises."""

    __tablename__ = "lease"
    org: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    token: int
    holder: str = ""
    host: str = ""
    pid: int = 0
    born: str = ""
    since: int = Field(default=0, sa_type=BigInteger)
    space: str = ""
    expires: int = Field(default=0, sa_type=BigInteger)


class RunRow(LedgerTable, table=True):
    """One command that took the lease: who, when, and how it ended."""

    __tablename__ = "run"
    org: str = Field(primary_key=True)
    token: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    holder: str
    host: str
    pid: int
    started: int = Field(sa_type=BigInteger)
    ended: int | None = Field(default=None, sa_type=BigInteger)
    result: str = ""


class PlanRow(LedgerTable, table=True):
    """A plan's sealed header. `id` is empty while its rows are still being copied in, under a lease of kind `lease`."""

    __tablename__ = "plan"
    org: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    id: str = Field(default="", index=True)
    kind: str
    lease: str
    digest: str = ""
    made_at: int = Field(sa_type=BigInteger)
    as_of: int = Field(sa_type=BigInteger)
    synced_at: int | None = Field(default=None, sa_type=BigInteger)
    policy: str
    marks: str = "{}"
    people: int
    changes: int = 0
    records: int = 0
    findings: str = "{}"
    warnings: str = "[]"
    bar: str = ""
    undoes: str = ""
    started_at: int | None = Field(default=None, sa_type=BigInteger)
    finished_at: int | None = Field(default=None, sa_type=BigInteger)
    canary_at: int | None = Field(default=None, sa_type=BigInteger)


class PlanRuleRow(LedgerTable, table=True):
    """How much of a plan is one rule's; `begun`: more changes that it took part in, which another rule ended."""

    __tablename__ = "plan_rule"
    org: str = Field(primary_key=True)
    plan: int = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    changes: int
    records: int
    begun: int = 0


class PlanKindRow(LedgerTable, table=True):
    """How many changes of a plan are of one kind, such as lead status `Open` → `Inquiry` of one record type.

    `also`: as in a change.
    """

    __tablename__ = "plan_kind"
    org: str = Field(primary_key=True)
    plan: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    rule: str
    object: str
    record_type: str | None
    field: str
    before: str | None
    after: str | None
    changes: int
    also: str | None = None


class ChangeRow(LedgerTable, table=True):
    """One change of a plan, in the plan's order, and what became of it.

    `version` is the record's before the write, `written` its version after. `raw` is what the CRM stored before, where
    that is more than text (JSON), `put` what an undo puts back there. `origin`: the `seq` in the plan that this one
    undoes. `also`: the other rules that took part, with blanks between. `seen`: nobody answered, but the value was
    found in the CRM. `undone`: taken back by a later undo.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index(
            "change_intended",
            "org",
            "plan",
            "batch",
            sqlite_where=text("state = 1"),
            postgresql_where=text("state = 1"),
        ),
        Index(
            "change_applied", "org", "object", "id", sqlite_where=text("state = 2"), postgresql_where=text("state = 2")
        ),
        {"sqlite_with_rowid": False},
    )
    org: str = Field(primary_key=True)
    plan: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    object: str
    id: str
    field: str
    before: str | None
    after: str | None
    rule: str
    because: str
    version: str
    record_type: str | None
    origin: int | None = None
    state: int = State.PLANNED
    batch: int | None = None
    at: int | None = Field(default=None, sa_type=BigInteger)
    code: str | None = None
    text: str | None = None
    written: str | None = None
    raw: str | None = None
    put: str | None = None
    also: str | None = None
    seen: int = 0
    undone: int = 0


class BatchRow(LedgerTable, table=True):
    """Changes that were intended together, and by which way they were sent. `before`: what the canary looked like."""

    __tablename__ = "batch"
    org: str = Field(primary_key=True)
    plan: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    token: int
    canary: int
    way: str
    size: int
    at: int = Field(sa_type=BigInteger)
    settled_at: int | None = Field(default=None, sa_type=BigInteger)
    before: bytes | None = Field(default=None, sa_type=LargeBinary)


class JobRow(LedgerTable, table=True):
    """A bulk job in the CRM, journalled before each of its steps."""

    __tablename__ = "job"
    org: str = Field(primary_key=True)
    job: str = Field(primary_key=True)
    plan: int
    batch: int
    state: str
    at: int = Field(sa_type=BigInteger)


class ApprovalRow(LedgerTable, table=True):
    """Somebody said that a plan may be applied though it is over the limits."""

    __tablename__ = "approval"
    org: str = Field(primary_key=True)
    plan: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    by: str
    because: str
    at: int = Field(sa_type=BigInteger)
    how: str


class AttendedRow(LedgerTable, table=True):
    """The first apply of a rule in an org, which a person attended."""

    __tablename__ = "attended"
    org: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    plan: str
    at: int = Field(sa_type=BigInteger)


class UnlockedBarRow(LedgerTable, table=True):
    """Two people allowed another bar of the score than the locked one."""

    __tablename__ = "unlocked_bar"
    org: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    bar: int
    by: str
    second: str
    because: str
    at: int = Field(sa_type=BigInteger)


class ParkedRow(LedgerTable, table=True):
    """A rule that is not applied because too many people contest it."""

    __tablename__ = "parked"
    org: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
    because: str


class HoldRow(LedgerTable, table=True):
    """A change that somebody undid: left alone until the person's other facts change."""

    __tablename__ = "hold"
    org: str = Field(primary_key=True)
    object: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    value: str | None
    plan: int
    at: int = Field(sa_type=BigInteger)
    facts: str | None = None


class IdentityRow(LedgerTable, table=True):
    """Which person of ours a record of the CRM is, where that does not follow from the record alone."""

    __tablename__ = "identity"
    org: str = Field(primary_key=True)
    object: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    person_id: int = Field(index=True, sa_type=BigInteger)
    why: str
    at: int = Field(sa_type=BigInteger)


class ObservationRow(LedgerTable, table=True):
    """A change of a field that we saw ourselves, between two syncs."""

    __tablename__ = "observation"
    org: str = Field(primary_key=True)
    object: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    seen_at: int = Field(primary_key=True, sa_type=BigInteger)
    since: int | None = Field(sa_type=BigInteger)
    before: str | None
    after: str | None


class AlertRow(LedgerTable, table=True):
    """Something that somebody was told of, or is being told of. There is one row per alert, for ever.

    `key` is the alert's as it was raised; what carries it (a task) is found by it. `person_id` follows merges and
    conversions. `object` and `id` are the record it was raised on. `storm`: raised with so many others that only a
    summary was sent.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("alert_key", "org", "key", unique=True),
        Index("alert_once", "org", "person_id", "promise", "of", "level", unique=True),
    )
    org: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    key: str
    person_id: int = Field(sa_type=BigInteger)
    object: str
    id: str
    promise: str
    of: str
    level: str
    at: int = Field(sa_type=BigInteger)
    due: int | None = Field(default=None, sa_type=BigInteger)
    text: str
    raised_at: int = Field(sa_type=BigInteger)
    storm: int = 0


class DeliveryRow(LedgerTable, table=True):
    """One alert on one channel. `message`: the mail's Message-ID or the task's id. `recipient`: whom it went to, or is
    on its way to, as it was called then. `named`: in a digest, if unknown."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "delivery_open",
            "org",
            "channel",
            "alert",
            sqlite_where=text("state IN (0, 1, 4)"),
            postgresql_where=text("state IN (0, 1, 4)"),
        ),
        Index(
            "delivery_standing",
            "org",
            "channel",
            "state",
            sqlite_where=text("state IN (2, 3)"),
            postgresql_where=text("state IN (2, 3)"),
        ),
    )
    org: str = Field(primary_key=True)
    alert: int = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    state: int = Told.PENDING
    at: int = Field(sa_type=BigInteger)
    tries: int = 0
    again: int = Field(default=0, sa_type=BigInteger)
    message: str | None = None
    note: str | None = None
    named: int = 0
    recipient: str | None = None


class NightRow(LedgerTable, table=True):
    """One unattended pass: when it was due, what it planned and wrote, what waits for somebody, how it ended.

    `plan` is what it applied or wanted to, `waiting` the plan of what it must not. `outcome` is empty while it runs;
    it stays so if the process died. `about` is the same for nights that left the same for somebody to look at, `news`
    the first of them in a row. `calls`: API calls it has made so far.
    """

    __tablename__ = "night"
    org: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    due: int = Field(sa_type=BigInteger)
    started: int = Field(sa_type=BigInteger)
    ended: int | None = Field(default=None, sa_type=BigInteger)
    outcome: str = ""
    why: str = ""
    plan: str = ""
    waiting: str = ""
    told: str = "{}"
    about: str = ""
    news: int | None = None
    calls: int = 0


def table(row: type[LedgerTable]) -> Table:
    """The Core table behind a row class."""
    found: Any = row.__dict__["__table__"]
    assert isinstance(found, Table)
    return found
