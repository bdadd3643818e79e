"""Traps of writing to Dataverse, met by a plan being applied: real apply, real wire, people who get in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connector.adapters.dynamics.adapter import DynamicsAdapter
from connector.apply import Tools, apply, undo
from connector.errors import NotPermitted
from connector.model import CONTACT, LEAD, Change, Ref
from connector.policy.model import Limits
from connector.ports import Result, Table, Task, Update
from connector.sandbox.dynamics.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.dynamics.catalogue import Option
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.rules import Automation, DuplicateRule, RowFault
from connector.store.ledger import Ledger, State
from tests.adapters.contract import DUE
from tests.adapters.dynamics.world import ORG, DynamicsWorld
from tests.adapters.journal import Remembered
from tests.store.ledger.open import Clock, planned

HUMAN = Options(user_id=ADMIN_ID)


@dataclass
class Desk:
    """A plan for some leads of the world, and what people do right before each batch of writes reaches the CRM."""

    world: DynamicsWorld
    folder: Path
    between: Callable[[int], None] = lambda number: None
    batches: int = 0
    sent: list[bytes] = field(default_factory=list)

    def adapter(self) -> DynamicsAdapter:
        """An adapter whose writes wait until `between` has been called with their number."""
        adapter = self.world.adapter()
        transport = adapter._session.transport
        real = transport.request

        def request(method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
            if str(url).endswith("$batch") and b"\nPATCH " in kwargs["data"]:
                self.batches += 1
                self.sent.append(kwargs["data"])
                self.between(self.batches)
            return real(method, url, *args, **kwargs)

        transport.request = request  # type: ignore[method-assign]
        return adapter

    def applied(self, *changes: Change, limits: Limits | None = None) -> list[tuple[State, str]]:
        """Applies these changes; state and code of each."""
        with Ledger.open(self.folder / "ledger.db", ORG, Clock()) as ledger, ledger.lease("connector test") as lease:
            given = limits or Limits(floor=100_000)
            tools = Tools(adapter=self.adapter(), ledger=ledger, lease=lease, limits=given, wait=lambda seconds: None)
            header = planned(ledger, lease, changes)
            ledger.journal.stage(header, "canary", lease)  # a few have been tried
            apply(header.id, tools, by="ann", attended=True)
            return [(entry.state, entry.code or "") for entry in ledger.changes.each(header.number)]

    def undone(self) -> list[State]:
        """Takes back the newest plan."""
        with Ledger.open(self.folder / "ledger.db", ORG, Clock()) as ledger, ledger.lease("connector test") as lease:
            limits = Limits(floor=100_000)
            tools = Tools(adapter=self.adapter(), ledger=ledger, lease=lease, limits=limits, wait=lambda seconds: None)
            (newest, *_) = ledger.plans.latest()
            header = undo(newest.id, ledger=ledger, lease=lease)
            ledger.journal.stage(header, "canary", lease)
            apply(header.id, tools, by="ann", attended=True)
            return [entry.state for entry in ledger.changes.each(header.number)]


@pytest.fixture
def desk(world: DynamicsWorld, tmp_path: Path) -> Desk:
    """Nobody gets in between unless a test says so."""
    return Desk(world, tmp_path)


def lead(world: DynamicsWorld, status: str = "Inquiry", **columns: Any) -> Ref:
    made = {"last_name": "Doe", "company": "Acme", "status": status, **columns}
    return Ref(ORG, LEAD, world.add(Table.LEAD, **made))


def to(ref: Ref, after: str | None, before: str | None = "Inquiry", *, of: str = "status") -> Change:
    return Change(ref=ref, field=of, before=before, after=after, rule="normalise", because="so", version="")


def audited(world: DynamicsWorld, ref: Ref) -> int:
    """Audit rows that our own login left on the record."""
    query = "SELECT count(*) FROM audit WHERE objectid = ? AND userid = ?"
    return int(world.crm.storage.reader().execute(query, (ref.id, INTEGRATION_ID)).fetchone()[0])


@pytest.mark.trap("D23")
def test_touched_but_not_in_what_we_write(desk: Desk) -> None:
    """A row whose version moved between reread and write is reread; the value still holds: once more."""
    ref = lead(desk.world)
    desk.between = lambda number: number == 1 and desk.world.edit(Table.LEAD, ref.id, title="Buyer")  # type: ignore[assignment]
    assert desk.applied(to(ref, "SQL")) == [(State.APPLIED, "")]
    assert (desk.batches, desk.world.value(ref, "status"), desk.world.value(ref, "title")) == (2, "SQL", "Buyer")


@pytest.mark.trap("D24")
def test_a_salespersons_edit_is_never_overwritten(desk: Desk) -> None:
    """Somebody changes the very value between reread and write: it is a conflict, and theirs stays."""
    ref, other = lead(desk.world), lead(desk.world)
    desk.between = lambda number: number == 1 and desk.world.edit(Table.LEAD, ref.id, status="MQL")  # type: ignore[assignment]
    ended = desk.applied(*sorted([to(ref, "SQL"), to(other, "SQL")], key=lambda change: change.ref))
    assert {state for state, _ in ended} == {State.CONFLICT, State.APPLIED}
    assert (desk.world.value(ref, "status"), desk.world.value(other, "status")) == ("MQL", "SQL")
    assert audited(desk.world, ref) == 0


@pytest.mark.trap("D23")
def test_somebody_who_never_lets_go(desk: Desk) -> None:
    """A row that is touched every single time is a conflict in the end; nothing is forced."""
    ref = lead(desk.world)
    desk.between = lambda number: desk.world.edit(Table.LEAD, ref.id, title=f"try {number}")
    assert desk.applied(to(ref, "SQL")) == [(State.CONFLICT, "0x80060882")]
    assert (desk.batches, desk.world.value(ref, "status")) == (2, "Inquiry")


@pytest.mark.trap("D32")
def test_a_deleted_lead_stays_deleted(desk: Desk) -> None:
    """Deleted between reread and write: nothing is made anew under its id, and the plan says that it is gone."""
    ref = lead(desk.world)
    desk.between = lambda number: number == 1 and desk.world.delete(Table.LEAD, ref.id)  # type: ignore[assignment]
    assert desk.applied(to(ref, "SQL")) == [(State.SKIPPED, "GONE")]
    assert desk.world.crm.get(desk.world.crm.entities["lead"], ref.id) is None


@pytest.mark.trap("D19")
def test_across_states_and_back(desk: Desk) -> None:
    """A status reason of another state is written with its state; the undo puts back the very pair."""
    ref = lead(desk.world)
    assert desk.applied(to(ref, "Lost")) == [(State.APPLIED, "")]
    row = desk.world.crm.get(desk.world.crm.entities["lead"], ref.id)
    assert row is not None
    assert (row["statecode"], row["statuscode"]) == (2, 4)
    assert desk.undone() == [State.APPLIED]
    row = desk.world.crm.get(desk.world.crm.entities["lead"], ref.id)
    assert row is not None
    assert (row["statecode"], desk.world.value(ref, "status")) == (0, "Inquiry")


@pytest.mark.trap("D33")
def test_the_same_label_twice(desk: Desk) -> None:
    """Two options of one label: an undo puts back the very number that was there, not another of that name."""
    entity = desk.world.crm.entities["lead"]
    column = entity.by_name["statuscode"]
    twin = Option(value=999_000_001, label="Inquiry", state=0, managed=False)
    desk.world.crm.define(entity.with_attribute(replace(column, options=(*column.options, twin))))
    ref = lead(desk.world)
    desk.world.crm.update(desk.world.crm.entities["lead"], ref.id, {"statuscode": twin.value}, HUMAN)
    assert desk.applied(to(ref, "SQL")) == [(State.APPLIED, "")]
    assert desk.undone() == [State.APPLIED]
    row = desk.world.crm.get(desk.world.crm.entities["lead"], ref.id)
    assert row is not None
    assert row["statuscode"] == twin.value


@pytest.mark.trap("D38")
def test_equal_values_are_not_written(desk: Desk) -> None:
    """What somebody has entered meanwhile is not written again: no request, no audit row, no flow."""
    ref = lead(desk.world, status="SQL")
    before = desk.world.crm.version()
    assert desk.applied(to(ref, "SQL")) == [(State.ALREADY, "ALREADY")]
    assert (desk.batches, desk.world.crm.version(), audited(desk.world, ref)) == (0, before, 0)


@pytest.mark.trap("D38")
def test_only_what_changes_is_sent(desk: Desk) -> None:
    """One column of a row: audit and flows hear of that one and its state pair alone."""
    ref = lead(desk.world, disposition="Busy")
    desk.applied(to(ref, "Not ready", None, of="status_reason"))
    (sent,) = desk.sent
    assert b"conn_statusreason" in sent
    assert b"statuscode" not in sent
    assert b"conn_lastcalldisposition" not in sent


@pytest.mark.trap("D36")
def test_a_secured_column_is_no_target(world: DynamicsWorld) -> None:
    """Secured against us it is missing, not empty: it is not written, and the schema says that it is not there."""
    crm = world.crm
    entity = crm.entities["lead"]
    crm.define(entity.with_attribute(replace(entity.by_name["conn_statusreason"], secured=True)))
    with crm.storage.transaction() as db:
        db.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (INTEGRATION_ID,))
        db.execute("INSERT INTO role (roleid, name) VALUES ('r', 'Connector')")
        db.execute("INSERT INTO roleprivileges SELECT 'rp' || privilegeid, 'r', privilegeid, 8, 0 FROM privilege")
        db.execute("INSERT INTO systemuserroles VALUES ('ur', ?, 'r', 0)", (INTEGRATION_ID,))
    crm.after_write("role")
    adapter = world.adapter()
    assert "status_reason" in adapter.schema().objects[LEAD].missing
    assert "status_reason" not in adapter._targets(LEAD).fields
    assert "status" in adapter._targets(LEAD).fields


@pytest.mark.trap("D20")
def test_duplicates_do_not_stop_a_correction(desk: Desk) -> None:
    """A duplicate rule that both leads break is not run on their corrections: they were there before us."""
    desk.world.crm.rules.duplicate_rule = (DuplicateRule("lead", ("lastname",)),)
    refs = sorted(lead(desk.world) for _ in range(2))
    assert {state for state, _ in desk.applied(*(to(ref, "SQL") for ref in refs))} == {State.APPLIED}


@pytest.mark.trap("D28")
def test_deadlocks_pass(desk: Desk) -> None:
    """Every row deadlocks once: all are written, none fails."""
    desk.world.crm.rules.row_fault = (RowFault("lead", "update", times=1, each=True),)
    refs = sorted(lead(desk.world) for _ in range(7))
    assert {state for state, _ in desk.applied(*(to(ref, "SQL") for ref in refs))} == {State.APPLIED}
    assert [audited(desk.world, ref) for ref in refs] == [1] * 7


@pytest.mark.trap("D17")
def test_one_address_for_batch_and_rows(desk: Desk) -> None:
    """Rows inside a batch are addressed under the same version of the API as the batch itself."""
    desk.applied(to(lead(desk.world), "SQL"))
    (sent,) = desk.sent
    assert sent.count(b"PATCH /api/data/v9.2/leads(") == 1


def test_our_writes_can_be_told_and_wake_plug_ins(desk: Desk) -> None:
    """An automation of the environment runs on our write as on anybody's; nothing is bypassed unasked."""
    ref = lead(desk.world)
    number = next(o.value for o in desk.world.crm.entities["lead"].by_name["statuscode"].options if o.label == "SQL")
    flow = Automation("lead", "statuscode", becomes=(number,), set={"jobtitle": "touched"}, plugin=True)
    desk.world.crm.rules.automation = (flow,)
    desk.applied(to(ref, "SQL"))
    assert desk.world.value(ref, "title") == "touched"
    assert b"?tag=connector HTTP/1.1" in desk.sent[0]


