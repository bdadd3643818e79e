"""The night as a job: once for its time; a pass made by hand is none; who is in the way is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from connector.alerts.notices import of_nights
from connector.config import Config, read
from connector.daemon import jobs
from connector.daemon.calendar import Job
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from connector.openorg import OpenOrg
from connector.slapass import NIGHT_LEASE
from connector.store.ledger import Night, NightEnd
from tests.acceptance.site import CLEANUP, Site, site
from tests.alerts.receivers import hook


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


def test_who_stays_in_the_way_is_told_of(at: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another command holds the org's lease until it is too late: the night is written down as one that did not take
    place, with who it was; /readyz names it; and it is told once."""
    monkeypatch.setattr(jobs, "PATIENCE", 2)
    config, waited = read(at.connector.config), list[float]()
    worker = Worker(Metrics(), lambda: "", waited.append)
    with OpenOrg(config, config.choose(None)) as org, org.lease():
        worker.work(config, "acme", Job.NIGHT)
        (night,) = nights(config)
        assert (night.outcome, night.due) == (NightEnd.MISSED, datetime(2026, 3, 3, 10, tzinfo=UTC))
        assert "has been working on org" in night.why
        assert worker.failing["acme", Job.NIGHT].startswith("the night did not take place")
        told = [one.text for _, one in of_nights(org.ledger.nights.latest(), "acme", org.now())]
        assert len(told) == 1
        assert "did not take place" in told[0]
    assert waited == [60, 60]


