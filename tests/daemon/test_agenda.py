"""The list of jobs: each org's own threads, what stays stays, and a sign of life."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.config import OrgConfig, read
from connector.daemon import agenda as agendas
from connector.daemon.agenda import Agenda
from connector.daemon.calendar import Job

ORG = '[[org]]\nname = "{0}"\nurl = "https://{0}.test"\nlogin = "token"\ntoken = "file:t"\n[org.schedule]\nnight = ""\n'


def orgs(folder: Path, *names: str) -> list[OrgConfig]:
    """Of a configuration."""
    file = folder / "connector.toml"
    file.write_text("".join(ORG.format(name) for name in names))
    return list(read(file).org)


class Jobs:
    """What was done; those of an org whose name begins with `hangs` do not end before `free`."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.done: list[str] = []
        self.changed = threading.Condition()

    def work(self, org: str, job: Job) -> None:
        """A job."""
        if org.startswith("hangs"):
            self.free.wait(60)
        with self.changed:
            self.done.append(org)
            self.changed.notify_all()

    def until(self, org: str) -> bool:
        """Whether the org's job comes to its end."""
        with self.changed:
            return self.changed.wait_for(lambda: org in self.done, 30)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    """None done yet."""
    made = Jobs()
    yield made
    made.free.set()


def test_who_hangs_keeps_nobody_waiting(tmp_path: Path, jobs: Jobs) -> None:
    """Begun with one org; forty that hang are added while it runs, and then another good one."""
    agenda = Agenda(jobs.work, lambda org, job: None)
    agenda.start()
    names = ["first", *[f"hangs{number}" for number in range(40)], "good"]
    for org in orgs(tmp_path, *names):
        agenda.put(org, None)
        agenda.at_once(org.name, Job.SYNC)
    assert jobs.until("first")
    assert jobs.until("good")
    assert len(jobs.done) == 2
    jobs.free.set()
    agenda.stop()
    assert sorted(jobs.done) == sorted(names)


def test_signs_of_life(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead before it starts, alive while its own thread works through the list, dead once that thread is held up."""
    monkeypatch.setattr(agendas, "PULSE", 0.02)
    monkeypatch.setattr(agendas, "STILL", 0.4)
    agenda = Agenda(jobs.work, lambda org, job: None)
    assert not agenda.is_alive()
    agenda.start()
    seen = agenda._beat
    assert becomes(lambda: agenda._beat > seen)
    assert agenda.is_alive()
    held = threading.Event()
    agenda._scheduler.add_job(held.wait, executor="here", args=(60,))
    assert becomes(lambda: not agenda.is_alive())
    held.set()
    assert becomes(agenda.is_alive)
    agenda.stop()
    assert not agenda.is_alive()


def becomes(true: object, seconds: float = 20) -> bool:
    """Whether it comes true in that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


def test_who_is_gone_is_off_the_list(tmp_path: Path, jobs: Jobs) -> None:
    """With all that was its own; who only shares the beginning of a name stays."""
    agenda = Agenda(jobs.work, lambda org, job: None)
    for org in orgs(tmp_path, "emea", "emea-2"):
        agenda.put(org, None)
    agenda.keep({"emea-2"})
    assert {job.id for job in agenda._scheduler.get_jobs()} == {"pulse", "emea-2/sync", "emea-2/alerts"}
