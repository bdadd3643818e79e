"""The night as a job: once for its time; a pass made by hand is none; who is in the way is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.config import Config, read
from connector.daemon.calendar import Job
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from connector.openorg import OpenOrg
from connector.store.ledger import Night, NightEnd
from tests.acceptance.site import CLEANUP, Site, site


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty org at half past two at night, Los Angeles time, whose night is due at two."""
    clock = tmp_path / "clock"
    clock.write_text("2026-03-03T10:30:00Z")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(clock))
    with site(tmp_path, policy=CLEANUP) as made:
        made.connector.ask("sync")
        yield made


def work(at: Site, waited: list[float] | None = None) -> Config:
    """The daemon's job, once."""
    config = read(at.connector.config)
    waits = waited if waited is not None else []
    Worker(Metrics(), lambda: "", waits.append).work(config, "acme", Job.NIGHT)
    return config


def nights(config: Config) -> list[Night]:
    """All of them, newest first."""
    with OpenOrg(config, config.choose(None)) as org:
        return org.ledger.nights.latest(10)


def test_a_night_is_walked_through_once(at: Site) -> None:
    """Whoever comes second finds it done; what it was due for is the schedule's time in the org's zone."""
    config = work(at)
    work(at)
    (night,) = nights(config)
    assert night.due == datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert night.outcome is NightEnd.DONE


def test_a_pass_by_hand_is_no_night(at: Site) -> None:
    """Somebody's `connector run` in the evening does not replace the night."""
    at.connector.ask("run")
    config = work(at)
    assert [one.due.hour for one in nights(config)] == [10, 10]
    assert len(nights(config)) == 2


def test_who_is_in_the_way_is_waited_for(at: Site) -> None:
    """A sync holds the org's lease for a minute: the night tries again, and is done."""
    config = read(at.connector.config)
    with OpenOrg(config, config.choose(None)) as org:
        lease = org.lease()
        lease.__enter__()
        waited: list[float] = []

        class Waits(list[float]):
            def append(self, seconds: float) -> None:
                waited.append(seconds)
                if len(waited) == 2:
                    lease.__exit__(None, None, None)

        work(at, Waits())
    assert waited == [60, 60]
    assert [one.outcome for one in nights(config)] == [NightEnd.DONE]


@pytest.mark.parametrize("job", [Job.SYNC, Job.RECONCILE])
def test_asked_to_end_it_stops_reading(at: Site, job: Job) -> None:
    """A long read does not keep the process; the mirror stays as it was, nothing fails, and the next sync reads on."""
    (at.folder / "clock").write_text("2026-03-03T12:30:00Z")
    config, metrics = read(at.connector.config), Metrics()
    before = _synced(config)
    asked = Worker(metrics, lambda: "the process was asked to end", lambda seconds: None)
    asked.work(config, "acme", job)
    assert asked.failing == {}
    assert f'job="{job}",org="acme",result="passed over"' in metrics.text().decode()
    assert _synced(config) == before
    Worker(metrics, lambda: "", lambda seconds: None).work(config, "acme", job)
    assert _synced(config) == datetime(2026, 3, 3, 12, 30, tzinfo=UTC)


def _synced(config: Config) -> datetime | None:
    with OpenOrg(config, config.choose(None)) as org:
        return org.reading.notes.synced_at()


def test_nights_that_never_begin_are_missed(at: Site) -> None:
    """The night's job is dead from the first day on: what tells alerts says so after 26 hours, once. Where that is
    switched off, the sync does."""
    for job, off in ((Job.ALERTS, ""), (Job.SYNC, '[org.schedule]\nalerts = ""\n')):
        at.configure(policy=CLEANUP)
        text = at.connector.config.read_text()
        at.connector.config.write_text(text.replace('name = "acme"', f'name = "acme"\nstate = "{job}"') + off)
        config, worker = read(at.connector.config), Worker(Metrics(), lambda: "", lambda seconds: None)
        told = []
        for day in ("03T10:30", "04T12:00", "04T13:00", "05T13:00"):
            (at.folder / "clock").write_text(f"2026-03-{day}:00Z")
            if job is Job.ALERTS:
                worker.work(config, "acme", Job.SYNC)
            worker.work(config, "acme", job)
            with OpenOrg(config, config.choose(None)) as org:
                told.append([one.alert.text for one in org.ledger.alerts.latest()])
        assert not worker.failing
        assert [len(one) for one in told] == [0, 0, 1, 1]
        assert told[-1][0].startswith("no night has ended well for 26 hours; none ever has; not even one has begun")
        (at.folder / "clock").write_text("2026-03-03T10:30:00Z")