def test_another_process_at_the_night_is_no_failure(at: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that process's night: nothing is written down of ours."""
    monkeypatch.setattr(jobs, "PATIENCE", 1)
    config, worker = read(at.connector.config), Worker(Metrics(), lambda: "", lambda seconds: None)
    with OpenOrg(config, config.choose(None)) as org, org.lease(NIGHT_LEASE):
        worker.work(config, "acme", Job.NIGHT)
    assert (worker.failing, nights(config)) == ({}, [])


def make_up(config: Config, worker: Worker | None = None) -> None:
    """What the daemon does every few minutes, by a process that was just begun or by this one."""
    with OpenOrg(config, config.choose(None)) as org:
        in_force = org.in_force()
    angeles = ZoneInfo("America/Los_Angeles")
    (worker or Worker(Metrics(), lambda: "", lambda seconds: None)).make_up(config, "acme", in_force, angeles)


def test_a_night_that_was_lost_by_a_restart_takes_place(at: Site) -> None:
    """The daemon was down at two, and is begun at half past: whoever made a night at two before is made another. A new
    installation had none to lose."""
    config = read(at.connector.config)
    make_up(config)
    assert nights(config) == []
    (at.folder / "clock").write_text("2026-03-04T10:00:20Z")
    work(at)
    (at.folder / "clock").write_text("2026-03-05T10:30:00Z")
    make_up(config)
    make_up(config)
    assert [one.due.day for one in nights(config)] == [5, 4]
    (at.folder / "clock").write_text("2026-03-06T14:30:00Z")
    make_up(config)
    assert len(nights(config)) == 2


def test_a_night_that_had_no_database_takes_place_later(at: Site) -> None:
    """The process lived at two, and nothing came of it; its first night, too."""
    config, worker = read(at.connector.config), Worker(Metrics(), lambda: "", lambda seconds: None)
    (at.folder / "clock").write_text("2026-03-03T09:30:00Z")
    make_up(config, worker)
    (at.folder / "clock").write_text("2026-03-03T10:00:45Z")
    make_up(config, worker)
    assert nights(config) == []
    (at.folder / "clock").write_text("2026-03-03T10:02:00Z")
    make_up(config, worker)
    assert [one.due for one in nights(config)] == [datetime(2026, 3, 3, 10, tzinfo=UTC)]


def test_a_night_whose_process_was_asked_to_end_goes_on(at: Site) -> None:
    """With the next process, the same night; one whose process died as well, once its lease is over."""
    config = read(at.connector.config)
    Worker(Metrics(), lambda: "the process was asked to end", lambda seconds: None).work(config, "acme", Job.NIGHT)
    assert [one.outcome for one in nights(config)] == [NightEnd.IDLE]
    with OpenOrg(config, config.choose(None)) as org, org.lease(NIGHT_LEASE):
        make_up(config)
        assert len(nights(config)) == 1
        org.ledger.nights.begin(nights(config)[0].due)
    make_up(config)
    make_up(config)
    assert [one.outcome for one in nights(config)] == [NightEnd.DONE, None, NightEnd.IDLE]
    assert len({one.due for one in nights(config)}) == 1


def test_a_clock_put_back_does_not_stop_the_sync(at: Site) -> None:
    """A mirror of the day after tomorrow is not fresh."""
    config, metrics = read(at.connector.config), Metrics()
    (at.folder / "clock").write_text("2026-03-01T10:30:00Z")
    Worker(metrics, lambda: "", lambda seconds: None).work(config, "acme", Job.SYNC)
    assert 'connector_runs_total{job="sync",org="acme",result="done"} 1.0' in metrics.text().decode()
    assert _synced(config) == datetime(2026, 3, 1, 10, 30, tzinfo=UTC)


def test_what_is_gone_is_forgotten(at: Site) -> None:
    """An org that was taken out of the configuration fails no more, and is measured no more; nor is a job that is
    off."""
    config, metrics = read(at.connector.config), Metrics()
    worker = Worker(metrics, lambda: "", lambda seconds: None)
    worker.work(config, "acme", Job.SYNC)
    worker.failing |= {("acme", Job.SYNC): "no", ("acme", Job.NIGHT): "no", ("gone", Job.SYNC): "no"}
    worker.keep({("acme", Job.SYNC)})
    assert worker.failing == {("acme", Job.SYNC): "no"}
    assert 'org="acme"' in metrics.text().decode()
    worker.keep({("other", Job.SYNC)})
    assert worker.failing == {}
    assert 'org="acme"' not in metrics.text().decode()


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


def chat(at: Site, url: str) -> Config:
    """A chat at that address, and a night that is to be told."""
    with at.connector.config.open("a") as file:
        file.write('\n[[org.alerts.chat]]\nname = "ops"\nurl = "file:chat"\n')
    (at.folder / "chat").write_text(url)
    config = read(at.connector.config)
    with OpenOrg(config, config.choose(None)) as org, org.lease(NIGHT_LEASE):
        org.ledger.nights.end(org.ledger.nights.begin(org.now()), NightEnd.PARKED, "over its limits", {})
    return config


def test_a_channel_that_is_down_is_warned_of_once(at: Site) -> None:
    """Every pass tries it again; the log hears of it from the first one alone. The next process says so again."""
    config = chat(at, "json://127.0.0.1:9/")
    for ends in (["done"] * 2, []):
        worker = Worker(Metrics(), lambda: "", lambda seconds: None)
        with capture_logs() as logs:
            for _ in range(3):
                worker.work(config, "acme", Job.ALERTS)
        assert [one["event"] for one in logs if one["log_level"] == "info"] == ends
        assert len([one for one in logs if one["log_level"] == "error"]) == 1
        (told,) = (one["why"] for one in logs if one["log_level"] == "warning")
        assert told.startswith("chat:ops: not sent, tried again with the next pass: ")
        forward(at, timedelta(hours=1))


def forward(at: Site, time: timedelta) -> None:
    """Time passes."""
    (at.folder / "clock").write_text((datetime.fromisoformat((at.folder / "clock").read_text()) + time).isoformat())


def test_alerts_that_get_nowhere_are_no_success(at: Site) -> None:
    """After three refusals in a row the job has failed, in a later process too: /readyz, the metrics and `status` say
    so, and what was given up stays in sight. Once something gets through all is well."""
    config, metrics = chat(at, "json://127.0.0.1:9/"), Metrics()
    worker = Worker(metrics, lambda: "", lambda seconds: None)
    for _ in range(4):
        worker.work(config, "acme", Job.ALERTS)
    assert "chat:ops has refused 1 alert 3 times" in worker.failing["acme", Job.ALERTS]
    page = metrics.text().decode()
    assert 'connector_alerts_waiting{channel="chat:ops",org="acme",state="failed"} 1.0' in page
    assert 'connector_runs_total{job="alerts",org="acme",result="failed"} 2.0' in page
    assert "chat:ops refuses 1 alert, tried 3 times so far" in at.connector.tell("status")
    forward(at, timedelta(days=8))
    worker.work(config, "acme", Job.ALERTS)
    assert 'state="given_up"} 1.0' in metrics.text().decode()
    assert "chat:ops never told 1 alert of the last 7 days: could not be sent for" in at.connector.tell("status")
    with hook() as there:
        (at.folder / "chat").write_text(there.url)
        worker.work(config, "acme", Job.ALERTS)
        assert len(there.messages) == 1, "that nights are overdue"
    assert worker.failing == {}
    assert 'state="failed"} 0.0' in metrics.text().decode()


def test_a_channel_that_cannot_even_be_tried(at: Site) -> None:
    """Its address cannot be read: nothing is refused, and nothing is told either. From the third pass on that fails."""
    config = chat(at, "json://127.0.0.1:9/")
    (at.folder / "chat").unlink()
    worker = Worker(Metrics(), lambda: "", lambda seconds: None)
    failing = []
    for _ in range(3):
        worker.work(config, "acme", Job.ALERTS)
        failing.append(bool(worker.failing))
    assert failing == [False, False, True]
    with hook() as there:
        (at.folder / "chat").write_text(there.url)
        worker.work(config, "acme", Job.ALERTS)
    assert worker.failing == {}


@pytest.mark.parametrize("job", [Job.NIGHT, Job.SYNC])
def test_alerts_of_other_jobs_are_counted(at: Site, job: Job) -> None:
    """A night that raises and tells alerts itself, and a sync that says that nights are overdue: both are in the
    metrics, as those of the pass that tells alerts are."""
    metrics = Metrics()
    with hook() as there:
        chat(at, there.url)
        if job is Job.SYNC:
            with at.connector.config.open("a") as file:
                file.write('\n[org.schedule]\nalerts = ""\n')
            forward(at, timedelta(hours=30))
        Worker(metrics, lambda: "", lambda seconds: None).work(read(at.connector.config), "acme", job)
        assert len(there.messages) == 1
    page = metrics.text().decode()
    promise = "night" if job is Job.NIGHT else "night overdue"
    assert f'connector_alerts_total{{level="tell",org="acme",promise="{promise}"}} 1.0' in page
    assert 'connector_alerts_sent_total{channel="chat:ops",org="acme"} ' in page
