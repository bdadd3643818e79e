"""One writer per org."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from connector.errors import LeaseHeld, LeaseLost
from connector.store.ledger import Ledger
from connector.store.ledger.lease import LEASE, TTL
from connector.store.place import Postgres
from connector.wallclock import machine
from tests.database import database
from tests.store.ledger.open import NOON, Clock, change, planned


@pytest.fixture
def clock() -> Clock:
    """Stands at noon."""
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(tmp_path / "ledger.db", "acme", clock) as ledger:
        yield ledger


def test_second_is_told_who(ledger: Ledger) -> None:
    """Whoever comes second is told who works, where, since when, and what to do."""
    with ledger.lease("connector apply 3fa9c1"), pytest.raises(LeaseHeld) as caught, ledger.lease("connector sync"):
        pass
    text = str(caught.value)
    assert "`connector apply 3fa9c1`" in text
    assert f"process {os.getpid()} on" in text
    assert "since 2026-03-02 12:00:00 UTC" in text
    assert "its lease ends at 12:01:00 UTC" in text
    assert caught.value.exit_code == 1


def test_kinds_and_orgs_do_not_meet(ledger: Ledger, tmp_path: Path, clock: Clock) -> None:
    """The SLA pass has a lease of its own, and so has every org."""
    other = Ledger.open(tmp_path / "ledger.db", "b", clock)
    with ledger.lease("a"), ledger.lease("b", kind="sla"), other.lease("c") as lease:
        lease.check()
    other.close()


def test_free_when_done(ledger: Ledger) -> None:
    """After one has ended, well or badly, the next may work; its token is higher."""
    with ledger.lease("first") as first:
        first.check()
    with pytest.raises(ZeroDivisionError), ledger.lease("second") as second:
        raise ZeroDivisionError
    with ledger.lease("third") as third:
        third.check()
    assert first.token < second.token < third.token
    runs = {run.holder: run.result for run in ledger.runs.latest()}
    assert runs == {"first": "done", "second": "ZeroDivisionError: ", "third": "done"}


def test_stood_still_for_too_long(ledger: Ledger, clock: Clock) -> None:
    """Past its lease a process writes nothing more, even if nobody has taken over."""
    with ledger.lease("slow", ttl=TTL) as lease:
        lease._over.set()  # the heart stands still with the rest
        clock.forward(TTL)
        with pytest.raises(LeaseLost, match="stood still"):
            lease.check()
        with pytest.raises(LeaseLost):
            planned(ledger, lease, [change("00Q1")])
    assert ledger.plans.latest() == []


def test_taken_over(ledger: Ledger, clock: Clock) -> None:
    """Once another has taken over, nothing of the first is committed, and its leaving frees nothing."""
    with ledger.lease("first") as first:
        first._over.set()
        clock.forward(TTL + 1)
        with ledger.lease("second") as second:
            clock.time = NOON  # even a clock that went back does not help
            with pytest.raises(LeaseLost, match="another process has taken over"):
                first.check()
            with pytest.raises(LeaseLost):
                planned(ledger, first, [change("00Q1")])
            first.__exit__(None, None, None)
            second.check()
            with pytest.raises(LeaseHeld), ledger.lease("third"):
                pass


def test_a_run_that_was_taken_over_is_not_done(ledger: Ledger, clock: Clock) -> None:
    """What the next one said of it stays, however the process that stood still ends, and whenever."""
    with ledger.lease("first") as first:
        first._over.set()
        clock.forward(TTL + 1)
        with ledger.lease("second"):
            pass
    runs = {run.holder: (run.result, run.ended) for run in ledger.runs.latest()}
    assert runs["first"] == ("was not heard of any more", None)
    assert runs["second"][0] == "done"


def apart(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The clock of another machine, whose turn it is now: so far ahead of the time."""

    class Elsewhere(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=seconds)

    monkeypatch.setattr("connector.wallclock.datetime", Elsewhere)


def test_machines_whose_clocks_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    """In PostgreSQL the database tells the time of leases: a live one is not stolen, an own one not thought lost."""
    place = Postgres(database(), "connector_ledger")
    with Ledger.open(place, "acme", machine) as ledger:
        with ledger.lease("here") as lease:
            for ahead in (10 * TTL, -10 * TTL):
                apart(monkeypatch, ahead)
                with Ledger.open(place, "acme", machine) as other:
                    assert other.runs.at_work() == {"org": "here"}
                    with pytest.raises(LeaseHeld), other.lease("there"):
                        pass
                lease.check()
                with ledger._database.transaction(lease):
                    pass
        (run,) = ledger.runs.latest()
    assert run.ended is not None
    assert abs((run.ended - datetime.now(UTC)).total_seconds()) < TTL  # of one clock, whose ever it was


