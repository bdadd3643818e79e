"""The digest as a job of the daemon: at its hour, once, made up for if nobody was there, tried again if it failed."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.config import read
from connector.daemon.calendar import Job
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from connector.openorg import OpenOrg
from tests.alerts.scene import ALL, Scene

UNTASKED = ALL.partition("[org.alerts.task]")[0]
UTC = ZoneInfo("UTC")


class Daemon:
    """A process with a worker; its clock is the scene's."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.metrics = Metrics()
        self.worker = Worker(self.metrics, lambda: "", lambda seconds: None)

    def _clock(self) -> None:
        (self.scene.folder / "clock").write_text(self.scene.now.isoformat())

    def at_its_time(self, zone: ZoneInfo | None = UTC) -> None:
        """The scheduler's call."""
        self._clock()
        self.worker.work(read(self.scene.folder / "connector.toml"), "acme", Job.DIGEST, zone=zone)

    def look(self) -> None:
        """What is done every few minutes."""
        self._clock()
        config = read(self.scene.folder / "connector.toml")
        with OpenOrg(config, config.choose(None)) as org:
            in_force = org.in_force()
        self.worker.make_up(config, "acme", in_force, UTC, Job.DIGEST)

    def ended(self) -> dict[str, float]:
        """How often the job ended how."""
        found = self.metrics.registry.collect()
        return {
            one.labels["result"]: one.value
            for metric in found
            for one in metric.samples
            if one.name == "connector_runs_total" and one.labels["job"] == "digest"
        }


@pytest.fixture
def daemon(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """At 07:30 of the day after a lead came."""
    monkeypatch.setenv("ACME_TOKEN", "unused")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(scene.folder / "clock"))
    (scene.folder / "clock").write_text(scene.now.isoformat())
    scene.configure(UNTASKED)
    scene.lead()
    scene.now = scene.now.replace(day=5, hour=7, minute=30)
    scene.sync()
    return Daemon(scene)


@pytest.mark.parametrize("zone", [UTC, None])
def test_at_its_time(scene: Scene, daemon: Daemon, zone: ZoneInfo | None) -> None:
    """Sent; whoever comes second, be it another process or a look, has nothing to do."""
    daemon.at_its_time(zone)
    Daemon(scene).at_its_time()
    scene.now += timedelta(minutes=10)
    daemon.look()
    assert len(scene.mailbox.raw) == 1
    assert "1 person overdue" in scene.mailbox.mails[0]["Subject"]
    assert daemon.ended() == {"done": 1}
    scene.now += timedelta(days=1)
    daemon.at_its_time()
    assert len(scene.mailbox.raw) == 2


def test_nobody_was_there(scene: Scene, daemon: Daemon) -> None:
    """The first look of a process that begins later sends it; not at once at the hour, and not in the afternoon."""
    daemon.look()
    assert scene.mailbox.raw == []
    scene.now += timedelta(hours=3)
    daemon.look()
    daemon.look()
    assert len(scene.mailbox.raw) == 1
    scene.now += timedelta(days=1, hours=2)
    daemon.look()
    daemon.at_its_time()
    assert len(scene.mailbox.raw) == 1
    assert daemon.ended() == {"done": 1, "passed over": 1}


def test_it_failed(scene: Scene, daemon: Daemon) -> None:
    """/readyz names it; the next look tries again, and then all is well."""
    scene.mailbox.down()
    daemon.at_its_time()
    assert "the digest of the morning was not sent to all: mail" in daemon.worker.failing["acme", Job.DIGEST]
    scene.mailbox.up()
    scene.now += timedelta(minutes=5)
    daemon.look()
    assert len(scene.mailbox.raw) == 1
    assert daemon.worker.failing == {}
    assert daemon.ended() == {"failed": 1, "done": 1}


def test_without_mail(scene: Scene, daemon: Daemon) -> None:
    """It is nobody's failure, and no look says a word."""
    scene.configure("")
    daemon.at_its_time()
    scene.now += timedelta(minutes=10)
    daemon.look()
    assert (daemon.worker.failing, daemon.ended()) == ({}, {"passed over": 1})
