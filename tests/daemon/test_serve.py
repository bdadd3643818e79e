"""`connector serve` as a process: it works through its jobs, reads its configuration again, and ends when asked."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.daemon.calendar import Job
from connector.daemon.serve import Daemon
from connector.sandbox.faults import Fault, Faults
from tests.acceptance.site import Site, site

SERVE = '[serve]\nport = 0\nlog = "json"\n'
QUIET = 'sync = "1h"\nalerts = "1h"\nnight = ""\ndigest = ""\nreconcile = ""\njitter = 0\n'


class Served:
    """The process and what it has logged so far."""

    def __init__(self, at: Site) -> None:
        self.at = at
        line = at.connector.line("serve", "--json")
        self._log = at.folder / "serve.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        self.address: str = json.loads(self.process.stdout.readline())["address"]

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the log; all of them are JSON."""
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def until(self, found: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first line of the log that is meant; a while is waited for it."""
        for _ in range(600):
            for line in self.lines():
                if found(line):
                    return line
            assert self.process.poll() is None, self._log.read_text()
            time.sleep(0.05)
        raise AssertionError(self._log.read_text())

    def end(self) -> int:
        """Asks it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """An empty org, served for."""
    with site(tmp_path) as at:
        write(at, QUIET)
        made = Served(at)
        try:
            yield made
        finally:
            made.process.kill()


def write(at: Site, schedule: str, more: str = "") -> None:
    """connector.toml anew."""
    at.configure()
    text = at.connector.config.read_text()
    at.connector.config.write_text(f"{text}\n[org.schedule]\n{schedule}\n{more}\n{SERVE}")


def test_it_syncs_is_ready_and_ends(served: Served) -> None:
    """The first sync begins at once; SIGTERM ends the process with exit code 0 and a line that says so."""
    done = served.until(lambda line: line.get("job") == "sync" and line["event"] == "done")
    assert (done["org"], len(done["run"])) == ("acme", 8)
    assert requests.get(f"{served.address}/readyz", timeout=5).status_code == 200
    assert 'result="done"' in requests.get(f"{served.address}/metrics", timeout=5).text
    assert served.end() == 0
    assert served.lines()[-1]["event"] == "ended"


def test_the_first_sync_brings_the_time_zone(tmp_path: Path) -> None:
    """Begun before anything was read, no night is due; as soon as it is known where the org is, it is due at 02:00
    there. Where nothing would be read by the clock, it is read for that."""
    with site(tmp_path) as at:
        write(at, QUIET.replace('night = ""\ndigest = ""', 'night = "02:00"').replace('sync = "1h"', 'sync = ""'))
        daemon = paused(at)
        daemon._plan()
        assert names(daemon) == {"acme/alerts", "acme/sync"}
        daemon._work("acme", Job.SYNC)
        daemon._look_around()
        times_of_day = {"acme/night", "acme/look for night", "acme/digest", "acme/look for digest"}
        assert names(daemon) == {"acme/alerts", *times_of_day}
        daemon._look("acme", Job.DIGEST)
        assert trigger(daemon).timezone.key == "America/Los_Angeles"


def test_a_zone_that_cannot_be_read_stays_what_it_was(tmp_path: Path) -> None:
    """The mirror is broken for a while, and then gone: the night stays at its hour, and its place on the list."""
    with site(tmp_path) as at:
        at.connector.ask("sync")
        write(at, QUIET.replace('night = ""', 'night = "02:00"'))
        daemon = paused(at)
        daemon._plan()
        before = trigger(daemon)
        mirror = next(tmp_path.rglob("mirror-acme.db"))
        for broken in (lambda: mirror.write_text("no database"), mirror.unlink):
            broken()
            for other in mirror.parent.glob("mirror-acme.db-*"):
                other.unlink()
            daemon._plan()
            daemon._work("acme", Job.RECONCILE) if mirror.exists() else None
            daemon._look_around()
            assert trigger(daemon) is before
            assert before.timezone.key == "America/Los_Angeles"


def test_a_night_that_waits_for_its_moment_outlives_a_reload(tmp_path: Path) -> None:
    """Between its hour and its random seconds the configuration is read again: it stays on the list as it was; with
    another hour, or after the clock was put back, it is put there anew."""
    with site(tmp_path) as at:
        at.connector.ask("sync")
        write(at, QUIET.replace('night = ""', 'night = "02:00"'))
        daemon = paused(at)
        daemon._plan()
        before = trigger(daemon)
        daemon._read_again()
        assert trigger(daemon) is before
        daemon._ahead += 3600
        daemon._look_around()
        assert trigger(daemon) is not before
        write(at, QUIET.replace('night = ""', 'night = "03:00"'))
        daemon._read_again()
        assert trigger(daemon).at == "03:00"


def paused(at: Site) -> Daemon:
    """A daemon that begins no job by itself."""
    daemon = Daemon(at.connector.config)
    daemon._agenda._scheduler.start(paused=True)
    return daemon


def names(daemon: Daemon) -> set[str]:
    """What is on the list."""
    return {job.id for job in daemon._agenda._scheduler.get_jobs()} - {"pulse"}


def trigger(daemon: Daemon) -> Any:
    """The night's."""
    return daemon._agenda._scheduler.get_job("acme/night").trigger


@pytest.mark.long
def test_a_lost_night_is_made_up_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon is begun an hour after the night's time, the night before took place: tonight's begins at once."""
    clock = tmp_path / "clock"
    clock.write_text("2026-03-03T10:00:30Z")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(clock))
    with site(tmp_path) as at:
        at.connector.ask("sync")
        write(at, QUIET.replace('night = ""', 'night = "02:00"').replace('sync = "1h"', 'sync = ""'))
        daemon = Daemon(at.connector.config)
        daemon._plan()
        daemon._work("acme", Job.NIGHT)
        clock.write_text("2026-03-04T11:00:00Z")
        served = Served(at)
        try:
            begun = served.until(lambda line: "out of its turn" in line["event"])
            assert begun["why"] == "it did not take place at its time"
            served.until(lambda line: line.get("job") == "night" and line["event"] == "done")
            assert served.end() == 0
        finally:
            served.process.kill()


@pytest.mark.long
def test_orgs_that_come_and_go(tmp_path: Path) -> None:
    """One that is taken out fails no more on /readyz, and stands in no metric; one that is added is synced at once,
    though eight others are added before it whose CRM never answers; a changed [serve] is said to take a restart."""
    (tmp_path / "other").mkdir()
    silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(8)]
    with site(tmp_path) as at, site(tmp_path / "other") as good:
        write(at, QUIET, another("nobody", "http://127.0.0.1:9"))
        served = Served(at)
        try:
            served.until(lambda line: line.get("org") == "nobody" and line["event"] == "failed")
            assert requests.get(f"{served.address}/readyz", timeout=5).status_code == 503
            hang = [
                another(f"hangs{one.getsockname()[1]}", f"http://127.0.0.1:{one.getsockname()[1]}") for one in silent
            ]
            good.configure()
            write(at, QUIET, "".join(hang) + another("good", good.box.url, good.folder / "crm.token"))
            text = at.connector.config.read_text()
            at.connector.config.write_text(text.replace("[serve]\n", "[serve]\ngrace_seconds = 0\n"))
            served.process.send_signal(signal.SIGHUP)
            served.until(lambda line: line.get("org") == "good" and line["event"] == "done")
            served.until(lambda line: "takes a restart" in line["event"])
            assert requests.get(f"{served.address}/readyz", timeout=5).text == "ready\n"
            assert 'org="nobody"' not in requests.get(f"{served.address}/metrics", timeout=5).text
        finally:
            served.process.kill()
            for one in silent:
                one.close()


def another(name: str, url: str, token: str | Path = "crm.token") -> str:
    """A table of connector.toml."""
    keys = f'name = "{name}"\nurl = "{url}"\nlogin = "token"\ntoken = "file:{token}"'
    return f"[[org]]\n{keys}\n[org.schedule]\n{QUIET}"


def test_a_bad_configuration_is_refused_on_reload(served: Served) -> None:
    """The old one stays in force, and the reason is logged; a good one is taken."""
    served.until(lambda line: line.get("job") == "sync" and line["event"] == "done")
    good = served.at.connector.config.read_text()
    served.at.connector.config.write_text(good.replace('sync = "1h"', 'sync = "often"'))
    served.process.send_signal(signal.SIGHUP)
    refused = served.until(lambda line: "refused" in line["event"])
    assert "often" in refused["what"]
    assert "connector.toml" in refused["where"]
    assert requests.get(f"{served.address}/healthz", timeout=5).status_code == 200
    served.at.connector.config.write_text(good)
    served.process.send_signal(signal.SIGHUP)
    served.until(lambda line: line["event"] == "configuration read again")
    assert served.end() == 0


def test_a_bad_policy_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    """Somebody saves a policy with a mistake: nothing is judged by it, or stops because of it; a good one is taken when
    the daemon is told to."""
    with site(tmp_path) as at:
        write(at, QUIET)
        daemon = Daemon(at.connector.config)
        policy = tmp_path / "policy.toml"
        good = policy.read_text()
        hashes = []
        for text in (f"{good}[night]\nrules = ['no such rule']\n", "extends = [", f"{good}[night]\nwindow = ''\n"):
            policy.write_text(text)
            daemon._work("acme", Job.SYNC)
            assert not daemon._worker.failing
            daemon._read_again()
            hashes.append(daemon._held.in_force["acme"].loaded.policy.hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_one_failing_org_does_not_stop_another(tmp_path: Path) -> None:
    """Nobody answers for the second org: it is named by /readyz, while the first one is synced."""
    with site(tmp_path) as at:
        write(at, QUIET)
        other = '[[org]]\nname = "nobody"\nurl = "http://127.0.0.1:9"\nlogin = "token"\ntoken = "file:crm.token"\n'
        text = at.connector.config.read_text()
        at.connector.config.write_text(f"{text}\n{other}[org.schedule]\n{QUIET}")
        served = Served(at)
        try:
            served.until(lambda line: line.get("org") == "acme" and line["event"] == "done")
            failed = served.until(lambda line: line.get("org") == "nobody" and line["event"] == "failed")
            assert failed["next"]
            found = requests.get(f"{served.address}/readyz", timeout=5)
            assert found.status_code == 503
            assert found.text.startswith("nobody/sync: cannot reach")
            assert served.end() == 0
        finally:
            served.process.kill()


@pytest.mark.long
def test_a_job_that_does_not_end_in_time_is_cut_off(tmp_path: Path) -> None:
    """The CRM answers after a minute: the process is gone when its grace is over, and exit code and log say why."""
    with site(tmp_path, faults=Faults([Fault(latency=60.0, times=0)])) as at:
        write(at, QUIET)
        text = at.connector.config.read_text()
        at.connector.config.write_text(text.replace("[serve]", "[serve]\ngrace_seconds = 1"))
        served = Served(at)
        try:
            assert requests.get(f"{served.address}/healthz", timeout=5).status_code == 200
            served.process.send_signal(signal.SIGTERM)
            assert served.process.wait(20) == 1
            assert "did not end in time" in served.lines()[-1]["event"]
        finally:
            served.process.kill()


def test_no_secret_is_logged(served: Served) -> None:
    """Nor given away by the process list."""
    served.until(lambda line: line.get("job") == "sync" and line["event"] == "done")
    token = (served.at.folder / "crm.token").read_text()
    assert token not in (served.at.folder / "serve.log").read_text()
    command = Path(f"/proc/{served.process.pid}/cmdline")
    if command.exists():
        assert token.encode() not in command.read_bytes()
        assert token.encode() not in Path(f"/proc/{served.process.pid}/environ").read_bytes()


def test_a_configuration_that_cannot_work_is_told_at_once(tmp_path: Path) -> None:
    """Before anything begins: file, key and what to do."""
    with site(tmp_path) as at:
        write(at, QUIET.replace('night = ""', 'night = "midnight"'))
        done = at.connector.process("serve")
    assert done.code == 1
    assert "org.0.schedule.night" in done.err or "schedule.night" in done.err
