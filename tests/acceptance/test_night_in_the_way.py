"""`connector run` while another command is at work on the org, as cron begins both in the same second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connector.cli.night import PAUSES
from connector.errors import LeaseHeld
from connector.night import patient_night
from connector.slapass import NIGHT_LEASE
from connector.store.ledger import NightEnd
from tests.acceptance.site import CLEANUP, Site, site
from tests.acceptance.test_night import Waits, opened


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Site]:
    """An empty org that was read once."""
    with site(tmp_path, policy=CLEANUP) as made:
        made.connector.ask("sync")
        yield made


def test_a_sync_in_the_way_is_waited_for(at: Site) -> None:
    """It holds the lease for the first two tries: then the night is done, and stands there once."""
    with opened(at) as other, ExitStack() as sync:
        sync.enter_context(other.lease())
        waits = Waits(lambda: sync.close() if len(waits.seconds) == 2 else None)
        with opened(at) as org:
            done = patient_night(org, PAUSES, wait=waits)
            assert [one.outcome for one in org.ledger.nights.latest(9)] == [done.outcome] == [NightEnd.DONE]
    assert waits.seconds == [1, 2]


def test_who_stays_in_the_way_is_written_down(at: Site) -> None:
    """After ten minutes: `status` shows a night that did not take place, and who was in the way."""
    waits = Waits()
    with opened(at) as other, other.lease(), opened(at) as org, pytest.raises(LeaseHeld):
        patient_night(org, PAUSES, wait=waits)
    assert sum(waits.seconds) == 600
    text = at.connector.tell("status")
    assert "did not take place" in text
    assert "has been working on org" in text


def test_another_night_is_not_waited_for(at: Site) -> None:
    """It is that one's night: nothing is written down of ours."""
    waits = Waits()
    with opened(at) as other, other.lease(NIGHT_LEASE), opened(at) as org:
        with pytest.raises(LeaseHeld):
            patient_night(org, PAUSES, wait=waits)
        assert org.ledger.nights.latest() == []
    assert waits.seconds == []
