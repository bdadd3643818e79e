"""The disk is full: it stops, says where, loses nothing, and goes on once there is room."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from connector.store import engine
from tests.acceptance.site import Site
from tests.acceptance.test_canary import LEADS, planned, playing

pytestmark = pytest.mark.long
"""Every command on a full disk takes minutes."""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Site]:
    """60 leads to be corrected."""
    with playing(tmp_path) as made:
        yield made


def small_files(kibibytes: int) -> Callable[[], None]:
    """No file of the process may grow beyond that."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kibibytes << 10, kibibytes << 10))


@pytest.mark.parametrize("kibibytes", [32, 100, 180])
def test_no_room_at_some_point_of_an_apply(at: Site, kibibytes: int) -> None:
    """Wherever it runs out: error of three parts, exit code 1; `resume` finishes, and no lead is written twice."""
    plan = planned(at)
    ran = at.connector.process("apply", plan, "--json", preexec_fn=small_files(kibibytes))
    assert ran.code == 1
    assert "the disk could not be" in ran.error["what"] or "disk is full" in ran.error["what"]
    assert "state" in ran.error["where"]
    assert "disk" in ran.error["next"] or "space" in ran.error["next"]
    assert at.connector.ask("apply", plan)["applied"] == LEADS
    assert set(at.column().values()) == {"LAL", "Inquiry"}
    assert set(at.tally().values()) == {1}


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch, name: str, room: int) -> Iterator[None]:
    """SQLite files of that name may grow by so many pages more; then SQLite itself says that the disk is full."""
    real = engine.create_engine

    def limited(url: Any, **keys: Any) -> Any:
        made = real(url, **keys)
        if Path(url.database).name == name:

            @event.listens_for(made, "connect")
            def _limit(connection: sqlite3.Connection, _: Any) -> None:
                [pages] = connection.execute("PRAGMA page_count").fetchone()
                connection.execute(f"PRAGMA max_page_count = {pages + room}").fetchone()

        return made

    with monkeypatch.context() as patch:
        patch.setattr(engine, "create_engine", limited)
        yield


@pytest.mark.parametrize(
    ("name", "words"), [("ledger.db", "plan"), ("ledger.db", "apply {plan}"), ("mirror-acme.db", "sync --full")]
)
def test_the_disk_is_full(at: Site, monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    """Said in these words, with the file; afterwards the same command does its work."""
    plan = planned(at)
    rows = [(f"N{n}", "C", "Inquiry") for n in range(3_000)]
    at.org.load("Lead", ("LastName", "Company", "Status"), rows)
    command = words.format(plan=plan).split()
    with full(monkeypatch, name, room=1):
        error = at.connector.fails(*command)
    assert "the disk is full" in error["what"]
    assert name in error["where"]
    assert "free some space" in error["next"]
    at.connector.ask(*command)
    at.connector.ask("sync")
    at.connector.ask("apply", plan)
    assert set(at.column().values()) == {"LAL", "Inquiry"}
    assert set(at.tally().values()) == {1}
    assert at.connector.ask("plan")["changes"] == 0
