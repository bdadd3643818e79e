"""What every adapter must do, as one suite. A new CRM's test file subclasses `AdapterContract` and gives it a `World`.

    class TestMemory(AdapterContract):
        @pytest.fixture
        def world(self) -> World:
            return MemoryWorld()

A `World` is the CRM seen from behind: the hands of a user who adds, edits, merges and deletes. Columns are those of
`ports.COLUMNS`. Each claim below is about `ports.Adapter` only, so it holds whichever CRM stands behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

import pytest

from connector.errors import LeaseLost
from connector.model import CONTACT, LEAD, Ref
from connector.ports import (
    COLUMNS,
    Adapter,
    Batch,
    JobState,
    Mark,
    Outcome,
    Result,
    Row,
    Table,
    Task,
    TaskOutcome,
    Update,
    Way,
)
from tests.adapters.journal import Remembered

ODD = 'Left "Vmail"\nsecond line, Köln 日本 #1'
"""A text that breaks careless CSV and encodings."""

DUE = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
"""When tasks are due."""


class World(Protocol):
    """The CRM from behind."""

    org: str

    def adapter(self) -> Adapter:
        """A new adapter, as a new process would make it."""

    def add(self, table: Table, **columns: Any) -> str:
        """A user creates a row; gives its id."""

    def edit(self, table: Table, id: str, **columns: Any) -> None:
        """A user changes a row."""

    def delete(self, table: Table, id: str) -> None:
        """A user deletes a row."""

    def merge(self, table: Table, loser: str, winner: str) -> None:
        """A user merges two people."""

    def convert(self, lead: str) -> str:
        """A user converts a lead; gives the contact."""

    def value(self, ref: Ref, field: str) -> str | None:
        """What the CRM holds now, as canonical text."""

    def refuse(self, id: str) -> None:
        """From now on the CRM refuses every update of this record."""

    def colleague(self) -> str:
        """The id of an active user who may own tasks and is not connector's own."""

    def touch_task(self, id: str) -> None:
        """The colleague changes a task, without completing it."""

    def complete_task(self, id: str) -> None:
        """The colleague completes a task."""

    def completed(self, id: str) -> bool:
        """Whether this task, deleted or not, was ever completed (a cancelled one is not)."""


def everything(batches: Iterable[Batch]) -> tuple[list[Row], list[Row], list[tuple[str, str]], Mark | None]:
    """All batches of one read together: rows, gone, merged, mark."""
    rows: list[Row] = []
    gone: list[Row] = []
    merged: list[tuple[str, str]] = []
    mark: Mark | None = None
    for batch in batches:
        assert mark is None, "a batch came after the one with the mark"
        rows += batch.rows
        gone += batch.gone
        merged += batch.merged
        mark = batch.mark
    return rows, gone, merged, mark


def column(table: Table, row: Row, name: str) -> Any:
    """One column of a row."""
    return row[COLUMNS[table].index(name)]


