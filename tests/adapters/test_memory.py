"""The memory adapter keeps the adapter's contract, and its faults strike when and how they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from connector.errors import BudgetSpent
from connector.model import CONTACT, LEAD, Ref
from connector.ports import Result, Table, Update
from tests.adapters.contract import AdapterContract, World
from tests.adapters.journal import Remembered
from tests.adapters.memory import Killed, MemoryAdapter, MemoryCrm


@dataclass
class MemoryWorld:
    """A memory CRM from behind."""

    crm: MemoryCrm = field(default_factory=MemoryCrm)
    org: str = "test"

    def adapter(self) -> MemoryAdapter:
        return self.crm.adapter()

    def add(self, table: Table, **columns: Any) -> str:
        return self.crm.add(table, **columns)

    def edit(self, table: Table, id: str, **columns: Any) -> None:
        self.crm.edit(table, id, **columns)

    def delete(self, table: Table, id: str) -> None:
        self.crm.delete(table, id)

    def merge(self, table: Table, loser: str, winner: str) -> None:
        self.crm.merge(table, loser, winner)

    def convert(self, lead: str) -> str:
        return self.crm.convert(lead, "SQL")

    def value(self, ref: Ref, field: str) -> str | None:
        return self.crm.value(ref, field)

    def refuse(self, id: str) -> None:
        self.crm.faults.refuse[id] = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "a budget is required")

    def colleague(self) -> str:
        return "user-rep"

    def touch_task(self, id: str) -> None:
        self.crm.own_tasks[id].touched = True

    def complete_task(self, id: str) -> None:
        self.crm.own_tasks[id].touched = True
        self.crm.own_tasks[id].is_open = False

    def completed(self, id: str) -> bool:
        return id in self.crm.own_tasks and not self.crm.own_tasks[id].is_open


class TestContract(AdapterContract):
    """The suite every adapter passes."""

    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld()


@pytest.fixture
def crm() -> MemoryCrm:
    return MemoryCrm()


def update(crm: MemoryCrm, status: str = "SQL") -> Update:
    return Update(Ref(crm.org, LEAD, crm.add(Table.LEAD, status="Inquiry")), {"status": status})


def test_killed_before_a_request_nothing_is_written(crm: MemoryCrm) -> None:
    """A process that dies before its request was served leaves the CRM as it was."""
    change, adapter = update(crm), crm.adapter()
    crm.faults.kill_before.add(1)
    with pytest.raises(Killed):
        list(adapter.write([change], adapter.way(1), Remembered()))
    assert crm.value(change.ref, "status") == "Inquiry"


def test_killed_after_a_request_it_is_written(crm: MemoryCrm) -> None:
    """A process that dies after its request was served leaves the new value, and nobody told it."""
    change, adapter = update(crm), crm.adapter()
    crm.faults.kill_after.add(1)
    with pytest.raises(Killed):
        list(adapter.write([change], adapter.way(1), Remembered()))
    assert crm.value(change.ref, "status") == "SQL"


@pytest.mark.parametrize(("fault", "value"), [("unanswered", "SQL"), ("lost", "Inquiry")])
def test_an_unanswered_request_is_unknown(crm: MemoryCrm, fault: str, value: str) -> None:
    """Whether carried out or not, a request without an answer is unknown."""
    change, adapter = update(crm), crm.adapter()
    getattr(crm.faults, fault).add(1)
    (outcome,) = adapter.write([change], adapter.way(1), Remembered())
    assert outcome.result is Result.UNKNOWN
    assert crm.value(change.ref, "status") == value


def test_a_spent_budget_stops(crm: MemoryCrm) -> None:
    """Once the calls are gone, the next one raises."""
    adapter = crm.adapter()
    crm.faults.spent_after = 1
    adapter.count(Table.LEAD)
    with pytest.raises(BudgetSpent):
        adapter.count(Table.LEAD)


def test_a_killed_bulk_job_settles_as_it_stands(crm: MemoryCrm) -> None:
    """Killed right after the upload was declared complete, settling finds every row written."""
    changes, adapter = [update(crm) for _ in range(3)], crm.adapter(rows_to=1)
    journal = Remembered()
    crm.faults.kill_after.add(3)
    with pytest.raises(Killed):
        list(adapter.write(changes, adapter.way(3), journal))
    outcomes = list(crm.adapter().settle(journal.last_job, [change.ref for change in changes], Remembered()))
    assert {outcome.result for outcome in outcomes} == {Result.WRITTEN}


def test_an_automation_runs_after_a_write(crm: MemoryCrm) -> None:
    """A flow of the org changes what it likes after our write, so that a canary has something to find."""

    def reassign(crm: MemoryCrm, table: Table, row: dict[str, Any]) -> None:
        row["owner_id"] = "somebody"

    change, adapter = update(crm), crm.adapter()
    crm.automation = reassign
    list(adapter.write([change], adapter.way(1), Remembered()))
    (snapshot,) = adapter.snapshot([change.ref])
    assert snapshot.fields["owner_id"] == "somebody"


def test_a_field_taken_away_is_missing(crm: MemoryCrm) -> None:
    """A field the org lacks is named as missing and refuses writes."""
    crm.writable[CONTACT] = crm.writable[CONTACT] - {"status"}
    adapter = crm.adapter()
    contact = Ref(crm.org, CONTACT, crm.add(Table.CONTACT))
    assert adapter.schema().objects[CONTACT].missing == ("status",)
    (outcome,) = adapter.write([Update(contact, {"status": "SQL"})], adapter.way(1), Remembered())
    assert outcome.result is Result.FAILED
