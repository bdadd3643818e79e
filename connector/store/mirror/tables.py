"""The mirror's tables, the single source of its schema. Another schema means that the mirror is built anew.

Times are whole epoch seconds UTC, flags 0 or 1, `object` is 0 for a contact and 1 for a lead (so that ordering by it is
ordering by name). Columns called after those of `ports.COLUMNS` hold exactly what the adapter gave. Indexes that first
loads would only be slowed down by are made after the load: see `LATE_INDEXES`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, ColumnElement, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, func
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Field, SQLModel

from connector import ports
from connector.model import CONTACT, LEAD

OBJECT_CODES: Final[Mapping[str, int]] = {CONTACT: 0, LEAD: 1}
OBJECT_NAMES: Final = (CONTACT, LEAD)

_Key = BigInteger().with_variant(Integer, "sqlite")
"""On SQLite only INTEGER makes a column the row number."""

_CLUSTERED: Final = {"sqlite_with_rowid": False}


class MirrorTable(SQLModel):
    """Root of the mirror's tables; keeps them apart from the ledger's."""

    metadata: ClassVar[MetaData] = MetaData()


class Note(MirrorTable, table=True):
    """One small thing known about the mirror as a whole: its schema, when it was synced, what the org is like."""

    __tablename__ = "note"
    name: str = Field(primary_key=True)
    value: bytes = Field(sa_type=LargeBinary)


class ReadMark(MirrorTable, table=True):
    """How far a table has been read completely."""

    __tablename__ = "read_mark"
    name: str = Field(primary_key=True)
    mark: str


class PersonRow(MirrorTable, table=True):
    """A lead or a contact. `born`: the person id of this record alone; `person_id`: whose record it is."""

    __tablename__ = "person"
    key: int = Field(primary_key=True, sa_type=_Key)
    object: int = Field(sa_type=SmallInteger)
    born: int = Field(sa_type=BigInteger)
    person_id: int = Field(sa_type=BigInteger)
    id: str
    version: str
    created_at: int = Field(sa_type=BigInteger)
    modified_at: int | None = Field(sa_type=BigInteger)
    modified_by: str | None
    record_type: str | None
    status: str | None
    disposition: str | None
    status_reason: str | None
    wake_up_date: str | None
    status_entered_at: int | None = Field(sa_type=BigInteger)
    status_since_is_estimate: int | None
    score: float | None
    sla_due_at: int | None = Field(sa_type=BigInteger)
    sla_breached_at: int | None = Field(sa_type=BigInteger)
    cycle: int | None
    first_source: str | None
    source: str | None
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    title: str | None
    company: str | None
    industry: str | None
    employees: int | None = Field(sa_type=BigInteger)
    country: str | None
    owner_id: str | None
    account_id: str | None
    is_converted: int
    converted_at: int | None = Field(sa_type=BigInteger)
    converted_contact: str | None
    converted_account: str | None
    converted_opportunity: str | None
    is_inactive: int
    is_closed: int | None
    is_bounced: int
    facts: str | None


class Recorded(MirrorTable, table=True):
    """A record that is somebody else than it alone would be: `why` is conversion, merge or probe. As in the ledger."""

    __tablename__ = "recorded"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)
    object: int = Field(primary_key=True, sa_type=SmallInteger)
    id: str = Field(primary_key=True)
    person_id: int = Field(sa_type=BigInteger)
    why: str


class UserRow(MirrorTable, table=True):
    """A user or a queue."""

    __tablename__ = "users"
    id: str = Field(primary_key=True)
    name: str | None
    email: str | None
    active: int
    kind: str | None
    department: str | None
    title: str | None
    role: str | None
    manager_id: str | None


class QueueMemberRow(MirrorTable, table=True):
    """A user works off a queue."""

    __tablename__ = "queue_members"
    queue_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)


class AccountRow(MirrorTable, table=True):
    """A company."""

    __tablename__ = "accounts"
    id: str = Field(primary_key=True)
    name: str | None
    created_at: int = Field(sa_type=BigInteger)
    type: str | None
    owner_id: str | None
    industry: str | None
    employees: int | None = Field(sa_type=BigInteger)


class CampaignRow(MirrorTable, table=True):
    """A campaign."""

    __tablename__ = "campaigns"
    id: str = Field(primary_key=True)
    name: str | None
    type: str | None
    active: int


class OpportunityRow(MirrorTable, table=True):
    """A deal."""

    __tablename__ = "opportunities"
    id: str = Field(primary_key=True)
    name: str | None
    type: str | None
    is_open: int
    is_won: int
    created_at: int = Field(sa_type=BigInteger)
    closed_at: int | None = Field(sa_type=BigInteger)
    account_id: str | None = Field(index=True)


class OpportunityContactRow(MirrorTable, table=True):
    """A contact has a role in an opportunity."""

    __tablename__ = "opportunity_contacts"
    id: str = Field(primary_key=True)
    opportunity_id: str | None = Field(index=True)
    contact_id: str | None = Field(index=True)


class HoursRow(MirrorTable, table=True):
    """Business hours of the org."""

    __tablename__ = "hours"
    id: str = Field(primary_key=True)
    name: str | None
    is_default: int
    timezone: str | None
    week: str | None


class HolidayRow(MirrorTable, table=True):
    """A holiday of the org."""

    __tablename__ = "holidays"
    id: str = Field(primary_key=True)
    name: str | None
    date: str | None
    from_minute: int | None
    to_minute: int | None
    recurrence: str | None


class Packed(MirrorTable):
    """What happened to a person, of one kind: a list in MessagePack, oldest first."""

    key: int = Field(primary_key=True, sa_type=_Key)
    entries: bytes = Field(sa_type=LargeBinary)


class PackedHistory(Packed, table=True):
    """Status changes."""

    __tablename__ = "packed_history"


class PackedTask(Packed, table=True):
    """Tasks and calls."""

    __tablename__ = "packed_task"


class PackedEvent(Packed, table=True):
    """Meetings."""

    __tablename__ = "packed_event"


class PackedMail(Packed, table=True):
    """E-mails."""

    __tablename__ = "packed_mail"


class PackedMember(Packed, table=True):
    """Campaign memberships."""

    __tablename__ = "packed_member"


class Orphan(MirrorTable, table=True):
    """An entry of a packed list whose person is not (or no longer) here; it waits for them."""

    __tablename__ = "orphan"
    __table_args__: ClassVar[Any] = (Index("orphan_by_person", "object", "who"), Index("orphan_by_id", "mention"))
    row: int = Field(primary_key=True, sa_type=_Key)
    source: str
    object: int = Field(sa_type=SmallInteger)
    who: str
    mention: int = Field(sa_type=BigInteger)
    entry: bytes = Field(sa_type=LargeBinary)


class Mention(MirrorTable, table=True):
    """In whose packed lists an id (by its hash) may be found: activities, memberships and campaigns."""

    __tablename__ = "mention"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)
    hash: int = Field(primary_key=True, sa_type=BigInteger)
    key: int = Field(primary_key=True, sa_type=BigInteger)


class Dirty(MirrorTable, table=True):
    """Somebody to be judged anew, and the first cause of it."""

    __tablename__ = "dirty"
    key: int = Field(primary_key=True, sa_type=_Key)
    cause: str


class Moment(MirrorTable, table=True):
    """When time alone could change what was judged."""

    __tablename__ = "moment"
    key: int = Field(primary_key=True, sa_type=_Key)
    at: int = Field(sa_type=BigInteger, index=True)


class VerdictRow(MirrorTable, table=True):
    """A standing correction of one field."""

    __tablename__ = "verdict"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)
    key: int = Field(primary_key=True, sa_type=BigInteger)
    field: str = Field(primary_key=True)
    before: str | None
    after: str | None
    rule: str
    because: str
    version: str
    record_type: str | None
    also: str | None


class FindingRow(MirrorTable, table=True):
    """A standing finding."""

    __tablename__ = "finding"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)
    key: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    name: str
    detail: str
    value: str


class AlertRow(MirrorTable, table=True):
    """Something that somebody should be told about a person, as things stand."""

    __tablename__ = "alert"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)
    key: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    promise: str
    of: str
    level: str
    at: int = Field(sa_type=BigInteger)
    text: str
    due_at: int | None = Field(sa_type=BigInteger)


class PromiseRow(MirrorTable, table=True):
    """A promise to a person, as it stands."""

    __tablename__ = "promise"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)
    key: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    name: str
    of: str
    state: str
    since: int | None = Field(sa_type=BigInteger)
    at_least: int | None = Field(sa_type=BigInteger)
    warn_at: int | None = Field(sa_type=BigInteger)
    due_at: int | None = Field(sa_type=BigInteger)
    escalate_at: int | None = Field(sa_type=BigInteger)
    stopped_at: int | None = Field(sa_type=BigInteger)
    breached_at: int | None = Field(sa_type=BigInteger)
    clock: str
    owner_id: str | None
    status: str
    is_estimate: int


class ScoreRow(MirrorTable, table=True):
    """A person's points on the day they were judged. `parts`: JSON, `[name, points, kind]` of each that gives any."""

    __tablename__ = "score"
    key: int = Field(primary_key=True, sa_type=_Key)
    total: float
    fit: int
    behaviour: int
    parts: str


