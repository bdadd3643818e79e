"""Tests of connector.store.engine."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.errors import ConfigError
from connector.store.bulk import Connection
from connector.store.engine import engine_at
from connector.store.failures import MIRROR
from connector.store.ledger import Ledger
from connector.store.place import Postgres
from tests.database import address


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return path.stat().st_mode & 0o777


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """The database, its -wal and its -shm are readable by their owner only; so is a folder made for them."""
    path = tmp_path / "state" / "x.db"
    connection = Connection(engine_at(path, kind=MIRROR, durable=False), MIRROR)
    connection.run("CREATE TABLE t (x)")
    assert [mode(Path(f"{path}{suffix}")) for suffix in ("", "-wal", "-shm")] == [0o600] * 3
    assert mode(path.parent) == 0o700


def test_a_file_left_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    """A database that somebody made readable is made private again."""
    path = tmp_path / "x.db"
    path.touch(0o644)
    engine_at(path, kind=MIRROR, durable=False)
    assert mode(path) == 0o600


def test_to_open_a_file_twice_lets_go_of_no_lock(tmp_path: Path) -> None:
    """A process that opens and closes the file itself loses what SQLite has locked of it; then another process that is
    done folds the log away under its hands, and what it writes from then on nobody ever sees."""
    path = tmp_path / "x.db"
    first = Connection(engine_at(path, kind=MIRROR, durable=True), MIRROR)
    first.run("CREATE TABLE t (x)")
    Connection(engine_at(path, kind=MIRROR, durable=True), MIRROR).close()
    look = f"import sqlite3; c = sqlite3.connect({str(path)!r}); print(*c.execute('SELECT count(*) FROM t').fetchone())"
    seen = []
    for number in range(3):
        seen.append(int(subprocess.run([sys.executable, "-c", f"{look}; c.close()"], capture_output=True).stdout))
        first.run("INSERT INTO t VALUES (?)", (number,))
    assert seen == [0, 1, 2]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_is_made_is_never_anothers(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its mode from the beginning, whatever the umask; nothing but it is left in the folder."""

    def unable(*paths: object) -> None:
        raise PermissionError("no links here")

    if not links:
        monkeypatch.setattr(os, "link", unable)
    before = os.umask(0)
    try:
        engine_at(tmp_path / "x.db", kind=MIRROR, durable=False)
    finally:
        os.umask(before)
    assert [(one.name, mode(one)) for one in tmp_path.iterdir()] == [("x.db", 0o600)]


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_durability_is_as_asked(tmp_path: Path, durable: bool, level: int) -> None:
    """A durable store waits for the disk at every commit, the other keeps only their order; both are in WAL mode."""
    connection = Connection(engine_at(tmp_path / "x.db", kind=MIRROR, durable=durable), MIRROR)
    assert connection.one("PRAGMA synchronous") == level
    assert connection.one("PRAGMA journal_mode") == "wal"


def test_a_database_in_another_encoding_is_refused() -> None:
    """What cannot hold every name is told before anything is written into it: which encoding, and what to do."""
    import psycopg

    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(address(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    place = Postgres(address().replace("/postgres?", f"/{name}?"), "connector_ledger")
    with pytest.raises(ConfigError, match="SQL_ASCII") as refused:
        Ledger.open(place, "acme", lambda: datetime(2026, 3, 3, tzinfo=UTC))
    assert "UTF8" in refused.value.next
