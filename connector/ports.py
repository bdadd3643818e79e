"""The seam between connector and a CRM: the `Adapter` protocol and everything that crosses it.

Only adapters know a CRM's names, requests and types. What crosses the seam is rows of the common model (tuples in
the order of `COLUMNS`, ready for the mirror), canonical field texts (see `connector.text`), and records below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from connector.inspection import Inspection
from connector.model import Ref
from connector.provisioning import Provisioner


class Table(StrEnum):
    """What is mirrored. The value is the name shown to people and used in `sync --json`."""

    USER = "user"
    QUEUE_MEMBER = "queue_member"
    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    LEAD = "lead"
    CONTACT = "contact"
    LEAD_HISTORY = "lead_history"
    CONTACT_HISTORY = "contact_history"
    OPPORTUNITY = "opportunity"
    OPPORTUNITY_CONTACT = "opportunity_contact"
    CAMPAIGN_MEMBER = "campaign_member"
    TASK = "task"
    EVENT = "event"
    MAIL = "mail"
    HOURS = "hours"
    HOLIDAY = "holiday"


PERSON_COLUMNS: Final = (
    "id",
    "version",
    "created_at",
    "modified_at",
    "modified_by",
    "record_type",
    "status",
    "disposition",
    "status_reason",
    "wake_up_date",
    "status_entered_at",
    "status_since_is_estimate",
    "score",
    "sla_due_at",
    "sla_breached_at",
    "cycle",
    "first_source",
    "source",
    "email",
    "phone",
    "first_name",
    "last_name",
    "title",
    "company",
    "industry",
    "employees",
    "country",
    "owner_id",
    "account_id",
    "is_converted",
    "converted_at",
    "converted_contact",
    "converted_account",
    "converted_opportunity",
    "is_inactive",
    "is_closed",
    "is_bounced",
    "facts",
)
"""Lead and contact rows. `facts`: JSON array of values in the order of the mapping's facts; None if there are none.

`is_closed`: the CRM keeps the record closed to changes until somebody opens it again (Dynamics: a disqualified lead);
None where there is no such thing.
"""

_ACTIVITY = ("id", "lead_id", "contact_id", "at", "kind", "direction", "outcome", "by", "about", "created_at")

COLUMNS: Final[Mapping[Table, tuple[str, ...]]] = {
    Table.USER: ("id", "name", "email", "active", "kind", "department", "title", "role", "manager_id"),
    Table.QUEUE_MEMBER: ("queue_id", "user_id"),
    Table.ACCOUNT: ("id", "name", "created_at", "type", "owner_id", "industry", "employees"),
    Table.CAMPAIGN: ("id", "name", "type", "active"),
    Table.LEAD: PERSON_COLUMNS,
    Table.CONTACT: PERSON_COLUMNS,
    Table.LEAD_HISTORY: ("id", "person_id", "at", "by", "before", "after"),
    Table.CONTACT_HISTORY: ("id", "person_id", "at", "by", "before", "after"),
    Table.OPPORTUNITY: ("id", "name", "type", "is_open", "is_won", "created_at", "closed_at", "account_id"),
    Table.OPPORTUNITY_CONTACT: ("id", "opportunity_id", "contact_id"),
    Table.CAMPAIGN_MEMBER: ("id", "campaign_id", "lead_id", "contact_id", "responded", "created_at", "responded_at"),
    Table.TASK: _ACTIVITY,
    Table.EVENT: _ACTIVITY,
    Table.MAIL: (*_ACTIVITY, "task_id"),
    Table.HOURS: ("id", "name", "is_default", "timezone", "week"),
    Table.HOLIDAY: ("id", "name", "date", "from_minute", "to_minute", "recurrence"),
}
"""The columns of each table's rows, in order.