def test_the_database_says_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease ends by the database's clock, though the machine's was put back, and another may have it then."""
    place = Postgres(database(), "connector_ledger")
    with Ledger.open(place, "acme", machine) as ledger:
        with ledger.lease("slow") as lease:
            lease._over.set()
            with ledger._database.transaction() as connection:  # a minute passes
                connection.execute(LEASE.update().values(expires=LEASE.c.expires - TTL))
            lease._expires -= TTL
            apart(monkeypatch, -10 * TTL)
            with pytest.raises(LeaseLost, match="stood still"):
                lease.check()
            with ledger.lease("next"):
                pass
        assert [run.result for run in ledger.runs.latest()] == ["done", "was not heard of any more"]


def test_a_test_clock_counts_in_a_database(clock: Clock) -> None:
    """A clock that a test sets is the time of leases, wherever they are kept."""
    with Ledger.open(Postgres(database(), "connector_ledger"), "acme", clock) as ledger, ledger.lease("slow") as lease:
        lease._over.set()
        clock.forward(TTL)
        with pytest.raises(LeaseLost, match="stood still"):
            lease.check()


def test_heart_beats_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database tells the time, a living process renews all the same."""
    monkeypatch.setattr("connector.store.ledger.lease.TICK", 0.01)
    beats = threading.Event()
    place = Postgres(database(), "connector_ledger")
    with Ledger.open(place, "acme", machine) as ledger, ledger.lease("long") as lease:
        renew = lease._renew
        lease._renew = lambda: (renew(), beats.set())  # type: ignore[method-assign]
        lease._renewed -= TTL / 4
        assert beats.wait(10)
        lease.check()


def test_heart_beats(ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A living process keeps its lease for as long as it works, though it asks for nothing meanwhile."""
    monkeypatch.setattr("connector.store.ledger.lease.TICK", 0.01)
    beats = threading.Event()
    with ledger.lease("long") as lease:
        renew = lease._renew
        lease._renew = lambda: (renew(), beats.set())  # type: ignore[method-assign]
        for _ in range(3):
            beats.clear()
            clock.forward(TTL * 0.6)
            assert beats.wait(10)
        lease.check()


def test_check_renews_in_time(ledger: Ledger, clock: Clock) -> None:
    """Right before a request there is always at least half of the lease left."""
    with ledger.lease("busy") as lease:
        lease._over.set()
        for _ in range(5):
            clock.forward(TTL * 0.6)
            lease.check()
            assert lease._expires - clock().timestamp() >= TTL / 2


HOLDER = """
import sys
from pathlib import Path
from connector.wallclock import clock
from connector.errors import LeaseLost
from connector.store.ledger import Ledger
from tests.database import as_the_parent_does
as_the_parent_does()
with Ledger.open(Path(sys.argv[1]), "acme", clock(loopback=True)) as ledger, ledger.lease("the other") as lease:
    print("held", flush=True)
    for line in sys.stdin:
        try:
            lease.check()
            print("ours", flush=True)
        except LeaseLost as error:
            print("lost", flush=True)
"""


class Other:
    """Another process that holds the lease."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.file.write_text(NOON.isoformat())
        self.child = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder / "ledger.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "CONNECTOR_CLOCK": str(self.file)},
        )
        assert self.child.stdout is not None
        assert self.child.stdin is not None
        self.said, self.say = self.child.stdout, self.child.stdin
        assert self.said.readline() == "held\n"

    def ask(self) -> str:
        """What its check says."""
        print("?", file=self.say, flush=True)
        return self.said.readline().strip()

    def end(self) -> None:
        """No longer wanted."""
        self.child.kill()
        self.child.communicate()


@pytest.fixture
def other(tmp_path: Path, ledger: Ledger) -> Iterator[Other]:
    """Holds the lease of acme."""
    other = Other(tmp_path)
    yield other
    other.end()


def test_killed_process_is_followed_at_once(ledger: Ledger, other: Other) -> None:
    """Nobody waits for the lease of a process that is certainly dead; its run is recorded as lost."""
    with pytest.raises(LeaseHeld, match="the other"), ledger.lease("me"):
        pass
    other.child.kill()
    other.child.wait()
    with ledger.lease("me") as lease:
        lease.check()
    assert {run.holder: (run.result, run.ended) for run in ledger.runs.latest()}["the other"] == ("died", None)


def test_stopped_process_wakes_up(ledger: Ledger, other: Other, clock: Clock) -> None:
    """A process stopped past its lease is followed when the lease has ended; woken, it finds the lease gone."""
    assert other.ask() == "ours"
    other.child.send_signal(signal.SIGSTOP)
    clock.forward(TTL - 1)
    with pytest.raises(LeaseHeld), ledger.lease("me"):
        pass
    clock.forward(2)
    with ledger.lease("me") as lease:
        other.file.write_text(clock().isoformat())
        other.child.send_signal(signal.SIGCONT)
        assert other.ask() == "lost"
        lease.check()
