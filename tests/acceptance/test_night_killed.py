"""A night killed at any moment, raced, or stopped past its lease: the end is that of one that nobody disturbed.

Real processes, SIGKILL and SIGSTOP, a real sandbox, ledger and mirror in files and in PostgreSQL. At which moments a
night is killed is left to chance; the seed is printed, and CONNECTOR_TESTS_SEED sets it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from connector.store.ledger.lease import TTL
from tests.acceptance.conftest import Sample
from tests.acceptance.nights import Moment, Stage, moments, stage
from tests.alerts.receivers import Hook, hook
from tests.kill.forking import Runner
from tests.kill.killed_night import Ended

WRITES = ("POST", "PUT", "PATCH")
KINDS = {"file": False, "postgres": True}
AT_FIRST = ["file", pytest.param("postgres", marks=pytest.mark.long)]
"""In PostgreSQL among the long tests."""
LATER = ("reading", "last write")


class Whole(NamedTuple):
    """An undisturbed night: what it leaves, its requests, how often it commits."""

    left: dict[str, Any]
    requests: list[tuple[str, str]]
    commits: int


@pytest.fixture(scope="module")
def chat() -> Iterator[Hook]:
    """Where alerts are told."""
    with hook() as one:
        yield one


@pytest.fixture(scope="module")
def runners() -> Iterator[tuple[Runner, Runner]]:
    """Where the processes come from; two may work at the same time."""
    with Runner("tests.kill.killed_night", Ended) as one, Runner("tests.kill.killed_night", Ended) as two:
        yield one, two


@pytest.fixture(scope="module")
def whole(
    sample: Sample, chat: Hook, runners: tuple[Runner, Runner], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Whole]:
    """What all others are compared with: it is right itself."""
    found = {}
    for kind, postgres in KINDS.items():
        with stage(tmp_path_factory.mktemp("whole"), sample, chat, postgres=postgres) as one:
            ended = runners[0].run(one.job())
            assert ended is not None
            assert ended.code == 0, ended.said
            assert len(chat.messages) == 1
            found[kind] = Whole(one.left(), list(one.one.seen), ended.commits)
            assert sum(found[kind].left["written"].values()) > 50
    assert found["file"].left["written"] == found["postgres"].left["written"]
    return found


def _survives(one: Stage, runner: Runner, moment: Moment) -> tuple[bool, dict[str, Any]]:
    """Whether the night died at that moment, and what is left when `connector run` has been run again."""
    if moment.request:
        one.one.arm(moment.request, moment.blow, lambda: runner.pid)
    died = runner.run(one.job(die_after=moment.commit)) is None
    ended = runner.run(one.job())
    assert ended is not None
    assert ended.code == 0, ended.said
    return died, one.left()


def _killed(
    count: int, seed: int, kind: str, whole: Whole, sample: Sample, chat: Hook, runner: Runner,
    folders: pytest.TempPathFactory,
) -> None:  # fmt: skip
    print(f"seed {seed}")  # noqa: T201
    deaths = 0
    for moment in moments(seed, count, whole.requests, whole.commits):
        with stage(folders.mktemp("kill"), sample, chat, postgres=KINDS[kind]) as one:
            died, left = _survives(one, runner, moment)
            deaths += died
            assert left == whole.left, f"seed {seed}, killed at {moment}"
    assert deaths >= count * 0.9, f"seed {seed}: only {deaths} of {count} died"


@pytest.mark.parametrize("kind", AT_FIRST)
def test_killed_at_some_moments(
    kind: str, whole: Mapping[str, Whole], sample: Sample, chat: Hook, runners: tuple[Runner, Runner],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """Killed at a request and after a commit, and run again: CRM and ledger as if nothing had been, told once."""
    _killed(2, 20260302, kind, whole[kind], sample, chat, runners[0], tmp_path_factory)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_a_hundred_moments(
    kind: str, whole: Mapping[str, Whole], sample: Sample, chat: Hook, runners: tuple[Runner, Runner],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """Fifty moments with files and fifty with PostgreSQL, others every time."""
    seed = int(os.environ.get("CONNECTOR_TESTS_SEED") or random.randrange(10**6))
    _killed(50, seed, kind, whole[kind], sample, chat, runners[0], tmp_path_factory)


def _results(*ended: Ended | None) -> list[str]:
    """How each daemon's job ended, by its log."""
    found = []
    for one in ended:
        assert one is not None
        lines = [json.loads(line) for line in one.said.splitlines()]
        found.append(str(lines[-1]["event"]))
    return sorted(found)


