"""Tests of connector.sync.full and reconcile: reads are proved complete, and what left no trace is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from connector.errors import CrmFailed
from connector.model import CONTACT, LEAD
from connector.ports import Batch, Mark, Table
from connector.sync import How, sync
from tests.adapters.memory import MemoryAdapter
from tests.sync.org import NOW, POLICY, Office, evidence, furnish, judge_all


class Faulty(MemoryAdapter):
    """An adapter whose reads and listings go wrong."""

    lose_rows = 0
    lose_mark = False
    lose_ids = False
    passed_over = 0
    while_reading = staticmethod(lambda: None)

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        for batch in super().read(table, since):
            if table is Table.LEAD and since is None:
                rows = batch.rows[self.lose_rows :]
                batch = msgspec.structs.replace(batch, rows=rows, passed_over=self.passed_over)
                self.while_reading()
            yield msgspec.structs.replace(batch, mark=None) if self.lose_mark else batch

    def count(self, table: Table) -> int:
        return super().count(table) + (self.passed_over if table is Table.LEAD else 0)

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        for page in super().ids(table):
            yield page[1:] if self.lose_ids else page


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A small org."""
    office = Office(tmp_path)
    furnish(office.crm)
    yield office
    office.close()


def synced(office: Office, adapter: MemoryAdapter, how: How = How.CHANGES) -> dict[str, int]:
    """One sync with that adapter."""
    return sync(office.mirror, adapter, office.ledger, POLICY, mapping="m1", now=office.clock, how=how).read


def test_a_read_that_lost_rows_is_refused(office: Office) -> None:
    """Fewer rows than the org counts: the sync stops, says how many are missing, and the table starts again."""
    adapter = Faulty(office.crm)
    adapter.lose_rows = 1
    with pytest.raises(CrmFailed, match="3 lead rows, but 2 could be read") as told:
        synced(office, adapter)
    assert "connector sync" in told.value.next
    assert not office.mirror.notes.is_known(Table.LEAD)
    assert synced(office, office.crm.adapter())["lead"] == 3
    assert len([who for who in evidence(office.mirror) if who[0] == LEAD]) == 3


def test_a_second_full_read_that_lost_rows_takes_nobody_out(office: Office) -> None:
    """People who did not come again because a page was lost stay."""
    synced(office, office.crm.adapter())
    adapter = Faulty(office.crm)
    adapter.lose_rows = 1
    with pytest.raises(CrmFailed, match="could be read"):
        synced(office, adapter, How.FULL)
    assert len(evidence(office.mirror)) == 4


def test_rows_that_come_and_go_meanwhile_are_no_fault(office: Office) -> None:
    """Leads made and deleted while leads are read explain a number that does not fit; they are read the next time."""
    adapter = Faulty(office.crm)

    def hurry() -> None:
        for _ in range(3):
            office.crm.add(Table.LEAD, status="Inquiry")
        office.crm.delete(Table.LEAD, sorted(office.crm.tables[Table.LEAD])[0])

    adapter.while_reading = hurry  # type: ignore[assignment]
    synced(office, adapter)
    synced(office, office.crm.adapter())
    anew = office.open("anew.db")
    office.sync(anew)
    assert evidence(anew) == evidence(office.mirror)


def test_rows_that_are_passed_over_count(office: Office) -> None:
    """Rows that were read but are none of ours belong to what the org counts."""
    adapter = Faulty(office.crm)
    adapter.passed_over = 5
    assert synced(office, adapter)["lead"] == 3


@pytest.mark.parametrize("how", [How.FULL, How.CHANGES])
def test_a_read_without_an_end_is_refused(office: Office, how: How) -> None:
    """A read that ends without a mark has broken off."""
    if how is How.CHANGES:
        synced(office, office.crm.adapter())
    adapter = Faulty(office.crm)
    adapter.lose_mark = True
    with pytest.raises(CrmFailed):
        synced(office, adapter, how)


def test_reconciling_finds_what_left_no_trace(office: Office) -> None:
    """A record deleted without a trace goes, one that never came comes, an activity deleted without a trace goes."""
    crm = office.crm
    here, there = sorted(crm.tables[Table.LEAD])[:2]
    crm.add(Table.TASK, lead_id=here, at=crm.now, kind="call", direction="out", outcome="")
    office.sync()
    judge_all(office.mirror)
    for table, id in ((Table.LEAD, there), (Table.TASK, *crm.tables[Table.TASK])):
        del crm.tables[table][id]
    new = crm.add(Table.CONTACT, email="new@x.org")
    crm.tables[Table.CONTACT][new]["_seq"] = 0
    office.sync()
    assert (LEAD, there) in evidence(office.mirror)
    assert (CONTACT, new) not in evidence(office.mirror)
    office.sync(how=How.RECONCILE)
    found = evidence(office.mirror)
    assert (LEAD, there) not in found
    assert (CONTACT, new) in found
    assert found[LEAD, here].activities == ()
    assert judge_all(office.mirror) >= {(LEAD, here), (CONTACT, new)}


def test_a_listing_that_lost_ids_takes_nobody_out(office: Office) -> None:
    """If the listing of ids is not whole, nothing is taken out because of it."""
    office.sync()
    adapter = Faulty(office.crm)
    adapter.lose_ids = True
    with pytest.raises(CrmFailed, match="listed"):
        synced(office, adapter, How.RECONCILE)
    assert len(evidence(office.mirror)) == 4


def test_progress_is_told(office: Office) -> None:
    """Whoever shows a bar hears of every table: rows so far, and how many are expected where that is known."""
    told: list[tuple[Table, int, int | None]] = []
    office.mirror.close()
    office.mirror = office.open("other.db")
    sync(
        office.mirror,
        office.crm.adapter(page=2),
        office.ledger,
        POLICY,
        mapping="m1",
        now=NOW,
        progress=lambda table, rows, expected: told.append((table, rows, expected)),
    )
    assert [step for step in told if step[0] is Table.LEAD] == [
        (Table.LEAD, 0, 3),
        (Table.LEAD, 2, 3),
        (Table.LEAD, 3, 3),
    ]
