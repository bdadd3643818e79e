"""Estimates of requests: none for nothing, never more than are really made, and rarely much fewer."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.adapters.dynamics.calls import ROWS, calls_for, way
from connector.adapters.dynamics.reread import IDS_PER_CALL
from connector.adapters.dynamics.writing import BATCH
from connector.apply import Tools, apply
from connector.model import LEAD, Change, Ref
from connector.policy.model import Limits
from connector.ports import Table
from connector.store.ledger import Ledger
from tests.adapters.dynamics.world import ORG, DynamicsWorld
from tests.store.ledger.open import Clock, planned


def test_one_way() -> None:
    """However many updates, they go as rows; a journalled batch is several requests that can go side by side."""
    assert {way().name} == {"rows"}
    assert way().size == ROWS == 10 * BATCH
    assert way(batch=1).size == 10


@pytest.mark.parametrize(("updates", "more"), [(0, 0), (1, 0), (3, 0), (4, 2), (103, 2), (104, 3)])
def test_what_each_batch_adds(updates: int, more: int) -> None:
    """Three go first; then a reread and a write per hundred."""
    least = calls_for(3, login=False)
    assert calls_for(updates, login=False) == (0 if updates == 0 else least + more)
    assert calls_for(updates, login=True) == (0 if updates == 0 else least + more + 1)


def test_large_plans() -> None:
    """20,000 corrections: 200 writes, and a reread per 400 of each thousand."""
    found = calls_for(20_003, login=False) - calls_for(3, login=False)
    assert found == 200 + 20 * -(-ROWS // IDS_PER_CALL)


def test_never_more_than_are_made(world: DynamicsWorld, tmp_path: Path) -> None:
    """A plan for 150 leads, applied from scratch, takes no fewer requests than told, and not twice as many."""
    ids = [world.add(Table.LEAD, last_name="Doe", company="A", status="Inquiry") for _ in range(150)]
    changes = [
        Change(
            ref=Ref(ORG, LEAD, id),
            field="status",
            before="Inquiry",
            after="SQL",
            rule="normalise",
            because="",
            version="",
        )
        for id in sorted(ids)
    ]
    adapter = world.adapter()
    with Ledger.open(tmp_path / "ledger.db", ORG, Clock()) as ledger, ledger.lease("connector test") as lease:
        limits = Limits(floor=100_000)
        tools = Tools(adapter=adapter, ledger=ledger, lease=lease, limits=limits, wait=lambda seconds: None)
        apply(planned(ledger, lease, changes).id, tools, by="ann", attended=True)
    told, made = adapter.calls_for(150), adapter.budget().ours
    assert told <= made <= 2 * told