@pytest.mark.trap("D1")
def test_tasks_are_bound_by_the_names_of_the_environment(world: DynamicsWorld) -> None:
    """A task about a lead and one about a contact hang on them; the name of the bind is asked, not guessed."""
    refs = [lead(world), Ref(ORG, CONTACT, world.add(Table.CONTACT, last_name="Doe"))]
    tasks = [
        Task(key=f"{n}:k", about=ref, owner_id=world.colleague(), subject="s", text="t", due=DUE)
        for n, ref in enumerate(refs)
    ]
    made = list(world.adapter().add_tasks(tasks, Remembered()))
    assert [one.result for one in made] == [Result.WRITTEN] * 2
    query = "SELECT regardingobjectid__type, regardingobjectid FROM task ORDER BY subcategory"
    assert world.crm.storage.reader().execute(query).fetchall() == [(ref.object, ref.id) for ref in refs]


def test_a_closed_row_is_refused_in_the_crms_own_words(world: DynamicsWorld) -> None:
    """Another column of a disqualified lead, without reopening it: Dynamics refuses, and that is what is reported."""
    ref = lead(world, status="Lost")
    adapter = world.adapter()
    (seen,) = adapter.reread([ref], ["status_reason"])
    assert seen.closed
    (outcome,) = adapter.write(
        [Update(ref, {"status_reason": "Not ready"}, seen.version)], adapter.way(1), Remembered()
    )
    assert (outcome.result, outcome.code) == (Result.FAILED, "0x80040230")
    reopening = Update(ref, {"status_reason": "Not ready", "status": "Inquiry"}, seen.version)
    (outcome,) = adapter.write([reopening], adapter.way(1), Remembered())
    assert outcome.result is Result.WRITTEN


def test_a_table_without_versions_is_not_written(desk: Desk) -> None:
    """Where optimistic concurrency is off, nothing is written at all, and check says so before."""
    crm = desk.world.crm
    refs = sorted(lead(desk.world) for _ in range(3))
    crm.define(crm.entities["lead"].changed(concurrency=False))
    with pytest.raises(NotPermitted, match="nothing is written"):
        desk.applied(*(to(ref, "SQL") for ref in refs))
    assert {desk.world.value(ref, "status") for ref in refs} == {"Inquiry"}
    (remark,) = desk.world.adapter().inspect(lambda: datetime.now(UTC)).remarks
    assert "concurrency is off for lead" in remark