class SkippedRow(MirrorTable, table=True):
    """Somebody who was not judged, and why."""

    __tablename__ = "skipped"
    key: int = Field(primary_key=True, sa_type=_Key)
    why: str


JUDGED: Final = ("verdict", "finding", "alert", "promise", "score", "moment", "skipped", "dirty")
"""Tables whose rows about a person are replaced when they are judged, and go when they do."""


def table(model: type[MirrorTable]) -> Table:
    """The SQLAlchemy table of a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def _where(column: ColumnElement[Any]) -> dict[str, Any]:
    """Only where the column is filled."""
    return {f"{dialect}_where": column.is_not(None) for dialect in ("sqlite", "postgresql")}


_person = table(PersonRow).c
LATE_INDEXES: Final = (
    Index("person_by_id", _person.id, _person.object),
    Index("person_by_birth", _person.born),
    Index("person_by_email", func.lower(_person.email), _person.object, **_where(_person.email)),
    Index("person_by_owner", _person.owner_id),
    Index("person_by_account", _person.account_id, **_where(_person.account_id)),
    Index("person_by_conversion", _person.converted_contact, **_where(_person.converted_contact)),
    Index("person_by_opportunity", _person.converted_opportunity, **_where(_person.converted_opportunity)),
    Index("person_by_new_account", _person.converted_account, **_where(_person.converted_account)),
)
"""Indexes of people that are made when their first load is complete."""

ROWS: Final[Mapping[ports.Table, type[MirrorTable]]] = {
    ports.Table.USER: UserRow,
    ports.Table.QUEUE_MEMBER: QueueMemberRow,
    ports.Table.ACCOUNT: AccountRow,
    ports.Table.CAMPAIGN: CampaignRow,
    ports.Table.OPPORTUNITY: OpportunityRow,
    ports.Table.OPPORTUNITY_CONTACT: OpportunityContactRow,
    ports.Table.HOURS: HoursRow,
    ports.Table.HOLIDAY: HolidayRow,
}
"""Tables that are kept row by row, as they come."""

PEOPLE: Final[Mapping[ports.Table, str]] = {ports.Table.LEAD: LEAD, ports.Table.CONTACT: CONTACT}
"""Tables of people, and the object their rows are."""

PACKED: Final[Mapping[ports.Table, type[Packed]]] = {
    ports.Table.LEAD_HISTORY: PackedHistory,
    ports.Table.CONTACT_HISTORY: PackedHistory,
    ports.Table.TASK: PackedTask,
    ports.Table.EVENT: PackedEvent,
    ports.Table.MAIL: PackedMail,
    ports.Table.CAMPAIGN_MEMBER: PackedMember,
}
"""Tables that are packed per person."""

_CODE_VERSION: Final = "4"
"""Raise when rows of an older mirror mean something else although the tables look the same."""


def schema_hash() -> str:
    """What tells one schema of the mirror from another."""
    dialect = sqlite.dialect()
    parts = [str(CreateTable(one).compile(dialect=dialect)) for one in MirrorTable.metadata.sorted_tables]
    parts += sorted(str(CreateIndex(index).compile(dialect=dialect)) for index in LATE_INDEXES)
    return hashlib.sha256("\n".join([_CODE_VERSION, *parts]).encode()).hexdigest()[:16]
