"""A CRM held in memory, and an adapter for it: what laws are tested with when no wire is wanted.

`MemoryCrm` is the far side: it outlives a killed adapter, keeps history rows, tombstones, merges and bulk jobs.
`MemoryAdapter` is the near side: make a new one (`crm.adapter()`) to stand for a new process. `Faults` says what goes
wrong and when; a fault is used up when it strikes. Rows are dicts by column name of `ports.COLUMNS`, values as the
mirror stores them (times as epoch seconds, flags 0/1, dates as text).

    crm = MemoryCrm()
    crm.add(Table.LEAD, id="00Q1", status="Inquiry", email="a@b.c")
    adapter = crm.adapter()
    crm.faults.unanswered.add(2)        # the second writing request is carried out, but no answer comes
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.errors import BudgetSpent, MarkExpired
from connector.model import CONTACT, FIELDS, LEAD, Kind, Ref
from connector.ports import (
    COLUMNS,
    Batch,
    Budget,
    FieldSchema,
    FoundTask,
    JobState,
    Journal,
    Mark,
    ObjectSchema,
    OrgSchema,
    Outcome,
    PicklistValue,
    RecordType,
    Result,
    Row,
    Seen,
    Snapshot,
    Table,
    Task,
    TaskOutcome,
    Update,
    Way,
)

START = 1_750_000_000
"""The moment the memory CRM begins at, epoch seconds; each change takes one second."""

PEOPLE = {LEAD: Table.LEAD, CONTACT: Table.CONTACT}
_HISTORY = {Table.LEAD: Table.LEAD_HISTORY, Table.CONTACT: Table.CONTACT_HISTORY}
_AROUND = {Table.TASK: "tasks", Table.EVENT: "events", Table.MAIL: "mails", Table.CAMPAIGN_MEMBER: "campaign members"}


class Killed(BaseException):
    """The process dies here. Not an Exception: nothing in the product may catch it."""


@dataclass
class Faults:
    """What goes wrong. Numbers count writing requests from 1 (a collection, and each step of a bulk job, is one)."""

    kill_before: set[int] = field(default_factory=set)
    """Die before the request reaches the CRM."""
    kill_after: set[int] = field(default_factory=set)
    """Die after the CRM has carried the request out, before its answer."""
    unanswered: set[int] = field(default_factory=set)
    """Carried out, but every row of it is UNKNOWN."""
    lost: set[int] = field(default_factory=set)
    """Not carried out, and every row of it is UNKNOWN."""
    refuse: dict[str, tuple[str, str]] = field(default_factory=dict)
    """record id → (code, text): that row fails, always."""
    expired: set[Table] = field(default_factory=set)
    """Tables whose next read from a mark finds it too old."""
    spent_after: int | None = None
    """BudgetSpent from this many calls on."""
    unprocessed: set[str] = field(default_factory=set)
    """Ids a bulk job leaves out of every result file."""
    job_fails: bool = False
    """The next bulk job ends as Failed without processing a row."""


@dataclass
class OwnTask:
    """A task on the far side that carries an alert's key. It is no row of `tables`: the mapping knows it as ours."""

    task: Task
    id: str
    is_open: bool = True
    touched: bool = False


