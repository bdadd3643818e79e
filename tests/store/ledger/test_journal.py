"""The journal of an apply."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.errors import LeaseLost
from connector.ports import JobState, Way
from connector.store.ledger import Batch, Lease, Ledger, PlanHeader, Settled, State
from connector.store.ledger.lease import TTL
from tests.store.ledger.open import Clock, change, opened, planned

WAY = Way("bulk", 50_000)
Step = Callable[[Ledger, PlanHeader, Lease], object]
STEPS: dict[str, Step] = {
    "stage": lambda ledger, plan, lease: ledger.journal.stage(plan, "finished", lease),
    "intend": lambda ledger, plan, lease: ledger.journal.intend(plan, Batch(1, WAY, False), [(1, None)], [], lease),
    "settle": lambda ledger, plan, lease: ledger.journal.settle(plan, [Settled(1, State.APPLIED)], lease),
    "close": lambda ledger, plan, lease: ledger.journal.close(plan, 1, lease),
    "job": lambda ledger, plan, lease: ledger.journal.job(plan, 1, "750", JobState.CREATED, lease),
    "new canary": lambda ledger, plan, lease: ledger.journal.new_canary(plan, lease),
    "attend": lambda ledger, plan, lease: ledger.approvals.attend({"raw"}, plan.id, lease),
    "park": lambda ledger, plan, lease: ledger.parked.replace({"raw": "x"}, lease),
}


@pytest.mark.parametrize("step", STEPS)
def test_fenced(tmp_path: Path, step: str) -> None:
    """Not one step of the journal is committed once another process has taken over."""
    clock = Clock()
    with opened(tmp_path, clock) as (ledger, lease):
        plan = planned(ledger, lease, [change("00Q1")])
        lease._over.set()
        clock.forward(TTL + 1)
        with ledger.lease("the next") as after:
            dump = _dump(ledger)
            with pytest.raises(LeaseLost):
                STEPS[step](ledger, plan, lease)
            assert _dump(ledger) == dump
            STEPS[step](ledger, plan, after)


def test_open_batches(tmp_path: Path) -> None:
    """A crash finds every batch that is not closed, oldest first, with the jobs that are not settled."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        plan = planned(ledger, lease, [change("00Q1"), change("00Q2"), change("00Q3")])
        journal = ledger.journal
        for number in (1, 2, 3):
            journal.intend(plan, Batch(number, WAY, False), [(number, None)], [], lease)
            journal.job(plan, number, f"750{number}", JobState.CREATED, lease)
        journal.job(plan, 2, "7502", JobState.COMPLETE_SENT, lease)
        journal.close(plan, 1, lease)
        assert ledger.batches.open(plan) == [
            (Batch(2, WAY, False), ["7502"]),
            (Batch(3, WAY, False), ["7503"]),
        ]
        assert ledger.batches.next_number(plan) == 4
        assert [one.seq for one in ledger.changes.of_batch(plan.number, 2, State.INTENDED)] == [2]


def test_left_aside_with_the_intents(tmp_path: Path) -> None:
    """What is left alone is committed together with what is about to be sent; a batch of nothing is none."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        plan = planned(ledger, lease, [change("00Q1"), change("00Q2")])
        aside = Settled(1, State.CONFLICT, "CHANGED", "is 'X' now")
        ledger.journal.intend(plan, Batch(1, WAY, False), [], [aside], lease)
        assert ledger.batches.open(plan) == []
        first, second = ledger.changes.each(plan.number)
        assert (first.state, first.text, second.state) == (State.CONFLICT, "is 'X' now", State.PLANNED)


def test_kept_for_the_canary(tmp_path: Path) -> None:
    """What the canary's records looked like is there until it has passed."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        plan = planned(ledger, lease, [change("00Q1"), change("00Q2")])
        ledger.journal.intend(plan, Batch(1, WAY, True, b"[]"), [(1, None)], [], lease)
        ledger.journal.close(plan, 1, lease)
        assert ledger.batches.canaries(plan) == [Batch(1, WAY, True, b"[]")]
        ledger.journal.stage(plan, "canary", lease)
        assert ledger.batches.canaries(plan) == []
        assert ledger.plans.find(plan.id).canary_at is not None


def _dump(ledger: Ledger) -> list[object]:
    tables = ("plan", "change", "batch", "job", "attended", "parked", "hold")
    return [ledger._database.rows(f"SELECT * FROM {name} WHERE org = :org") for name in tables]
