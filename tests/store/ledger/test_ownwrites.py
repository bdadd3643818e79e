"""What we wrote ourselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from connector.model import OwnWrite, Ref
from connector.ports import Way
from connector.store.ledger import Batch, Settled, State
from connector.store.ledger.journal import SOON
from tests.store.ledger.open import NOON, ORG, Clock, change, opened, planned

WAY = Way("rows", 200)


def test_only_what_was_applied(tmp_path: Path) -> None:
    """Planned, intended, failed and conflicting changes are no writes of ours."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        assert not ledger.has_writes()
        ids = [f"00Q{n}" for n in range(7)]
        plan = planned(ledger, lease, [change(one) for one in ids])
        ledger.journal.intend(plan, Batch(1, WAY, False), [(seq, None) for seq in range(2, 8)], [], lease)
        assert not ledger.has_writes()
        states = [State.APPLIED, State.FAILED, State.CONFLICT, State.SKIPPED, State.ALREADY]
        ledger.journal.settle(plan, [Settled(seq, state) for seq, state in enumerate(states, 3)], lease)
        assert ledger.has_writes()
        refs = [Ref(ORG, "lead", one) for one in ids]
        assert ledger.own_writes(refs) == [OwnWrite(refs[2], "status", "Open", "Inquiry", "normalise", NOON)]
        assert ledger.own_writes([Ref(ORG, "contact", "00Q2"), Ref("other", "lead", "00Q2")]) == []


def test_in_order_of_time(tmp_path: Path) -> None:
    """Writes of several plans to one record come oldest first."""
    clock = Clock()
    with opened(tmp_path, clock) as (ledger, lease):
        for after in ("A", "B", "C"):
            plan = planned(ledger, lease, [change("00Q1", after)])
            ledger.journal.intend(plan, Batch(1, WAY, False), [(1, None)], [], lease)
            ledger.journal.settle(plan, [Settled(1, State.APPLIED)], lease)
            clock.forward(10)
        assert [write.after for write in ledger.own_writes([Ref(ORG, "lead", "00Q1")])] == ["A", "B", "C"]


def test_settled_late(tmp_path: Path) -> None:
    """A write that was settled days after it was sent was carried out soon after that, and its time says so."""
    clock = Clock()
    with opened(tmp_path, clock) as (ledger, lease):
        plan = planned(ledger, lease, [change("00Q1"), change("00Q2")])
        ledger.journal.intend(plan, Batch(1, WAY, False), [(1, None), (2, None)], [], lease)
        ledger.journal.settle(plan, [Settled(1, State.APPLIED)], lease)
    clock.forward(3 * 86_400)
    with opened(tmp_path, clock) as (ledger, lease):
        ledger.journal.settle(plan, [Settled(2, State.APPLIED, seen=True)], lease)
        times = [write.at for write in ledger.own_writes([Ref(ORG, "lead", f"00Q{n}") for n in (1, 2)])]
    assert times == [NOON, NOON + timedelta(seconds=SOON)]


def test_very_many(tmp_path: Path) -> None:
    """A page of thousands of records takes a few queries and misses none."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        ids = [f"00Q{n:05d}" for n in range(2_500)]
        plan = planned(ledger, lease, [change(one) for one in ids])
        seqs = range(1, 2_501)
        ledger.journal.intend(plan, Batch(1, WAY, False), [(seq, None) for seq in seqs], [], lease)
        ledger.journal.settle(plan, [Settled(seq, State.APPLIED) for seq in seqs], lease)
        found = ledger.own_writes([Ref(ORG, "lead", one) for one in reversed(ids)])
    assert sorted(write.ref.id for write in found) == ids
