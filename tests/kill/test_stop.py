"""Two that meet, and one that is stopped past its lease and wakes up: real processes, a real sandbox."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.store.ledger.lease import TTL
from connector.store.ledger.process import _born
from tests.kill.crms import CRMS, WAYS
from tests.kill.forking import Runner
from tests.kill.proxy import Proxy
from tests.kill.scene import Scene, Stage, applying

WRITES = ("POST", "PUT", "PATCH")
REST = CRMS["salesforce"].ways["rest"]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Scene]:
    """The org and the plan, for each CRM."""
    return {name: Scene(crm, tmp_path_factory.mktemp(name)) for name, crm in CRMS.items()}


@pytest.fixture(scope="module")
def runners() -> Iterator[tuple[Runner, Runner]]:
    """Two that may work at the same time."""
    with applying() as one, applying() as two:
        yield one, two


class Meeting:
    """One process that is stopped at its request number `at`, and whatever happens while it stands still."""

    def __init__(self, stage: Stage, runner: Runner, at: int, bulk_above: int) -> None:
        self.stage, self.runner, self.at = stage, runner, at
        self.clock = stage.folder / "clock"
        self.time = datetime.now(UTC)
        self.forward(0)
        self.job = stage.job(bulk_above=bulk_above, clock=str(self.clock))
        self._stopped = threading.Event()
        stage.proxy.on = self._request

    def forward(self, seconds: float) -> None:
        """The clock of all processes goes on."""
        self.time += timedelta(seconds=seconds)
        self.clock.write_text(self.time.isoformat())

    def stop(self) -> None:
        """Starts it, and returns when it stands still."""
        self.runner.start(self.job)
        assert self._stopped.wait(60)

    def wake(self) -> list[str]:
        """Lets it go on to its end; gives the kind of its error and the methods of the requests it still made."""
        before = len(self.stage.proxy.seen)
        os.killpg(self.runner.pid, signal.SIGCONT)
        ended = self.runner.end()
        assert ended is not None
        return [ended.kind, *(method for method, _ in self.stage.proxy.seen[before:])]

    def _request(self, number: int) -> None:
        if number == self.at:
            os.killpg(self.runner.pid, signal.SIGSTOP)
            while _state(self.runner.pid) != "T":
                time.sleep(0.001)
            self._stopped.set()


def _state(pid: int) -> str:
    assert _born(pid) is not None
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _before_write(
    scene: Scene, runner: Runner, folder: Path, bulk_above: int, which: int
) -> tuple[int, dict[str, object]]:
    """The request right before writing request number `which`, of an unbroken run, and what that run leaves."""
    with scene.set(folder) as stage:
        ended = runner.run(stage.job(bulk_above=bulk_above))
        assert ended is not None
        assert not ended.error, ended.error
        seen = stage.proxy.seen
        writes = [
            number
            for number, (method, path) in enumerate(seen, 1)
            if method in WRITES and not (path.endswith("/$batch") and seen[number - 2][1] == path)
        ]  # of batches that go side by side the second may have passed its guard when the first arrives
        return writes[which] - 1, stage.left()


@pytest.mark.parametrize(("crm", "way"), WAYS)
@pytest.mark.parametrize("which", [0, -1], ids=["first write", "last write"])
def test_stopped_and_followed(
    scenes: Mapping[str, Scene],
    runners: tuple[Runner, Runner],
    tmp_path_factory: pytest.TempPathFactory,
    crm: str,
    way: str,
    which: int,
) -> None:
    """Stopped right before a write; another process ends its work; woken, it writes nothing more and says why."""
    scene, (one, two) = scenes[crm], runners
    above = scene.crm.ways[way]
    at, whole = _before_write(scene, one, tmp_path_factory.mktemp("whole"), above, which)
    with scene.set(tmp_path_factory.mktemp("stop")) as stage, Proxy(stage.sandbox.url) as other:
        meeting = Meeting(stage, one, at, above)
        job = stage.job(bulk_above=above, clock=str(meeting.clock))
        job.url = other.url
        meeting.stop()
        refused = two.run(job)
        assert refused is not None
        assert refused.kind == "LeaseHeld"
        assert f"`connector apply` (process {one.pid} on " in refused.error
        assert not other.seen
        meeting.forward(TTL + 1)
        ended = two.run(job)
        assert ended is not None
        assert not ended.error, ended.error
        kind, *requests = meeting.wake()
        assert kind == "LeaseLost"
        assert not set(requests) & set(WRITES)
        assert stage.left() == whole


def test_stopped_and_not_followed(
    scenes: Mapping[str, Scene], runners: tuple[Runner, Runner], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Even if nobody took over meanwhile, it writes nothing more past its lease; resumed, the end is the same."""
    scene, (one, two) = scenes["salesforce"], runners
    at, whole = _before_write(scene, one, tmp_path_factory.mktemp("whole"), REST, -1)
    with scene.set(tmp_path_factory.mktemp("stop")) as stage:
        meeting = Meeting(stage, one, at, REST)
        meeting.stop()
        meeting.forward(TTL + 1)
        kind, *requests = meeting.wake()
        assert kind == "LeaseLost"
        assert not set(requests) & set(WRITES)
        ended = two.run(meeting.job)
        assert ended is not None
        assert not ended.error, ended.error
        assert stage.left() == whole


def test_stopped_for_a_moment(
    scenes: Mapping[str, Scene], runners: tuple[Runner, Runner], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A short stop is nothing: it goes on and ends."""
    scene, (one, _) = scenes["salesforce"], runners
    at, whole = _before_write(scene, one, tmp_path_factory.mktemp("whole"), REST, -1)
    with scene.set(tmp_path_factory.mktemp("stop")) as stage:
        meeting = Meeting(stage, one, at, REST)
        meeting.stop()
        meeting.forward(TTL / 3)
        kind, *requests = meeting.wake()
        assert kind == ""
        assert set(requests) & set(WRITES)
        assert stage.left() == whole
