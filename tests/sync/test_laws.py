"""Laws of sync, over whatever people may do in a CRM."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.sync import How
from tests.sync.org import Edits, Office, evidence, furnish, judge_all, settled

Choose = Callable[[Sequence[Any]], Any]


def follow(choose: Choose, rounds: int, most: int) -> None:
    """Follows an org that is edited between syncs, then reads it anew and compares."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        furnish(office.crm)
        edits = Edits(office.crm, choose)
        edits.some(most)
        office.sync()
        judge_all(office.mirror)
        for _ in range(rounds):
            before = evidence(office.mirror)
            edits.some(most)
            office.sync(how=choose([How.CHANGES, How.CHANGES, How.CHANGES, How.RECONCILE, How.FULL]))
            after = evidence(office.mirror)
            changed = {who for who in after if who not in before or settled(after[who]) != settled(before[who])}
            assert changed <= judge_all(office.mirror)
        anew = office.open("anew.db")
        office.sync(anew)
        assert evidence(anew) == evidence(office.mirror)
        anew.close()
        office.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_following_is_as_good_as_reading_anew(data: st.DataObject) -> None:
    """After any edits and syncs in between, the mirror holds what a new one that reads everything holds; and whoever's
    evidence changed was marked."""
    follow(lambda values: data.draw(st.sampled_from(values)), rounds=2, most=6)


@pytest.mark.parametrize("seed", range(8))
def test_following_many_edits_is_as_good_as_reading_anew(seed: int) -> None:
    """The same over hundreds of edits in a row."""
    follow(random.Random(seed).choice, rounds=8, most=40)