@dataclass
class Job:
    """A bulk job on the far side. States as in the CRM: Open, UploadComplete, JobComplete, Failed, Aborted."""

    state: str = "Open"
    updates: tuple[Update, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


class MemoryCrm:
    """The far side. `automation(crm, table, row)` runs after each write by the API: a flow of the org."""

    def __init__(self, org: str = "test", *, tracked: Sequence[str] = (LEAD, CONTACT)) -> None:
        self.org = org
        self.now = START
        self.tables: dict[Table, dict[str, dict[str, Any]]] = {table: {} for table in Table}
        self.dead: dict[Table, dict[str, dict[str, Any]]] = {table: {} for table in Table}
        self.jobs: dict[str, Job] = {}
        self.own_tasks: dict[str, OwnTask] = {}
        self.faults = Faults()
        self.tracked = frozenset(tracked)
        self.automation: Callable[[MemoryCrm, Table, dict[str, Any]], None] | None = None
        self.writable: dict[str, frozenset[str]] = {LEAD: frozenset(FIELDS), CONTACT: frozenset(FIELDS)}
        self.values: dict[tuple[str, str], tuple[PicklistValue, ...]] = {}
        self.record_types: dict[str, tuple[RecordType, ...]] = {}
        self.unseen: dict[str, str] = {}
        """What hangs on records and this login cannot count → why."""
        self.calls = 0
        self.writes = 0
        self._made = 0

    def adapter(self, **options: Any) -> MemoryAdapter:
        """A new process's way in: see `MemoryAdapter`."""
        return MemoryAdapter(self, **options)

    def tick(self) -> int:
        """One second passes."""
        self.now += 1
        return self.now

    def add(self, table: Table, **columns: Any) -> str:
        """A new row; unnamed columns are empty. Gives its id."""
        now = self.tick()
        self._made += 1
        row: dict[str, Any] = dict.fromkeys(COLUMNS[table])
        unknown = columns.keys() - row.keys()
        assert not unknown, f"{table} has no column {unknown}"
        row |= {"id": f"{table.value}-{self._made:06d}"} if "id" in row else {}
        defaults = {"created_at": now, "modified_at": now, "is_converted": 0, "is_inactive": 0, "is_bounced": 0}
        row |= {name: value for name, value in defaults.items() if name in row}
        row |= columns
        key = row.get("id", f"{table.value}-{self._made:06d}")
        if "version" in row and row["version"] is None:
            row["version"] = str(now)
        row["_seq"] = now
        self.tables[table][key] = row
        return str(key)

    def edit(self, table: Table, id: str, by: str | None = "human", **columns: Any) -> None:
        """Somebody changes a row. A change of a tracked status leaves a history row, as a CRM does."""
        row = self.tables[table][id]
        now = self.tick()
        if table in _HISTORY and "status" in columns and columns["status"] != row["status"]:
            self._remember(table, id, by, row["status"], columns["status"], now)
        row.update(columns, _seq=now)
        if "version" in row:
            row["version"] = str(now)
            row["modified_at"], row["modified_by"] = now, by

    def delete(self, table: Table, id: str) -> None:
        """Somebody deletes a row; it can be seen as gone from then on."""
        row = self.tables[table].pop(id)
        row["_seq"] = self.tick()
        self.dead[table][id] = row

    def merge(self, table: Table, loser: str, winner: str) -> None:
        """Somebody merges `loser` into `winner`; what hangs on the loser moves over."""
        assert winner in self.tables[table], winner
        column = "lead_id" if table is Table.LEAD else "contact_id"
        for rows in self.tables.values():
            for row in rows.values():
                if row.get(column) == loser:
                    row[column], row["_seq"] = winner, self.tick()
        self.delete(table, loser)
        self.dead[table][loser]["_winner"] = winner
        self.edit(table, winner)

    def convert(self, lead: str, status: str, **contact: Any) -> str:
        """Somebody converts a lead; gives the contact's id. The lead stays, converted and locked."""
        row = self.tables[Table.LEAD][lead]
        copied = {name: row[name] for name in ("email", "phone", "first_name", "last_name", "title", "owner_id")}
        made = self.add(Table.CONTACT, **{**copied, **contact})
        self.edit(Table.LEAD, lead, status=status, is_converted=1, converted_at=self.now, converted_contact=made)
        return made

    def value(self, ref: Ref, name: str) -> str | None:
        """The canonical text of a field as the CRM holds it now."""
        return stored_text(name, self.tables[PEOPLE[ref.object]][ref.id][name])

    def dump(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every live row without its stamps: two runs that did the same leave the same."""
        moving = ("_seq", "version", "modified_at", "at", "id")
        return {
            table.value: {
                key: {name: value for name, value in row.items() if name not in moving} for key, row in rows.items()
            }
            for table, rows in self.tables.items()
            if table not in _HISTORY.values()
        }

    def update(self, update: Update) -> Outcome:
        """One row written by the API: validated, committed, automations run."""
        table = PEOPLE[update.ref.object]
        row = self.tables[table].get(update.ref.id)
        fault = self.faults.refuse.get(update.ref.id)
        if row is None:
            return _failed(update.ref, "ENTITY_IS_DELETED", "entity is deleted")
        if row["is_converted"]:
            return _failed(update.ref, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        if fault:
            return _failed(update.ref, *fault)
        hidden = update.values.keys() - self.writable[update.ref.object]
        if hidden:
            return _failed(update.ref, "INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {hidden}")
        self.edit(table, row["id"], by="connector", **{n: stored_value(n, t) for n, t in update.values.items()})
        if self.automation is not None:
            self.automation(self, table, row)
        return Outcome(update.ref, Result.WRITTEN, version=row["version"])

    def add_task(self, task: Task) -> TaskOutcome:
        """A task made by the API; its person's stamp moves, as CRMs do."""
        person = self.tables[PEOPLE[task.about.object]].get(task.about.id)
        if person is None or person["is_converted"]:
            return TaskOutcome(task.key, Result.FAILED, "", "ENTITY_IS_DELETED", "there is no such person")
        if task.about.id in self.faults.refuse:
            return TaskOutcome(task.key, Result.FAILED, "", *self.faults.refuse[task.about.id])
        self._made += 1
        id = f"own-task-{self._made:06d}"
        self.own_tasks[id] = OwnTask(task, id)
        person["_seq"] = self.tick()
        person["version"] = str(self.now)
        return TaskOutcome(task.key, Result.WRITTEN, id)

    def drop_task(self, task: FoundTask) -> TaskOutcome:
        """A task of ours deleted by the API."""
        if task.id in self.faults.refuse:
            return TaskOutcome(task.key, Result.FAILED, "", *self.faults.refuse[task.id])
        self.own_tasks.pop(task.id, None)
        self.tick()
        return TaskOutcome(task.key, Result.WRITTEN, task.id)

    def run(self, job: str) -> None:
        """The CRM works a completed upload off."""
        work = self.jobs[job]
        if work.state != "UploadComplete":
            return
        if self.faults.job_fails:
            self.faults.job_fails = False
            work.state = "Failed"
            return
        work.outcomes = tuple(self.update(u) for u in work.updates if u.ref.id not in self.faults.unprocessed)
        work.state = "JobComplete"

    def _remember(self, table: Table, id: str, by: str | None, before: Any, after: Any, at: int) -> None:
        if (LEAD if table is Table.LEAD else CONTACT) in self.tracked:
            self.add(_HISTORY[table], person_id=id, at=at, by=by, before=before, after=after)


class MemoryAdapter:
    """`ports.Adapter` over a `MemoryCrm`, with small sizes so that small tests take the large paths.

    Up to `rows_to` updates go by rows, `row_size` per request; more by bulk jobs of `job_size`. `page`: rows per
    batch read. Reread answers for every record up to `reread_to` refs, above only for those modified since.
    """

    def __init__(
        self,
        crm: MemoryCrm,
        *,
        rows_to: int = 20,
        row_size: int = 5,
        job_size: int = 50,
        page: int = 7,
        reread_to: int = 1_000,
        overlap: int = 2,
    ) -> None:
        self.crm = crm
        self._rows_to, self._row_size, self._job_size = rows_to, row_size, job_size
        self._page, self._reread_to, self._overlap = page, reread_to, overlap
        self._ours = 0

    def schema(self, *, fresh: bool = False) -> OrgSchema:
        """Both objects with every field of ours; those taken out of `crm.writable` are missing."""
        self._call()
        objects = {name: self._object(name) for name in (LEAD, CONTACT)}
        return OrgSchema(self.crm.org, "Memory", "UTC", "connector", "Connector", "1.0", objects)

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """Pages of rows; the last batch carries the mark."""
        if since is not None and table in self.crm.faults.expired:
            self.crm.faults.expired.remove(table)
            raise MarkExpired("the mark is too old", where=f"table {table.value}")
        floor = int(since.text) - self._overlap if since else -1
        mark = Mark(str(self.crm.now))
        rows = [_row(table, row) for row in list(self.crm.tables[table].values()) if row["_seq"] > floor]
        dead = [row for row in self.crm.dead[table].values() if row["_seq"] > floor] if since else []
        pages = [rows[at : at + self._page] for at in range(0, len(rows), self._page)] or [[]]
        for page in pages[:-1]:
            self._call()
            yield Batch(table, page)
        self._call()
        merged = [(row["id"], row["_winner"]) for row in dead if "_winner" in row]
        yield Batch(table, pages[-1], [_row(table, row) for row in dead], merged, mark)

    def count(self, table: Table) -> int:
        """Live rows."""
        self._call()
        return len(self.crm.tables[table])

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """Live ids, in pages."""
        ids = sorted(self.crm.tables[table])
        for at in range(0, len(ids), self._page):
            self._call()
            yield ids[at : at + self._page]

    def reread(self, refs: Sequence[Ref], fields: Sequence[str], since: Mark | None = None) -> Iterator[Seen]:
        """As they are now; with `since` and very many refs only those modified since."""
        self._call()
        floor = int(since.text) - self._overlap if since and not self.rereads_all(len(refs)) else -1
        for ref in refs:
            row = self.crm.tables[PEOPLE[ref.object]].get(ref.id)
            if row is not None and row["_seq"] > floor:
                values = {name: stored_text(name, row[name]) for name in fields}
                yield Seen(ref, row["version"], values, locked="converted" if row["is_converted"] else None)

    def rereads_all(self, refs: int) -> bool:
        """True up to `reread_to`."""
        return refs <= self._reread_to

    def snapshot(self, refs: Sequence[Ref]) -> Iterator[Snapshot]:
        """Every column, and how many of each thing hang on the record."""
        self._call()
        for ref in refs:
            row = self.crm.tables[PEOPLE[ref.object]].get(ref.id)
            if row is None:
                continue
            fields = {name: value for name, value in row.items() if not name.startswith("_")}
            unseen = dict(self.crm.unseen)
            around = {name: self._hanging(table, ref) for table, name in _AROUND.items() if name not in unseen}
            own = {name: name for name in self.crm.writable[ref.object]}
            yield Snapshot(ref, fields, frozenset({"version", "modified_at", "modified_by"}), around, own, unseen)

    def way(self, updates: int) -> Way:
        """Rows up to `rows_to`, bulk above."""
        return Way("rows", self._row_size) if updates <= self._rows_to else Way("bulk", self._job_size)

    def calls_for(self, updates: int) -> int:
        """A reread and a write per request or job."""
        return 2 * -(-updates // self.way(updates).size)

    def write(self, updates: Sequence[Update], way: Way, journal: Journal) -> Iterator[Outcome]:
        """One request of rows, or one bulk job: created, journalled, uploaded, journalled, completed, read."""
        assert 0 < len(updates) <= way.size, f"{len(updates)} updates for {way}"
        if way.name == "rows":
            yield from self._request(journal, updates, lambda: [self.crm.update(update) for update in updates])
            return
        job = f"job-{len(self.crm.jobs) + 1:03d}"
        self._step(journal, lambda: self.crm.jobs.__setitem__(job, Job()))
        journal.job(job, JobState.CREATED)
        self._step(journal, lambda: setattr(self.crm.jobs[job], "updates", tuple(updates)))
        journal.job(job, JobState.COMPLETE_SENT)
        self._step(journal, lambda: setattr(self.crm.jobs[job], "state", "UploadComplete"))
        yield from self._results(job, [update.ref for update in updates])

    def settle(self, job: str, refs: Sequence[Ref], journal: Journal) -> Iterator[Outcome]:
        """An open job is aborted; a completed upload is waited for and its results read."""
        self._call()
        known = self.crm.jobs.get(job)
        if known is not None and known.state == "Open":
            self._step(journal, lambda: setattr(known, "state", "Aborted"))
        yield from self._results(job, refs)

    def tasks(self, keys: Sequence[str]) -> Iterator[FoundTask]:
        """Those that were not deleted."""
        self._call()
        for own in list(self.crm.own_tasks.values()):
            if own.task.key in keys:
                yield FoundTask(own.task.key, own.id, own.is_open, own.touched)

    def add_tasks(self, tasks: Sequence[Task], journal: Journal) -> Iterator[TaskOutcome]:
        """One request of `row_size` after the other."""
        for at in range(0, len(tasks), self._row_size):
            piece = tasks[at : at + self._row_size]
            yield from self._asked(journal, [t.key for t in piece], lambda p=piece: [self.crm.add_task(t) for t in p])

    def take_back_tasks(self, tasks: Sequence[FoundTask], journal: Journal) -> Iterator[TaskOutcome]:
        """They are no more."""
        for at in range(0, len(tasks), self._row_size):
            piece = tasks[at : at + self._row_size]
            yield from self._asked(journal, [t.key for t in piece], lambda p=piece: [self.crm.drop_task(t) for t in p])

    def url(self, ref: Ref) -> str:
        """A made-up address."""
        return f"https://memory.test/{ref.id}"

    def budget(self) -> Budget:
        """All calls made to this CRM, and ours."""
        return Budget(100_000, self.crm.calls, self._ours)

    def _results(self, job: str, refs: Sequence[Ref]) -> Iterator[Outcome]:
        self._call()
        if job not in self.crm.jobs:
            yield from (Outcome(ref, Result.UNKNOWN, "NOT_FOUND", f"no job {job}") for ref in refs)
            return
        self.crm.run(job)
        work = self.crm.jobs[job]
        told = {outcome.ref: outcome for outcome in work.outcomes}
        for ref in refs:
            yield told.get(ref) or Outcome(ref, Result.UNKNOWN, "", f"job {job} is {work.state} and does not tell")

    def _request(
        self, journal: Journal, updates: Sequence[Update], serve: Callable[[], list[Outcome]]
    ) -> list[Outcome]:
        number, outcomes = self.crm.writes + 1, list[Outcome]()
        lost = number in self.crm.faults.lost
        self._step(journal, lambda: None if lost else outcomes.extend(serve()))
        if lost or number in self.crm.faults.unanswered:
            return [Outcome(update.ref, Result.UNKNOWN, "", "no answer came") for update in updates]
        return outcomes

    def _asked(
        self, journal: Journal, keys: Sequence[str], serve: Callable[[], list[TaskOutcome]]
    ) -> list[TaskOutcome]:
        number, outcomes = self.crm.writes + 1, list[TaskOutcome]()
        lost = number in self.crm.faults.lost
        self._step(journal, lambda: None if lost else outcomes.extend(serve()))
        if lost or number in self.crm.faults.unanswered:
            return [TaskOutcome(key, Result.UNKNOWN, "", "", "no answer came") for key in keys]
        return outcomes

    def _step(self, journal: Journal, serve: Callable[[], object]) -> None:
        """One writing request, with the faults that belong to its number."""
        journal.still_ours()
        self._call()
        self.crm.writes += 1
        if self.crm.writes in self.crm.faults.kill_before:
            raise Killed
        serve()
        if self.crm.writes in self.crm.faults.kill_after:
            raise Killed

    def _call(self) -> None:
        spent = self.crm.faults.spent_after
        if spent is not None and self.crm.calls >= spent:
            raise BudgetSpent("the org's daily allowance of API calls is used up")
        self.crm.calls += 1
        self._ours += 1

    def _hanging(self, table: Table, ref: Ref) -> int:
        column = f"{ref.object}_id"
        return sum(row.get(column) == ref.id for row in self.crm.tables[table].values())

    def _object(self, name: str) -> ObjectSchema:
        have = self.crm.writable[name]
        fields = {
            field: FieldSchema(
                field,
                field,
                field.replace("_", " ").capitalize(),
                kind.value,
                writable=True,
                tracked=(name in self.crm.tracked) if field == "status" else None,
                values=self.crm.values.get((name, field), ()),
            )
            for field, kind in FIELDS.items()
            if field in have
        }
        missing = tuple(field for field in FIELDS if field not in have)
        return ObjectSchema(name, name, name.capitalize(), fields, missing, self.crm.record_types.get(name, ()))


def stored_text(name: str, value: Any) -> str | None:
    """The canonical text of a column value of one of `FIELDS`, as the mirror stores it."""
    if value is None or value == "":
        return None
    kind = FIELDS[name]
    if kind is Kind.DATETIME:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%dT%H:%M:%SZ}"
    if kind is Kind.FLAG:
        return "true" if value else "false"
    if kind is Kind.NUMBER:
        return f"{value:f}".rstrip("0").rstrip(".")
    return str(value)


def stored_value(name: str, text: str | None) -> Any:
    """The other way round."""
    if text is None:
        return None
    kind = FIELDS[name]
    if kind is Kind.DATETIME:
        return int(datetime.fromisoformat(text).timestamp())
    if kind is Kind.FLAG:
        return int(text == "true")
    if kind is Kind.NUMBER:
        return float(text)
    return int(text) if kind is Kind.WHOLE else text


def _row(table: Table, row: Mapping[str, Any]) -> Row:
    return tuple(row[name] for name in COLUMNS[table])


def _failed(ref: Ref, code: str, text: str) -> Outcome:
    return Outcome(ref, Result.FAILED, code, text)
