"""Killed at any moment of applying a plan to 300 people, and resumed: the end is that of a run nobody killed.

Real processes, a real sandbox behind a real proxy, SIGKILL to the process group. `make test` takes a sample of the
moments, `make test-all` every one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.store.ledger import State
from tests.kill.crms import AFTER, AT_FIRST, CRMS, WAYS
from tests.kill.forking import Runner
from tests.kill.proxy import Blow
from tests.kill.scene import PEOPLE, Scene, applying, expected

WRITES = ("POST", "PUT", "PATCH")


class Unbroken:
    """A run that nobody kills: what it leaves, its requests, and how often it commits to the ledger."""

    def __init__(self, scene: Scene, runner: Runner, folder: Path, bulk_above: int) -> None:
        with scene.set(folder) as stage:
            ended = runner.run(stage.job(bulk_above=bulk_above))
            assert ended is not None
            assert not ended.error, ended.error
            self.left = stage.left()
            self.requests = list(stage.proxy.seen)
            self.commits = ended.commits


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """Where the processes come from that are killed."""
    with applying() as runner:
        yield runner


class Theatre:
    """The scene of each CRM, and its unbroken run by each way; made when they are first wanted."""

    def __init__(self, folders: pytest.TempPathFactory, runner: Runner) -> None:
        self._folders = folders
        self._runner = runner
        self._scenes: dict[str, Scene] = {}
        self._runs: dict[tuple[str, str], Unbroken] = {}

    def scene(self, crm: str) -> Scene:
        """The org and the plan."""
        if crm not in self._scenes:
            self._scenes[crm] = Scene(CRMS[crm], self._folders.mktemp("scene"))
        return self._scenes[crm]

    def unbroken(self, crm: str, way: str) -> Unbroken:
        """A whole run."""
        if (crm, way) not in self._runs:
            above = CRMS[crm].ways[way]
            self._runs[crm, way] = Unbroken(self.scene(crm), self._runner, self._folders.mktemp(way), above)
        return self._runs[crm, way]


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory, runner: Runner) -> Theatre:
    """All of it."""
    return Theatre(tmp_path_factory, runner)


@pytest.mark.parametrize(("crm", "way"), WAYS)
def test_unbroken(theatre: Theatre, crm: str, way: str) -> None:
    """What all others are compared with is right itself: each change once, one refused, one in conflict, one gone."""
    unbroken = theatre.unbroken(crm, way)
    assert expected(unbroken.left) == {
        State.APPLIED: 2 * (PEOPLE - 15) + 12,
        State.FAILED: 2,
        State.CONFLICT: 1,
        State.SKIPPED: 3,
    }
    changes = CRMS[crm].changes(unbroken.left["crm"])
    assert set(changes.values()) == {1}
    assert sum(after == AFTER for _, _, after in changes) == PEOPLE - 15
    assert unbroken.left["ledger"]["stages"] == [True, True, True]
    assert unbroken.left["ledger"]["lease"] == [""]
    assert bool([path for _, path in unbroken.requests if "jobs/ingest" in path]) is (way == "bulk")
    assert bool([path for _, path in unbroken.requests if "$batch" in path]) is (crm == "dynamics")


def _kill_at(
    scene: Scene, runner: Runner, folder: Path, way: str, at: int, blow: Blow, then: tuple[int, Blow] | None = None
) -> dict[str, Any]:
    """Killed at that request; perhaps once more while it resumes. Gives what is left in the end."""
    with scene.set(folder) as stage:
        job = stage.job(bulk_above=scene.crm.ways[way])
        stage.proxy.arm(at, blow, lambda: runner.pid)
        killed = runner.run(job)
        assert killed is None, "it should have died"
        if then is not None:
            stage.proxy.arm(len(stage.proxy.seen) + then[0], then[1], lambda: runner.pid)
            runner.run(job)
        ended = runner.run(job)
        assert ended is not None
        assert not ended.error, ended.error
        return stage.left()


def _blows(requests: list[tuple[str, str]], at: int) -> list[Blow]:
    has_body = requests[at - 1][0] in WRITES
    return [blow for blow in Blow if has_body or blow is not Blow.HALF_SENT]


def _each(unbroken: Unbroken, numbers: list[int]) -> Iterator[tuple[int, Blow]]:
    for number in numbers:
        for blow in _blows(unbroken.requests, number):
            yield number, blow


def _sample(way: str, requests: list[tuple[str, str]]) -> list[int]:
    """The first and the last writing request; by collections also one that looks at the canary in between."""
    writes = [number for number, (method, _) in enumerate(requests, 1) if method in WRITES]
    between = [(writes[0] + writes[-1]) // 2] if way == "rest" else []
    return [writes[0], *between, writes[-1]]


@pytest.mark.parametrize(("crm", "way"), AT_FIRST)
def test_some_requests(
    theatre: Theatre, runner: Runner, tmp_path_factory: pytest.TempPathFactory, crm: str, way: str
) -> None:
    """Killed at some of its requests and resumed, nothing is lost and nothing written twice."""
    scene, unbroken = theatre.scene(crm), theatre.unbroken(crm, way)
    for at, blow in _each(unbroken, _sample(way, unbroken.requests)):
        left = _kill_at(scene, runner, tmp_path_factory.mktemp("kill"), way, at, blow)
        assert left == unbroken.left, f"killed at request {at}, {blow}"


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("crm", "way"), WAYS)
def test_every_request(
    theatre: Theatre, runner: Runner, tmp_path_factory: pytest.TempPathFactory, crm: str, way: str
) -> None:
    """Killed at any of its requests, at any point within it, and resumed, nothing is lost and nothing written twice."""
    scene, unbroken = theatre.scene(crm), theatre.unbroken(crm, way)
    for at, blow in _each(unbroken, list(range(1, len(unbroken.requests) + 1))):
        left = _kill_at(scene, runner, tmp_path_factory.mktemp("kill"), way, at, blow)
        assert left == unbroken.left, f"killed at request {at}, {blow}"


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("crm", "way"), WAYS)
def test_killed_while_resuming(
    theatre: Theatre, runner: Runner, tmp_path_factory: pytest.TempPathFactory, crm: str, way: str
) -> None:
    """Killed at a writing request, and again at each of the next requests of the resume: still the same end."""
    scene, unbroken = theatre.scene(crm), theatre.unbroken(crm, way)
    writes = [number for number, (method, _) in enumerate(unbroken.requests, 1) if method in WRITES]
    for at in (writes[0], writes[-1]):
        for later in range(1, 9):
            then = (later, Blow.UNANSWERED)
            folder = tmp_path_factory.mktemp("twice")
            left = _kill_at(scene, runner, folder, way, at, Blow.UNANSWERED, then)
            assert left == unbroken.left, f"killed at request {at} and then at {later}"


def _kill_after_commit(scene: Scene, runner: Runner, folder: Path, way: str, commit: int) -> dict[str, Any]:
    with scene.set(folder) as stage:
        assert runner.run(stage.job(bulk_above=scene.crm.ways[way], die_after=commit)) is None, "it should have died"
        ended = runner.run(stage.job(bulk_above=scene.crm.ways[way]))
        assert ended is not None
        assert not ended.error, ended.error
        return stage.left()


@pytest.mark.parametrize(("crm", "way"), AT_FIRST)
@pytest.mark.long
def test_some_commits(
    theatre: Theatre, runner: Runner, tmp_path_factory: pytest.TempPathFactory, crm: str, way: str
) -> None:
    """Killed right after some of its commits to the ledger and resumed, the end is the same."""
    scene, unbroken = theatre.scene(crm), theatre.unbroken(crm, way)
    for commit in range(2, unbroken.commits, unbroken.commits // 4):
        left = _kill_after_commit(scene, runner, tmp_path_factory.mktemp("commit"), way, commit)
        assert left == unbroken.left, f"killed after commit {commit}"


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("crm", "way"), WAYS)
def test_every_commit(
    theatre: Theatre, runner: Runner, tmp_path_factory: pytest.TempPathFactory, crm: str, way: str
) -> None:
    """Killed right after any of its commits to the ledger and resumed, the end is the same."""
    scene, unbroken = theatre.scene(crm), theatre.unbroken(crm, way)
    for commit in range(1, unbroken.commits):
        left = _kill_after_commit(scene, runner, tmp_path_factory.mktemp("commit"), way, commit)
        assert left == unbroken.left, f"killed after commit {commit}"
