"""Two commands that meet on one org: one works, the other says who does. One that stood still writes nothing more."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.commandline import until
from tests.acceptance.site import Site
from tests.acceptance.test_canary import LEADS, planned, playing
from tests.kill.proxy import Proxy

WRITES = ("PATCH", "POST", "PUT")


class Standing:
    """`connector apply` in a process of its own, stopped by a signal right when it sends its first writing request."""

    def __init__(self, at: Site, proxy: Proxy, plan: str, clock: Path) -> None:
        self.at, self.proxy, self.plan, self.clock = at, proxy, plan, clock
        self.time = datetime.now(UTC)
        self.forward(0)
        self.env = {"CONNECTOR_CLOCK": str(clock)}
        self._still = threading.Event()
        self._go = threading.Event()
        proxy.on = self._request
        self.process: subprocess.Popen[str] = at.connector.start("apply", plan, "--json", env=self.env)

    def forward(self, seconds: float) -> None:
        """The clock of every process goes on."""
        self.time += timedelta(seconds=seconds)
        self.clock.write_text(self.time.isoformat())

    def stop(self) -> None:
        """Returns when it stands still."""
        assert self._still.wait(60)

    def wake(self) -> tuple[int, str, str]:
        """Lets it go on to its end; exit code and outputs."""
        self.process.send_signal(signal.SIGCONT)
        self._go.set()
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err

    def let_go(self) -> None:
        """Nobody waits for it any longer."""
        self._go.set()

    def _request(self, number: int) -> None:
        if self.proxy.seen[number - 1][0] in WRITES and not self._still.is_set():
            os.kill(self.process.pid, signal.SIGSTOP)
            until(lambda: _state(self.process.pid) == "T")
            self._still.set()
            self._go.wait(250)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    """60 leads to be corrected, and an apply that stands still."""
    with playing(tmp_path) as at, Proxy(at.box.url) as proxy:
        plan = planned(at)
        at.configure(url=proxy.url)
        made = Standing(at, proxy, plan, tmp_path / "clock")
        made.stop()
        at.configure()
        yield made
        made.let_go()
        made.process.kill()
        made.process.wait()


def test_the_other_says_who_is_at_work(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that writes anything ends with 1 and names command, process, host and since when; reading works.
    Afterwards the first goes on as if nothing had been."""
    monkeypatch.setenv("CONNECTOR_CLOCK", str(standing.clock))
    connector, plan = standing.at.connector, standing.plan
    for words in (["sync"], ["plan"], ["apply", plan], ["resume", plan], ["undo", plan]):
        error = connector.fails(*words)
        assert f"apply {plan}" in error["what"]
        assert f"process {standing.process.pid} on {socket.gethostname()}" in error["what"]
        assert f"since {standing.time:%Y-%m-%d %H:%M:%S} UTC" in error["what"]
    assert connector.ask("show", plan)["plan"] == plan
    code, out, err = standing.wake()
    assert (code, err) == (0, "")
    assert f'"applied": {LEADS}' in out
    assert set(standing.at.tally().values()) == {1}


def test_stopped_past_its_lease(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another finishes the work meanwhile; woken, the first writes nothing more and says why."""
    monkeypatch.setenv("CONNECTOR_CLOCK", str(standing.clock))
    at = standing.at
    at.connector.fails("resume", standing.plan)
    standing.forward(61)
    assert at.connector.ask("resume", standing.plan)["applied"] == LEADS
    tally, before = at.tally(), len(standing.proxy.seen)
    code, out, err = standing.wake()
    assert code == 1
    assert "the lease on org 'acme' is lost" in out
    assert "connector resume" in err
    assert not [method for method, _ in standing.proxy.seen[before:] if method in WRITES]
    assert at.tally() == tally
    assert at.connector.ask("apply", standing.plan)["again"]


def test_a_holder_that_died_is_followed_at_once(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease of a process that is gone does not have to run out; `resume` finishes what it began."""
    monkeypatch.setenv("CONNECTOR_CLOCK", str(standing.clock))
    standing.process.kill()
    standing.process.wait()
    assert standing.at.connector.ask("resume")["applied"] == LEADS
    assert set(standing.at.tally().values()) == {1}