Values are ready for the store: text, whole numbers (times as epoch seconds UTC, flags as 0/1), floats, None. Dates
are `YYYY-MM-DD`. Only history rows of the status field are read; one with neither a before nor an after says that it
was changed, but that the CRM no longer knows from what to what. Activities that the mapping does not classify are not
passed on; `about` is the finer topic of one, the empty text if it has none, `created_at` when the CRM's row was made,
by the CRM's clock and whatever the user typed. `task_id` of a mail: the row of `task` that
the CRM keeps for the same mail, None if it keeps none; the two are one activity. Industry and employees of an account
are read only where a contact's are the account's. `week` is JSON: seven [from_minute, to_minute], lists of such, or
null, Monday first. Queues are `user` rows of kind `queue`.
"""

Row = tuple[Any, ...]


class Mark(msgspec.Struct, frozen=True):
    """How far a table has been read, in the adapter's own words. Comes from the CRM's answers, never our clock."""

    text: str


class Batch(msgspec.Struct, frozen=True):
    """Some rows of one table, `COLUMNS[table]` wide.

    `gone`: rows that were deleted (same width; at least the ids and the person's ids are filled).
    `merged`: (losing id, winning id) of people merged into another record.
    `mark`: set on the last batch of a complete read of the table; store it only with that batch.
    `passed_over`: rows of a full read that are none of ours (an activity the mapping does not classify); with them the
    rows add up to `Adapter.count`.
    """

    table: Table
    rows: Sequence[Row] = ()
    gone: Sequence[Row] = ()
    merged: Sequence[tuple[str, str]] = ()
    mark: Mark | None = None
    passed_over: int = 0


class PicklistValue(msgspec.Struct, frozen=True):
    """One value of a picklist. `value` is stored; `active`: users may pick it; `converts`: it converts a lead.

    `state`: the state that a record takes with it, where the CRM has such, in no language; empty if that is not one.
    """

    value: str
    label: str
    active: bool = True
    default: bool = False
    converts: bool = False
    state: str = ""


class FieldSchema(msgspec.Struct, frozen=True):
    """One field of the CRM that the mapping names. `name` is ours (`status`), `api` the CRM's (`Status`)."""

    name: str
    api: str
    label: str
    type: str
    length: int | None = None
    readable: bool = True
    writable: bool = False
    restricted: bool = False
    tracked: bool | None = None
    """Field history (audit) is on for it; None if that can't be told."""
    unfit: str = ""
    """Why it cannot hold what we would write there, and is not read either; empty if it can."""
    values: tuple[PicklistValue, ...] = ()


class RecordType(msgspec.Struct, frozen=True):
    """A record type and the status values its process offers (None: could not be read)."""

    id: str
    name: str
    active: bool = True
    statuses: frozenset[str] | None = None


class ObjectSchema(msgspec.Struct, frozen=True):
    """What the org has of one object of ours. `missing`: fields the mapping names and the org lacks or hides."""

    name: str
    api: str
    label: str
    fields: Mapping[str, FieldSchema]
    missing: tuple[str, ...] = ()
    record_types: tuple[RecordType, ...] = ()
    can_read: bool = True
    can_update: bool = True


class OrgSchema(msgspec.Struct, frozen=True):
    """What is there: objects, fields, values, permissions, as this login sees them."""

    org_id: str
    org_name: str
    timezone: str
    user_id: str
    user_name: str
    api_version: str
    objects: Mapping[str, ObjectSchema]
    warnings: tuple[str, ...] = ()
    """Things an admin should know, one line each: assignment rules that are active, person accounts, clock skew …"""


class Seen(msgspec.Struct, frozen=True):
    """One record as it is now. `values`: canonical text per field of ours. Absent from an answer: deleted or invisible.

    `raw`: what the CRM stores where that is more than the text (Dynamics: option number, state pair).
    `locked`: why it may not be written now (converted, deleted), else None. `closed`: it may only be written by opening
    it again, which the policy must allow.
    """

    ref: Ref
    version: str
    values: Mapping[str, str | None]
    raw: Mapping[str, str] = {}
    locked: str | None = None
    closed: bool = False


class Update(msgspec.Struct, frozen=True):
    """Write these fields of this record. `values`: canonical text per field, None clears it. `version`: as reread.

    `raw`: what the CRM stored for these values before (see `Seen.raw`), to put back the very same. `reopens`: the
    record is closed and may be opened for this; what the CRM stores of it now.
    """

    ref: Ref
    values: Mapping[str, str | None]
    version: str = ""
    raw: Mapping[str, str] = {}
    reopens: Mapping[str, str] = {}


class Result(StrEnum):
    """What became of one update."""

    WRITTEN = "written"
    FAILED = "failed"
    CONFLICT = "conflict"
    """Changed by somebody between reread and write (only CRMs that can tell)."""
    UNKNOWN = "unknown"
    """No answer: it may or may not have been carried out; reread before doing anything else."""


class Outcome(msgspec.Struct, frozen=True):
    """One outcome per update, always. `code` and `text` as the CRM gave them."""

    ref: Ref
    result: Result
    code: str = ""
    text: str = ""
    version: str = ""


class Way(msgspec.Struct, frozen=True):
    """How updates are sent: `rows` (REST collections, $batch) or `bulk` (jobs); `size`: records per request or job."""

    name: str
    size: int


class JobState(StrEnum):
    """How far a bulk job had got when it was journalled.

    The adapter says CREATED (the job exists, nothing is uploaded) and COMPLETE_SENT (the upload is about to be declared
    complete). SETTLED is said by `apply` alone, in the transaction that commits the job's outcomes.
    """

    CREATED = "created"
    COMPLETE_SENT = "upload complete sent"
    SETTLED = "settled"


class Journal(Protocol):
    """What `apply` gives an adapter so that nothing is sent that is not written down first."""

    def still_ours(self) -> None:
        """Called right before every request that writes. Raises LeaseLost if another process may be at work."""

    def job(self, job: str, state: JobState) -> None:
        """Commits how far a bulk job has got, before the next step is taken."""


class Budget(msgspec.Struct, frozen=True):
    """API calls of the org: allowed per day, used today as the CRM last said, and made by this process."""

    allowed: int | None
    used: int | None
    ours: int


class Snapshot(msgspec.Struct, frozen=True):
    """Everything visible of one record, for the canary: API field names → values, and counts of what hangs on it.

    `fields` holds every field of the record; `moving` the system stamps and formulas that may move by themselves.
    `around`: tasks, events, mails, campaign memberships → count. `own`: our name of each field we may write → its API
    name, to tell our own change from the others. `unseen`: what should stand in `around` and could not be counted, or
    not all of it → why. What the mapping or the org does not have at all stands in neither.
    """

    ref: Ref
    fields: Mapping[str, Any]
    moving: frozenset[str]
    around: Mapping[str, int]
    own: Mapping[str, str] = {}
    unseen: Mapping[str, str] = {}


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task for somebody in the CRM that says what an alert says. `key`: the alert's, by which it is found again.

    `owner_id`: a user. `due`: when it should be done. `text` may have several lines. `type`: what kind of task it is in
    the CRM's own list, where the CRM has one; empty: as the CRM sees fit.
    """

    key: str
    about: Ref
    owner_id: str
    subject: str
    text: str
    due: datetime
    type: str = ""


class FoundTask(msgspec.Struct, frozen=True):
    """A task of ours as the CRM has it now. `touched`: somebody else changed, completed or took it over."""

    key: str
    id: str
    is_open: bool
    touched: bool


class TaskOutcome(msgspec.Struct, frozen=True):
    """What became of making or taking back one task. `id` is the CRM's, empty if there is none."""

    key: str
    result: Result
    id: str = ""
    code: str = ""
    text: str = ""


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
