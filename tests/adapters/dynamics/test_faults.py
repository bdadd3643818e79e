"""Whatever goes wrong on the wire while a plan is applied: every row is written once, and the ledger knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.apply import Tools, apply
from connector.model import LEAD, Change, Ref
from connector.policy.model import Limits
from connector.sandbox.dynamics.base import INTEGRATION_ID
from connector.store.ledger import Ledger, State
from tests.adapters.dynamics.world import ORG, DynamicsWorld
from tests.store.ledger.open import Clock, planned

LEADS = 230
FAULTS: dict[str, dict[str, Any]] = {
    "carried out, no answer": {"drop": 0},
    "neither": {"drop": 0, "carried_out": False},
    "half an answer": {"drop": 300},
    "an answer cut short as if it were whole": {"truncate": 700},
    "a gateway's page": {"status": 502, "body": "html"},
    "a gateway's page after it was carried out": {"status": 504, "body": "html", "carried_out": True},
    "busy": {"status": 503, "retry_after": 7},
    "too many": {"status": 429, "retry_after": 11, "code": "0x80072322", "message": "Number of requests exceeded"},
    "slow": {"latency": 0.05},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_every_row_once(world: DynamicsWorld, tmp_path: Path, fault: dict[str, Any]) -> None:
    """Two of the requests that write meet the fault; in the end nothing is missing and nothing was done twice."""
    ids = [f"{number:08x}-0000-4000-8000-000000000001" for number in range(LEADS)]
    number = next(o.value for o in world.crm.entities["lead"].by_name["statuscode"].options if o.label == "Inquiry")
    world.crm.load("lead", ["leadid", "lastname", "statecode", "statuscode"], [[id, "Doe", 0, number] for id in ids])
    given = {"field": "status", "before": "Inquiry", "after": "SQL", "rule": "normalise", "because": "", "version": ""}
    changes = [Change(ref=Ref(ORG, LEAD, id), **given) for id in ids]  # type: ignore[arg-type]
    adapter = world.adapter()
    list(adapter.snapshot([changes[0].ref]))  # all that is asked once is known; from now on batches are writes
    before = len(world.waits.seconds)
    world.faults.add(path=r"\$batch", times=2, first=2, **fault)
    with Ledger.open(tmp_path / "ledger.db", ORG, Clock()) as ledger, ledger.lease("connector test") as lease:
        limits = Limits(floor=100_000)
        tools = Tools(adapter=adapter, ledger=ledger, lease=lease, limits=limits, wait=lambda seconds: None)
        header = planned(ledger, lease, changes)
        apply(header.id, tools, by="ann", attended=True)
        assert {entry.state for entry in ledger.changes.each(header.number)} == {State.APPLIED}
    assert world.faults.wire[-1].hits == 2
    query = "SELECT count(*), count(DISTINCT objectid) FROM audit WHERE userid = ? AND action = 2"
    assert world.crm.storage.reader().execute(query, (INTEGRATION_ID,)).fetchone() == (LEADS, LEADS)
    if fault.get("retry_after"):
        assert float(fault["retry_after"]) in world.waits.seconds[before:]
