"""Reading a plan's changes."""

from __future__ import annotations

from pathlib import Path

from connector.model import Ref
from connector.ports import Way
from connector.store.ledger import Batch, Settled, State
from tests.store.ledger.open import ORG, Clock, change, opened, planned


def test_pages_in_both_directions(tmp_path: Path) -> None:
    """A long plan comes whole and in order, forwards, backwards, and from any row on."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        plan = planned(ledger, lease, [change(f"00Q{n:05d}") for n in range(4_500)])
        each = ledger.changes.each
        assert [entry.seq for entry in each(plan.number)] == list(range(1, 4_501))
        assert [entry.seq for entry in each(plan.number, backwards=True)] == list(range(4_500, 0, -1))
        assert [entry.seq for entry in each(plan.number, after=4_400)] == list(range(4_401, 4_501))


def test_states_may_change_behind_the_reader(tmp_path: Path) -> None:
    """Rows that are settled while they are read neither come twice nor push others out."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        plan = planned(ledger, lease, [change(f"00Q{n:05d}") for n in range(4_500)])
        seen = []
        for entry in ledger.changes.each(plan.number, [State.PLANNED]):
            seen.append(entry.seq)
            if len(seen) % 1_000 == 0:
                ledger.journal.settle(plan, [Settled(seq, State.APPLIED) for seq in seen[-1_000:]], lease)
        assert seen == list(range(1, 4_501))


def test_of_a_record(tmp_path: Path) -> None:
    """Which plan changed a record, what, and when: for `explain`."""
    clock = Clock()
    with opened(tmp_path, clock) as (ledger, lease):
        ids = []
        for after in ("A", "B"):
            plan = planned(ledger, lease, [change("00Q1", after), change("00Q2", after)])
            ids.append(plan.id)
            ledger.journal.intend(plan, Batch(1, Way("rows", 1), False), [(1, None)], [], lease)
            clock.forward(10)
            ledger.journal.settle(plan, [Settled(1, State.APPLIED)], lease)
        found = ledger.changes.of(Ref(ORG, "lead", "00Q1"))
        assert [(plan_id, entry.change.after) for plan_id, entry in found] == [(ids[0], "A"), (ids[1], "B")]
        assert found[1][1].at == clock()
        assert ledger.changes.of(Ref(ORG, "lead", "00Q2")) == []


def test_counts(tmp_path: Path) -> None:
    """How many are in each state; a state that none is in counts nothing."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        plan = planned(ledger, lease, [change(f"00Q{n}") for n in range(5)])
        outcomes = [Settled(1, State.APPLIED, seen=True), Settled(2, State.FAILED), Settled(3, State.FAILED)]
        ledger.journal.settle(plan, outcomes, lease)
        counts = ledger.changes.counts(plan.number)
        assert [counts.of(state) for state in State] == [2, 0, 1, 2, 0, 0, 0]
        assert (counts.seen, counts.undone) == (1, 0)
