"""The service protection limits, met by thousands of corrections: none fails, and hardly a request is sent in vain.

The sandbox counts as the documentation says: 6,000 requests and 20 minutes of execution per user in a sliding window of
300 seconds. Its clock is a test's; whoever waits moves it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.adapters.dynamics import connect
from connector.adapters.dynamics.adapter import DynamicsAdapter
from connector.adapters.dynamics.calls import ROWS
from connector.model import LEAD, Ref
from connector.ports import Result, Update, Way
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.protection import Protection
from connector.sandbox.dynamics.rules import Limits
from connector.sandbox.server import Sandbox
from tests.adapters.dynamics.world import ORG, DynamicsWorld
from tests.adapters.journal import Remembered


@dataclass
class Clock:
    """The environment's time: a millisecond per look, and as long as somebody waits."""

    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    waits: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> datetime:
        with self._lock:
            self.now += timedelta(milliseconds=1)
            return self.now

    def sleep(self, seconds: float) -> None:
        """Somebody waits."""
        with self._lock:
            self.waits.append(seconds)
            self.now += timedelta(seconds=seconds)


@dataclass
class Storm:
    """A busy environment with many leads, and an adapter that corrects them."""

    world: DynamicsWorld
    clock: Clock
    people: list[Ref]

    def corrected(self, batch: int) -> tuple[int, int]:
        """Rereads and writes everybody, as `apply` does, `batch` rows per request; gives requests sent and needed."""
        connected = connect(self.world.config(), self.world.mapping, self.clock, sleep=self.clock.sleep)
        adapter = DynamicsAdapter(connected._session, self.world.mapping, address="", batch=batch)
        outcomes: Counter[Result] = Counter()
        list(adapter.reread(self.people[:1], ["status"]))
        before, refused = adapter.budget().ours, self.world.crm.protection.refused
        for at in range(0, len(self.people), ROWS):
            refs = self.people[at : at + ROWS]
            updates = [
                Update(seen.ref, {"status": "SQL"}, seen.version, seen.raw) for seen in adapter.reread(refs, ["status"])
            ]
            assert len(updates) == len(refs)
            for outcome in adapter.write(updates, Way("rows", ROWS), Remembered()):
                outcomes[outcome.result] += 1
        assert outcomes == {Result.WRITTEN: len(self.people)}
        assert {self.world.value(ref, "status") for ref in self.people[:: len(self.people) // 50]} == {"SQL"}
        sent = adapter.budget().ours - before
        return sent, sent - (self.world.crm.protection.refused - refused)


@pytest.fixture
def storm(snapshot: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Storm]:
    """`request.param`: how many leads, under which limits."""
    people, limits = request.param
    clock = Clock()
    org = Org.from_snapshot(snapshot, clock=clock)
    ids = [f"{number:08x}-0000-4000-8000-000000000001" for number in range(people)]
    org.load("lead", ["leadid", "lastname", "statecode", "statuscode"], [[id, "Doe", 0, 1] for id in ids])
    with Sandbox(org) as sandbox:
        org.rules.limits = limits
        org.protection = Protection(limits)
        yield Storm(DynamicsWorld(sandbox, tmp_path), clock, [Ref(ORG, LEAD, id) for id in ids])
    org.close()


@pytest.mark.trap("D6")
@pytest.mark.parametrize("storm", [(1_000, Limits(requests=300))], indirect=True)
def test_a_limit_of_requests(storm: Storm) -> None:
    """1,000 corrections, a request each, under a limit of 300: three windows are waited out, no row fails."""
    sent, needed = storm.corrected(batch=1)
    assert needed >= 1_000
    assert sent <= 1.1 * needed
    assert sum(storm.clock.waits) >= 600
    assert len(storm.clock.waits) < 100


@pytest.mark.trap("D6")
@pytest.mark.parametrize("storm", [(1_000, Limits(execution_ms=120_000, cost_ms=600))], indirect=True)
def test_a_limit_of_time(storm: Storm) -> None:
    """Requests that take long on the server: 300 seconds of work under a limit of 120, let in twenty at a time."""
    sent, needed = storm.corrected(batch=2)
    assert needed >= 500
    assert sent <= 1.1 * needed
    assert storm.clock.waits


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.trap("D6")
@pytest.mark.parametrize("storm", [(20_000, Limits())], indirect=True)
@pytest.mark.parametrize("batch", [1, 100])
def test_twenty_thousand(storm: Storm, batch: int) -> None:
    """20,000 corrections under the documented limits: a request each, and as they are really sent."""
    sent, needed = storm.corrected(batch=batch)
    assert sent <= 1.1 * needed
    assert bool(storm.clock.waits) is (batch == 1)