class AdapterContract:
    """Subclass it where there is a `world` fixture, in the class or in conftest.py."""

    @pytest.fixture
    def adapter(self, world: World) -> Adapter:
        return world.adapter()

    def lead(self, world: World, **columns: Any) -> Ref:
        """A lead with the least a CRM asks for."""
        given = {"last_name": "Doe", "company": "Acme", "status": "Inquiry", **columns}
        return Ref(world.org, LEAD, world.add(Table.LEAD, **given))

    # -- schema ------------------------------------------------------------------------------------------------------

    def test_schema_knows_both_objects(self, adapter: Adapter) -> None:
        """The schema names leads and contacts, and the lead's status can be written."""
        schema = adapter.schema()
        assert set(schema.objects) >= {LEAD, CONTACT}
        assert schema.objects[LEAD].fields["status"].writable
        assert schema.org_id
        assert schema.user_id

    # -- read --------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("table", list(Table))
    def test_every_table_can_be_read(self, adapter: Adapter, table: Table) -> None:
        """Reading any table gives rows of the stated width, as many as the org counts, and one mark at the very end."""
        batches = list(adapter.read(table, None))
        rows, gone, merged, mark = everything(batches)
        assert len(rows) + sum(batch.passed_over for batch in batches) == adapter.count(table)
        assert mark is not None
        assert all(len(row) == len(COLUMNS[table]) for row in rows)
        assert not gone
        assert not merged

    def test_a_lead_comes_as_it_is(self, world: World, adapter: Adapter) -> None:
        """Texts come whole, with quotes, newlines and other alphabets; empty is None; times are whole seconds."""
        ref = self.lead(world, status=ODD, email="zoë@example.com", first_name=None)
        rows, _, _, _ = everything(adapter.read(Table.LEAD, None))
        row = next(row for row in rows if row[0] == ref.id)
        assert column(Table.LEAD, row, "status") == ODD
        assert column(Table.LEAD, row, "email") == "zoë@example.com"
        assert column(Table.LEAD, row, "first_name") is None
        assert column(Table.LEAD, row, "is_converted") == 0
        assert type(column(Table.LEAD, row, "created_at")) is int

    def test_an_account_has_what_its_contacts_show(self, world: World, adapter: Adapter) -> None:
        """A contact's company stands in the account; when it grows, the account comes again, with its size."""
        id = world.add(Table.ACCOUNT, name="Acme", employees=20)
        rows, _, _, mark = everything(adapter.read(Table.ACCOUNT, None))
        (before,) = [row for row in rows if row[0] == id]
        assert (column(Table.ACCOUNT, before, "employees"), column(Table.ACCOUNT, before, "industry")) == (20, None)
        world.edit(Table.ACCOUNT, id, employees=500)
        rows, _, _, _ = everything(world.adapter().read(Table.ACCOUNT, mark))
        assert [column(Table.ACCOUNT, row, "employees") for row in rows if row[0] == id] == [500]

    def test_a_second_read_brings_what_changed(self, world: World, adapter: Adapter) -> None:
        """From a mark on, changed and new rows come; the row that was changed is among them with its new value."""
        ref = self.lead(world)
        mark = everything(adapter.read(Table.LEAD, None))[3]
        world.edit(Table.LEAD, ref.id, status="SQL")
        new = self.lead(world, status="Raw")
        rows, _, _, later = everything(world.adapter().read(Table.LEAD, mark))
        seen = {row[0]: column(Table.LEAD, row, "status") for row in rows}
        assert seen[ref.id] == "SQL"
        assert seen[new.id] == "Raw"
        assert later is not None

    def test_marks_chain(self, world: World, adapter: Adapter) -> None:
        """Reading on from mark to mark misses nothing, even when nothing changed in between."""
        mark = everything(adapter.read(Table.LEAD, None))[3]
        mark = everything(adapter.read(Table.LEAD, mark))[3]
        refs = [self.lead(world) for _ in range(3)]
        rows, _, _, mark = everything(adapter.read(Table.LEAD, mark))
        assert {ref.id for ref in refs} <= {row[0] for row in rows}
        world.edit(Table.LEAD, refs[0].id, status="SQL")
        rows, _, _, _ = everything(adapter.read(Table.LEAD, mark))
        assert refs[0].id in {row[0] for row in rows}

    def test_deleted_rows_are_told(self, world: World, adapter: Adapter) -> None:
        """A row deleted since the mark comes as gone, never as a live row."""
        ref = self.lead(world)
        mark = everything(adapter.read(Table.LEAD, None))[3]
        world.delete(Table.LEAD, ref.id)
        rows, gone, _, _ = everything(adapter.read(Table.LEAD, mark))
        assert ref.id in {row[0] for row in gone}
        assert ref.id not in {row[0] for row in rows}

    def test_merged_people_are_told(self, world: World, adapter: Adapter) -> None:
        """After a merge the loser is gone and names its winner."""
        loser, winner = self.lead(world), self.lead(world)
        mark = everything(adapter.read(Table.LEAD, None))[3]
        world.merge(Table.LEAD, loser.id, winner.id)
        _, gone, merged, _ = everything(adapter.read(Table.LEAD, mark))
        assert (loser.id, winner.id) in merged
        assert loser.id in {row[0] for row in gone}

    def test_count_and_ids_agree_with_a_full_read(self, world: World, adapter: Adapter) -> None:
        """A full read can be proved complete: as many rows and the same ids as the org itself says."""
        for _ in range(9):
            self.lead(world)
        world.delete(Table.LEAD, self.lead(world).id)
        rows, _, _, _ = everything(adapter.read(Table.LEAD, None))
        ids = [one for page in adapter.ids(Table.LEAD) for one in page]
        assert adapter.count(Table.LEAD) == len(rows) == len(ids)
        assert sorted(ids) == sorted(row[0] for row in rows)

    def test_history_of_the_status_comes(self, world: World, adapter: Adapter) -> None:
        """A change of status leaves a history row with before and after."""
        ref = self.lead(world, status="Inquiry")
        mark = everything(adapter.read(Table.LEAD_HISTORY, None))[3]
        world.edit(Table.LEAD, ref.id, status="SQL")
        rows, _, _, _ = everything(adapter.read(Table.LEAD_HISTORY, mark))
        mine = [row[4:] for row in rows if column(Table.LEAD_HISTORY, row, "person_id") == ref.id]
        assert mine == [("Inquiry", "SQL")]

    # -- reread ------------------------------------------------------------------------------------------------------

    def test_reread_gives_canonical_text(self, world: World, adapter: Adapter) -> None:
        """Reread answers the text the CRM holds now, and leaves out what is no longer there."""
        here, gone = self.lead(world, status=ODD), self.lead(world)
        world.delete(Table.LEAD, gone.id)
        seen = list(adapter.reread([here, gone], ["status"]))
        assert [(each.ref, each.values["status"], each.locked) for each in seen] == [(here, ODD, None)]
        assert seen[0].version

    def test_a_converted_lead_is_locked(self, world: World, adapter: Adapter) -> None:
        """A converted lead says so, and is never written."""
        ref = self.lead(world)
        world.convert(ref.id)
        (seen,) = adapter.reread([ref], ["status"])
        assert seen.locked
        before = world.value(ref, "status")
        (outcome,) = adapter.write([Update(ref, {"status": "SQL"})], adapter.way(1), Remembered())
        assert outcome.result in (Result.FAILED, Result.CONFLICT)
        assert world.value(ref, "status") == before

    # -- write -------------------------------------------------------------------------------------------------------

    def write(self, adapter: Adapter, updates: Sequence[Update], way: Way, journal: Remembered) -> list[Outcome]:
        """Writes and checks that there is exactly one outcome per update."""
        outcomes = list(adapter.write(updates, way, journal))
        assert sorted(outcome.ref for outcome in outcomes) == sorted(update.ref for update in updates)
        return outcomes

    def way(self, adapter: Adapter, which: str) -> Way:
        """The adapter's way for few updates (`rows`) and for many (`bulk`), which some CRMs do not have."""
        way = adapter.way(1_000_000 if which == "bulk" else 1)
        if way.name != which == "bulk":
            pytest.skip("this CRM has no bulk jobs that could be written by")
        assert way.name == which
        return way

    def updates(self, adapter: Adapter, wanted: Mapping[Ref, Mapping[str, str | None]]) -> list[Update]:
        """Updates as `apply` makes them: of records that have just been reread, with their versions."""
        seen = {each.ref: each.version for each in adapter.reread(list(wanted), ["status"])}
        return [Update(ref, values, seen[ref]) for ref, values in wanted.items()]

    @pytest.mark.parametrize("which", ["rows", "bulk"])
    def test_written_values_arrive(self, world: World, adapter: Adapter, which: str) -> None:
        """What is written arrives letter for letter; the others stay; each outcome says written."""
        refs = [self.lead(world, status="Inquiry", disposition="Busy") for _ in range(3)]
        other = self.lead(world, status="Inquiry")
        texts = ["SQL", ODD, 'Ünï,"x"']
        wanted = {ref: {"status": text} for ref, text in zip(refs, texts, strict=True)}
        updates = self.updates(adapter, wanted)
        outcomes = self.write(adapter, updates, self.way(adapter, which), Remembered())
        assert {outcome.result for outcome in outcomes} == {Result.WRITTEN}
        assert [world.value(ref, "status") for ref in refs] == texts
        assert world.value(other, "status") == "Inquiry"
        assert world.value(refs[0], "disposition") == "Busy"

    @pytest.mark.parametrize("which", ["rows", "bulk"])
    def test_none_clears(self, world: World, adapter: Adapter, which: str) -> None:
        """None empties a field; a field that is not named stays."""
        ref = self.lead(world, disposition="Busy", status_reason="Not ready")
        self.write(adapter, self.updates(adapter, {ref: {"disposition": None}}), self.way(adapter, which), Remembered())
        assert world.value(ref, "disposition") is None
        assert world.value(ref, "status_reason") == "Not ready"

    @pytest.mark.parametrize("which", ["rows", "bulk"])
    def test_the_not_available_text_is_a_text(self, world: World, adapter: Adapter, which: str) -> None:
        """`#N/A` and `null` written as texts arrive as texts: they are no way of clearing a field."""
        refs = [self.lead(world, disposition="Busy") for _ in range(2)]
        updates = self.updates(adapter, {refs[0]: {"disposition": "#N/A"}, refs[1]: {"disposition": "null"}})
        self.write(adapter, updates, self.way(adapter, which), Remembered())
        assert [world.value(ref, "disposition") for ref in refs] == ["#N/A", "null"]

    @pytest.mark.parametrize("which", ["rows", "bulk"])
    def test_one_bad_row_does_not_stop_the_others(self, world: World, adapter: Adapter, which: str) -> None:
        """A refused row fails with the CRM's code and text; the rest is written."""
        refs = [self.lead(world) for _ in range(3)]
        world.refuse(refs[1].id)
        updates = self.updates(adapter, {ref: {"status": "SQL"} for ref in refs})
        outcomes = self.write(adapter, updates, self.way(adapter, which), Remembered())
        told = {outcome.ref: outcome for outcome in outcomes}
        assert [told[ref].result for ref in refs] == [Result.WRITTEN, Result.FAILED, Result.WRITTEN]
        assert told[refs[1]].code
        assert told[refs[1]].text
        assert [world.value(ref, "status") for ref in refs] == ["SQL", "Inquiry", "SQL"]

    @pytest.mark.parametrize("which", ["rows", "bulk"])
    def test_a_lost_lease_writes_nothing(self, world: World, adapter: Adapter, which: str) -> None:
        """If the lease is gone before the first writing request, nothing is written."""
        ref = self.lead(world)
        way = self.way(adapter, which)
        with pytest.raises(LeaseLost):
            list(adapter.write(self.updates(adapter, {ref: {"status": "SQL"}}), way, Remembered(lose_at=1)))
        assert world.value(ref, "status") == "Inquiry"

    @pytest.mark.parametrize("lose_at", [2, 3])
    def test_a_lease_lost_within_a_bulk_job_writes_nothing(self, world: World, adapter: Adapter, lose_at: int) -> None:
        """The lease is looked at before upload and before completion too: an uncompleted job changes nothing."""
        ref, way = self.lead(world), self.way(adapter, "bulk")
        with pytest.raises(LeaseLost):
            list(adapter.write([Update(ref, {"status": "SQL"})], way, Remembered(lose_at=lose_at)))
        assert world.value(ref, "status") == "Inquiry"

    # -- bulk jobs and their settling --------------------------------------------------------------------------------

    def test_a_job_is_journalled_before_each_step(self, world: World, adapter: Adapter) -> None:
        """The journal hears of the job when it exists, and again before its upload is declared complete."""
        journal = Remembered()
        self.write(adapter, [Update(self.lead(world), {"status": "SQL"})], self.way(adapter, "bulk"), journal)
        assert [state for _, state in journal.steps] == [JobState.CREATED, JobState.COMPLETE_SENT]
        assert len({job for job, _ in journal.steps}) == 1

    def test_settling_a_finished_job_reads_its_results(self, world: World, adapter: Adapter) -> None:
        """A process that died after the job was done learns from the job what became of each row."""
        refs = [self.lead(world) for _ in range(3)]
        world.refuse(refs[2].id)
        journal = Remembered()
        stream = adapter.write([Update(r, {"status": "SQL"}) for r in refs], self.way(adapter, "bulk"), journal)
        list(islice(stream, 1))
        outcomes = {o.ref: o.result for o in world.adapter().settle(journal.last_job, refs, Remembered())}
        assert outcomes == {refs[0]: Result.WRITTEN, refs[1]: Result.WRITTEN, refs[2]: Result.FAILED}

    @pytest.mark.parametrize("lose_at", [2, 3])
    def test_settling_an_open_job_aborts_it(self, world: World, adapter: Adapter, lose_at: int) -> None:
        """A job that was never completed is aborted: no row of it was, or ever will be, written."""
        ref = self.lead(world)
        journal, way = Remembered(lose_at=lose_at), self.way(adapter, "bulk")
        with pytest.raises(LeaseLost):
            list(adapter.write([Update(ref, {"status": "SQL"})], way, journal))
        (outcome,) = world.adapter().settle(journal.last_job, [ref], Remembered())
        assert outcome.result is Result.UNKNOWN
        assert world.value(ref, "status") == "Inquiry"

    def test_settling_a_job_nobody_knows_tells_nothing(self, world: World, adapter: Adapter) -> None:
        """A job that the CRM has forgotten leaves every row unknown, to be reread."""
        ref = self.lead(world)
        (outcome,) = adapter.settle("7500000000000ZZAAA", [ref], Remembered())
        assert (outcome.ref, outcome.result) == (ref, Result.UNKNOWN)

    # -- tasks of our own --------------------------------------------------------------------------------------------

    def task(self, world: World, key: str, about: Ref) -> Task:
        """A task for a colleague."""
        return Task(key=key, about=about, owner_id=world.colleague(), subject=f"Call {ODD}", text=ODD, due=DUE)

    def made(self, adapter: Adapter, tasks: Sequence[Task]) -> dict[str, TaskOutcome]:
        """Makes tasks and checks that there is exactly one outcome per task."""
        outcomes = list(adapter.add_tasks(tasks, Remembered()))
        assert sorted(outcome.key for outcome in outcomes) == sorted(task.key for task in tasks)
        return {outcome.key: outcome for outcome in outcomes}

    def test_a_task_is_found_by_its_key(self, world: World, adapter: Adapter) -> None:
        """Another process finds a task by the alert's key, open and untouched; keys never made are not answered."""
        ref = self.lead(world)
        keys = ["1:mql:7:breach", "1:mql:7:warn", "11:mql:7:breach", "1:m'q%l_:7:breach"]
        made = self.made(adapter, [self.task(world, key, ref) for key in keys])
        assert {outcome.result for outcome in made.values()} == {Result.WRITTEN}
        found = {task.key: task for task in world.adapter().tasks([*keys, "2:mql:7:breach"])}
        assert {key: task.id for key, task in found.items()} == {key: made[key].id for key in keys}
        assert all(task.is_open and not task.touched for task in found.values())
        assert [task.key for task in adapter.tasks([keys[0]])] == [keys[0]]
        assert list(adapter.tasks([])) == []

    def test_a_task_of_ours_is_no_activity(self, world: World, adapter: Adapter) -> None:
        """Neither an open nor a completed task of ours comes back as something that happened to the person."""
        refs = [self.lead(world), Ref(world.org, CONTACT, world.add(Table.CONTACT, last_name="Doe"))]
        before = everything(adapter.read(Table.TASK, None))[3]
        made = self.made(adapter, [self.task(world, f"{number}:k", ref) for number, ref in enumerate(refs)])
        for round_ in range(2):
            for batches in (world.adapter().read(Table.TASK, None), world.adapter().read(Table.TASK, before)):
                assert not {row[0] for row in everything(batches)[0]} & {one.id for one in made.values()}
            if not round_:
                world.complete_task(made["0:k"].id)

    def test_a_task_of_ours_does_not_stop_a_canary(self, world: World, adapter: Adapter) -> None:
        """Between two snapshots of a record a task of ours is neither a changed field nor something hanging on it."""
        ref = self.lead(world)
        (before,) = adapter.snapshot([ref])
        self.made(adapter, [self.task(world, "1:k", ref)])
        (after,) = adapter.snapshot([ref])
        changed = {name for name in after.fields if before.fields[name] != after.fields[name]}
        assert changed <= after.moving
        assert before.around == after.around

    def test_somebody_elses_hand_is_seen(self, world: World, adapter: Adapter) -> None:
        """A task that a colleague changed is touched; one they completed is not open."""
        made = self.made(adapter, [self.task(world, key, self.lead(world)) for key in ("1:k", "2:k", "3:k")])
        world.touch_task(made["1:k"].id)
        world.complete_task(made["2:k"].id)
        found = {task.key: task for task in adapter.tasks(["1:k", "2:k", "3:k"])}
        assert (found["1:k"].is_open, found["1:k"].touched) == (True, True)
        assert not found["2:k"].is_open
        assert not found["3:k"].touched

    def test_a_task_is_taken_back_not_completed(self, world: World, adapter: Adapter) -> None:
        """Taken back it is no longer open work, and was never completed; taking back twice is no error."""
        made = self.made(adapter, [self.task(world, key, self.lead(world)) for key in ("1:k", "2:k")])
        found = list(adapter.tasks(["1:k"]))
        for _ in range(2):
            (outcome,) = adapter.take_back_tasks(found, Remembered())
            assert (outcome.key, outcome.result) == ("1:k", Result.WRITTEN)
        assert not any(task.is_open for task in world.adapter().tasks(["1:k"]))
        assert [task.is_open for task in world.adapter().tasks(["2:k"])] == [True]
        assert not world.completed(made["1:k"].id)

    def test_one_bad_task_does_not_stop_the_others(self, world: World, adapter: Adapter) -> None:
        """A task about a person who is gone fails with code and text; the others are made."""
        here, gone = self.lead(world), self.lead(world)
        world.delete(Table.LEAD, gone.id)
        refs = {"1:k": gone, "2:k": here}
        made = self.made(adapter, [self.task(world, key, ref) for key, ref in refs.items()])
        assert [made[key].result for key in refs] == [Result.FAILED, Result.WRITTEN]
        assert made["1:k"].code
        assert made["1:k"].text

    def test_a_lost_lease_makes_no_task(self, world: World, adapter: Adapter) -> None:
        """If the lease is gone, no task is made and none is taken back."""
        task = self.task(world, "1:k", self.lead(world))
        with pytest.raises(LeaseLost):
            list(adapter.add_tasks([task], Remembered(lose_at=1)))
        assert list(adapter.tasks(["1:k"])) == []
        self.made(adapter, [task])
        with pytest.raises(LeaseLost):
            list(adapter.take_back_tasks(list(adapter.tasks(["1:k"])), Remembered(lose_at=1)))
        assert [one.is_open for one in adapter.tasks(["1:k"])] == [True]

    # -- canary, links, budget ---------------------------------------------------------------------------------------

    def test_snapshots_show_what_changed(self, world: World, adapter: Adapter) -> None:
        """Between two snapshots an unrelated change shows, in a field or in what hangs on the record."""
        ref = self.lead(world, title="Buyer")
        (before,) = adapter.snapshot([ref])
        world.edit(Table.LEAD, ref.id, title="Chief Buyer")
        (after,) = adapter.snapshot([ref])
        changed = {name for name in after.fields if before.fields[name] != after.fields[name]} - after.moving
        assert len(changed) == 1
        assert not changed & set(before.own.values())
        assert before.own["status"] in before.fields
        assert before.around == after.around
        assert sum(before.around.values()) == 0

    def test_calls_are_counted(self, adapter: Adapter) -> None:
        """Every request counts as ours."""
        before = adapter.budget().ours
        adapter.count(Table.LEAD)
        assert adapter.budget().ours > before

    def test_a_plan_can_be_estimated(self, adapter: Adapter) -> None:
        """More updates take more calls, none take none, and no more than one call per record."""
        assert adapter.calls_for(0) == 0
        estimates = [adapter.calls_for(updates) for updates in (1, 200, 2_000, 100_000)]
        assert estimates == sorted(estimates)
        assert estimates[-1] < 100_000

    def test_a_record_has_an_address(self, world: World, adapter: Adapter) -> None:
        """People can look the record up."""
        assert adapter.url(Ref(world.org, LEAD, "x1")).startswith("http")
