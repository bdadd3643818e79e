"""A process killed at any commit leaves a mirror that the next one goes on with, to the same end."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from connector.model import Evidence, Finding, Judgement
from connector.store.bulk import Connection
from connector.store.mirror import Mirror, loading, packing, passes
from tests.adapters.memory import MemoryCrm
from tests.sync.org import NOW, Edits, Office, evidence, furnish

SMALL = 3


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions and pages of a few rows, so that there are many commits to die at."""
    monkeypatch.setattr(loading, "CHUNK", SMALL)
    monkeypatch.setattr(packing, "PEOPLE", SMALL)
    monkeypatch.setattr(packing, "MENTIONS", SMALL)
    monkeypatch.setattr(passes, "PAGE", SMALL)


def judgement(one: Evidence) -> Judgement:
    """Something that depends on all the evidence."""
    told = f"{one.person.status} {len(one.changes)} {len(one.activities)} {len(one.twins)} {one.conversion is None}"
    return Judgement(findings=(Finding("held", told, one.person.title or ""),))


def night(folder: Path, crm: MemoryCrm) -> None:
    """Sync and judge, as one process does it."""
    office = Office(folder, crm)
    office.sync()
    for page in office.mirror.people.pages(NOW):
        office.mirror.verdicts.store([(one, judgement(one)) for one in page])
    office.close()


def standing(folder: Path) -> Any:
    """All that the mirror says at the end."""
    with Mirror.open(folder / "mirror.db", "acme", reading=True) as mirror:
        return evidence(mirror), list(mirror.verdicts.findings()), mirror.dirty.count()


def die_at(commit: int, after: bool) -> None:
    """From now on this process kills itself at that commit of the mirror."""
    run, left = Connection.run, commit

    def dying(self: Connection, sql: str, values: Sequence[Any] = ()) -> int:
        nonlocal left
        left -= sql == "COMMIT"
        if sql == "COMMIT" and not left and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        touched = run(self, sql, values)
        if sql == "COMMIT" and not left and after:
            os.kill(os.getpid(), signal.SIGKILL)
        return touched

    Connection.run = dying  # type: ignore[method-assign]


def in_a_process(work: Callable[[], None]) -> bool:
    """Does the work in a process of its own; whether that lived to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    assert os.waitstatus_to_exitcode(status) == 0
    return True


def org(seed: int) -> tuple[MemoryCrm, Edits]:
    """An org somebody has worked in."""
    crm = MemoryCrm("acme")
    furnish(crm)
    edits = Edits(crm, random.Random(seed).choice)
    for _ in range(4):
        edits.some(30)
    return crm, edits


def two_nights(folder: Path, seed: int, commit: int = 0, after: bool = False) -> tuple[Any, bool]:
    """What stands after two nights, the first of them killed at that commit (0: not at all), and whether it was.

    With an odd seed there was another night before, so that the killed one reads changes."""
    folder.mkdir()
    crm, edits = org(seed)
    if seed % 2:
        assert in_a_process(lambda: night(folder, crm))
        crm.now += 10
        edits.some(30)

    def first() -> None:
        if commit:
            die_at(commit, after)
        night(folder, crm)

    lived = in_a_process(first)
    assert in_a_process(lambda: night(folder, crm))
    return standing(folder), not lived


@pytest.mark.parametrize(("seed", "commits"), [(0, (3, 17, 40, 75)), (1, (2, 9, 16))])
def test_a_killed_night_ends_as_an_unbroken_one(tmp_path: Path, seed: int, commits: Sequence[int]) -> None:
    """Whether a first sync or a later one, whether reading, packing or judging is killed, before a commit or after."""
    unbroken, _ = two_nights(tmp_path / "unbroken", seed)
    for commit in commits:
        for after in (False, True):
            found, killed = two_nights(tmp_path / f"killed-{commit}-{after}", seed, commit, after)
            assert killed, f"it came to its end before commit {commit}"
            assert found == unbroken


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_every_commit(tmp_path: Path, seed: int) -> None:
    """The same for every commit that there is."""
    unbroken, _ = two_nights(tmp_path / "unbroken", seed)
    commit, killed = 0, True
    while killed:
        commit += 1
        found, killed = two_nights(tmp_path / f"killed-{commit}", seed, commit, bool(commit % 2))
        assert found == unbroken
    assert commit > 15
