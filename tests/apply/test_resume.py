"""Stopping anywhere and going on: the law of the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.model import Limits
from connector.ports import Table
from connector.store.ledger import Ledger, State
from connector.store.ledger.database import Database
from tests.adapters.memory import Killed, MemoryCrm
from tests.apply.desk import Desk, history, in_order, leads, outcome, to, values
from tests.store.ledger.open import Clock

LIMITS = Limits(floor=1_000)


class World:
    """A CRM with a ledger beside it, always the same at the beginning; what a whole run leaves behind is `end`."""

    def __init__(self, folder: Path, count: int) -> None:
        self.crm = MemoryCrm()
        self.clock = Clock()
        self.folder = folder
        refs = leads(self.crm, *["Open", "Vmail"] * (count // 2))
        changes = to(self.crm, refs, "Inquiry") + to(self.crm, refs[::3], "3", "score", rule="qualify")
        with self.process() as desk:
            self.plan = desk.plan(in_order(changes)).id
        self.crm.edit(Table.LEAD, refs[-1].id, status="Working")
        self.crm.faults.refuse[refs[-2].id] = ("REFUSED", "no")
        self.crm.automation = None

    @contextmanager
    def process(self) -> Iterator[Desk]:
        """A new process; the one before is gone."""
        with Desk(self.folder, self.crm, self.clock).open() as desk:
            yield desk

    def begin(self) -> None:
        """Applies the plan, or dies."""
        with self.process() as desk, suppress(Killed):
            desk.apply(self.plan, limits=LIMITS)

    def go_on(self) -> None:
        """Resumes the plan; if it died before it was begun, applies it."""
        with self.process() as desk, suppress(Killed):
            if desk.ledger.plans.find(self.plan).started_at is None:
                desk.apply(self.plan, limits=LIMITS)
            else:
                desk.resume(self.plan, limits=LIMITS)

    def end(self) -> dict[str, Any]:
        """What is left: values and history rows in the CRM, and the plan's outcomes in the ledger."""
        with self.process() as desk:
            header = desk.ledger.plans.find(self.plan)
            assert desk.ledger.batches.open(header) == []
            return {
                "finished": header.finished_at is not None,
                "values": values(self.crm),
                "history": history(self.crm),
                "outcome": outcome(desk.entries(self.plan)),
                "own": desk.ledger.has_writes(),
            }


@cache
def _ledger() -> bytes:
    """An empty ledger, so that not every world has to make one; nothing where ledgers are no files."""
    with TemporaryDirectory() as folder:
        Ledger.open(Path(folder) / "ledger.db", "test", Clock()).close()
        path = Path(folder) / "ledger.db"
        return path.read_bytes() if path.exists() else b""


@cache
def _unbroken(count: int) -> dict[str, Any]:
    """How a run ends that nobody interrupts."""
    whole, _folder = _world(count)
    whole.begin()
    end = {**whole.end(), "requests": whole.crm.writes}
    assert end["finished"]
    return end


def _world(count: int) -> tuple[World, TemporaryDirectory[str]]:
    folder = TemporaryDirectory()
    if _ledger():
        (Path(folder.name) / "ledger.db").write_bytes(_ledger())
    return World(Path(folder.name), count), folder


def _end(count: int) -> dict[str, Any]:
    return {name: value for name, value in _unbroken(count).items() if name != "requests"}


@contextmanager
def killing(at: int, *, before: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], bool]]:
    """The process dies right before or after its commit number `at` to the ledger."""
    real = Database.transaction
    commits = 0

    @contextmanager
    def transaction(self: Database, lease: Any = None) -> Iterator[Any]:
        nonlocal commits
        with real(self, lease) as connection:
            yield connection
            commits += 1
            if before and commits == at:
                raise Killed
        if not before and commits == at:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Database, "transaction", transaction)
        yield lambda: commits >= at


@pytest.mark.parametrize("count", [pytest.param(14, id="rows"), pytest.param(70, id="bulk", marks=pytest.mark.long)])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_every_commit(count: int, before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed right before or after any commit to the ledger, and resumed: the same end as an unbroken run."""
    at, struck = 2, True  # commit 1 takes the lease
    while struck:
        world, _folder = _world(count)
        with world.process() as desk, killing(at - 1, before=before, monkeypatch=monkeypatch) as died:
            with suppress(Killed):
                desk.apply(world.plan, limits=LIMITS)
            struck = died()
        world.go_on()
        assert world.end() == _end(count), f"killed {'before' if before else 'after'} commit {at - 1}"
        at += 1
    assert at > 8


@pytest.mark.parametrize("count", [14, 70], ids=["rows", "bulk"])
@pytest.mark.parametrize("fault", ["kill_before", "kill_after", "lost", "unanswered"])
def test_every_request(count: int, fault: str) -> None:
    """Killed right before or after any writing request, or without its answer: the same end as an unbroken run."""
    for number in range(1, _unbroken(count)["requests"] + 1):
        world, _folder = _world(count)
        getattr(world.crm.faults, fault).add(number)
        world.begin()
        world.go_on()
        assert world.end() == _end(count), f"{fault} at request {number}"


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from([6, 14, 30, 70]),
    st.lists(st.tuples(st.sampled_from(["kill_before", "kill_after"]), st.integers(1, 6)), max_size=5),
)
def test_killed_again_and_again(count: int, deaths: list[tuple[str, int]]) -> None:
    """However often it is killed, once it is let live the end is that of an unbroken run."""
    world, _folder = _world(count)
    for fault, later in deaths:
        getattr(world.crm.faults, fault).add(world.crm.writes + later)
        world.go_on()
        world.crm.faults.kill_before.clear()
        world.crm.faults.kill_after.clear()
    world.go_on()
    assert world.end() == _end(count)


@pytest.mark.parametrize("fault", ["kill_before", "kill_after"])
@pytest.mark.parametrize(("count", "request_"), [(14, 1), (70, 2)], ids=["rows", "bulk"])
def test_changed_between_crash_and_resume(count: int, request_: int, fault: str) -> None:
    """What somebody changed after the crash is theirs: in conflict, whether or not our write had arrived."""
    world, _folder = _world(count)
    getattr(world.crm.faults, fault).add(request_)
    world.begin()
    with world.process() as desk:
        header = desk.ledger.plans.find(world.plan)
        ((batch, _),) = desk.ledger.batches.open(header)
        first, *_ = desk.ledger.changes.of_batch(header.number, batch.number, State.INTENDED)
    ref = first.change.ref
    world.crm.edit(Table.LEAD, ref.id, status="Working", score=1.5)
    world.go_on()
    assert world.crm.value(ref, "status") == "Working"
    with world.process() as desk:
        states = [entry.state for entry in desk.entries(world.plan) if entry.change.ref == ref]
    assert State.CONFLICT in states
    assert State.APPLIED not in states