def _nights(one: Stage) -> int:
    with one.opened() as org:
        return len(org.ledger.nights.latest(10))


@pytest.mark.parametrize("kind", KINDS)
def test_two_daemons_at_once(
    kind: str, whole: Mapping[str, Whole], sample: Sample, chat: Hook, runners: tuple[Runner, Runner], tmp_path: Path
) -> None:
    """Both have the night due at the same moment: one walks through it, the other passes over, and again later."""
    with stage(tmp_path, sample, chat, postgres=KINDS[kind]) as one:
        runners[0].start(one.job(daemon=True))
        runners[1].start(one.job("two.toml", daemon=True))
        assert _results(runners[0].end(), runners[1].end()) == ["done", "passed over"]
        assert _results(runners[1].run(one.job("two.toml", daemon=True))) == ["passed over"]
        assert _nights(one) == 1
        assert one.left() == whole[kind].left


@pytest.mark.parametrize("kind", AT_FIRST)
@pytest.mark.parametrize("which", ["first write", *(pytest.param(one, marks=pytest.mark.long) for one in LATER)])
def test_stopped_past_its_lease(
    kind: str, which: str, whole: Mapping[str, Whole], sample: Sample, chat: Hook, runners: tuple[Runner, Runner],
    tmp_path: Path,
) -> None:  # fmt: skip
    """One daemon stands still while it reads, or before a write; another ends the night; woken, it writes nothing."""
    writes = [number for number, (method, _) in enumerate(whole[kind].requests, 1) if method in WRITES]
    at = {"reading": writes[0] // 2, "first write": writes[0] - 1, "last write": writes[-1] - 1}[which]
    sleeper, other = runners
    with stage(tmp_path, sample, chat, postgres=KINDS[kind]) as one:
        _stop_at(one, sleeper, at)
        assert _results(other.run(one.job("two.toml", daemon=True))) == ["passed over"]
        one.forward(TTL + 1)
        assert _results(other.run(one.job("two.toml", daemon=True))) == ["done"]
        left, known, before = one.left(), _known(one), len(one.one.seen)
        os.killpg(sleeper.pid, signal.SIGCONT)
        ended = sleeper.end()
        assert ended is not None
        assert "the lease was lost" in ended.said
        assert not {method for method, _ in one.one.seen[before:]} & set(WRITES)
        assert _known(one) == known
        assert one.left() == left == whole[kind].left


def _stop_at(one: Stage, runner: Runner, at: int) -> None:
    """Starts a daemon's night that stands still at its request number `at`; returns when it does."""
    stopped = threading.Event()

    def stop(number: int) -> None:
        if number == at:
            os.killpg(runner.pid, signal.SIGSTOP)
            while Path(f"/proc/{runner.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
                time.sleep(0.001)
            stopped.set()

    one.one.on = stop
    runner.start(one.job(daemon=True))
    assert stopped.wait(60)


def _known(one: Stage) -> list[Any]:
    """All that the ledger knows but how each command ended, and how far the mirror has come."""
    with one.opened() as org:
        mirror = [org.reading._connection.rows(f"SELECT * FROM {name} ORDER BY 1") for name in ("note", "read_mark")]
        return mirror + [(of.name, row) for of, rows in org.ledger.copies.pages() for row in rows if of.name != "run"]
