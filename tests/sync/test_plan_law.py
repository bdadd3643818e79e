"""The law that a night rests on: judging only whom sync has marked comes to what judging everybody anew comes to."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.judge import load
from connector.judging import judge_dirty
from connector.model import Alert, Change, Finding, Promise, Ref
from connector.policy import Policy
from connector.store.mirror import Mirror
from tests.people import policy
from tests.sync.org import Edits, Office, furnish

PRESETS = [policy(name, evidence={"complete": True}) for name in ("demand-gen", "services-firm", "simple")]
PRESETS.append(
    policy(
        evidence={"complete": True},
        sla={"effective_from": date(2026, 1, 1), "promise": {"worked": {"clock": "business", "limit": "16h"}}},
        score={"direct": ["demo", "inbound mail"]},
        teams={"ldr": {"departments": ["LDR"]}},
    )
)

Standing = tuple[list[Change], list[tuple[Ref, Finding]], list[tuple[Ref, Alert]], list[tuple[Ref, Promise]]]


def judged(office: Office, mirror: Mirror, policy: Policy) -> Standing:
    """Judges whom it concerns; what stands then. The version of a record says nothing about it."""
    judge_dirty(mirror, office.ledger, policy, load(policy), mirror.org_facts(), office.clock)
    changes = [msgspec.structs.replace(change, version="") for change in mirror.verdicts.changes()]
    verdicts = mirror.verdicts
    return changes, list(verdicts.findings()), list(verdicts.alerts()), list(verdicts.promises())


def nights(choose: Callable[[Sequence[Any]], Any], count: int, most: int) -> None:
    """Nights in an org that people work in by day, some of what is planned being applied; the last one compared."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        office.policy = choose(PRESETS)
        furnish(office.crm)
        edits = Edits(office.crm, choose)
        standing: Standing = ([], [], [], [])
        for _ in range(count):
            office.clock += timedelta(days=choose([1, 1, 100]))
            office.crm.now = int(office.clock.timestamp()) - 20_000
            edits.some(most)
            office.sync()
            standing = judged(office, office.mirror, office.policy)
            people = {change.ref for change in standing[0] if choose([True, False])}
            office.apply([change for change in standing[0] if change.ref in people])
            if choose([True, False]):
                judged(office, office.mirror, office.policy)
        office.clock += timedelta(days=choose([1, 40, 200]))
        office.sync()
        standing = judged(office, office.mirror, office.policy)
        anew = office.open("anew.db")
        office.sync(anew)
        assert judged(office, anew, office.policy) == standing
        anew.close()
        office.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_an_incremental_plan_is_a_full_plan(data: st.DataObject) -> None:
    """After any days and nights, what stands is what a new mirror of the org, judged from the start, would say."""
    nights(lambda values: data.draw(st.sampled_from(values)), count=2, most=6)


@pytest.mark.parametrize("seed", range(4))
def test_an_incremental_plan_is_a_full_plan_after_many_nights(seed: int) -> None:
    """The same over many edits and nights."""
    nights(random.Random(seed).choice, count=5, most=30)
