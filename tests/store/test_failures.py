"""Tests of connector.store.failures."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import ArgumentError, OperationalError

from connector.errors import StoreFailed
from connector.store.bulk import Connection
from connector.store.engine import engine_at
from connector.store.failures import LEDGER, MIRROR, failure, translated

CODES = {name: value for name, value in vars(sqlite3).items() if name.startswith("SQLITE_") and value in range(1, 27)}
KINDS = [kind for kind in vars(sqlite3).values() if isinstance(kind, type) and issubclass(kind, sqlite3.Error)]


def coded(code: int) -> sqlite3.Error:
    """A SQLite error as the driver raises it."""
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


def small(path: Path) -> Connection:
    """A store on a disk with room for a few pages."""
    connection = Connection(engine_at(path, kind=MIRROR, durable=False), MIRROR)
    connection.run("CREATE TABLE t (x BLOB)")
    connection.run("PRAGMA max_page_count=8")
    return connection


@pytest.mark.parametrize("name", sorted(CODES))
@pytest.mark.parametrize("kind", [MIRROR, LEDGER])
def test_every_sqlite_code_is_told_with_what_to_do(name: str, kind: str) -> None:
    """Whatever code SQLite knows becomes a StoreFailed that names the store, says what, and what next."""
    told = failure(coded(CODES[name]), "state/x.db", kind)
    assert told.where == f"{kind} state/x.db"
    assert "as SQLite says it" in told.what
    assert told.next


@pytest.mark.parametrize("kind", KINDS)
def test_every_driver_error_is_translated(kind: type[Exception], tmp_path: Path) -> None:
    """No error class of the driver gets through, with SQLAlchemy around it or not."""
    with pytest.raises(StoreFailed), translated(tmp_path, MIRROR):
        raise kind("boom")
    with pytest.raises(StoreFailed), translated(tmp_path, MIRROR):
        raise OperationalError("SELECT 1", {}, kind("boom"))


def test_sqlalchemy_and_system_errors_are_translated(tmp_path: Path) -> None:
    """SQLAlchemy's own errors and the system's become StoreFailed too; a full disk is called a full disk."""
    with pytest.raises(StoreFailed), translated(tmp_path, MIRROR):
        raise ArgumentError("boom")
    with pytest.raises(StoreFailed, match="the disk is full"), translated(tmp_path, MIRROR):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StoreFailed, match="read-only"), translated(tmp_path, MIRROR):
        raise OSError(errno.EROFS, "Read-only file system")


def test_extended_codes_count_as_their_primary(tmp_path: Path) -> None:
    """SQLITE_IOERR_WRITE and its like are read and write errors of the disk."""
    assert "disk could not be read or written" in failure(coded(sqlite3.SQLITE_IOERR_WRITE), tmp_path, MIRROR).what


def test_other_errors_pass(tmp_path: Path) -> None:
    """Faults of ours are not called faults of the disk."""
    with pytest.raises(KeyError), translated(tmp_path, MIRROR):
        raise KeyError("ours")


def test_a_full_disk_is_clear_and_loses_nothing(tmp_path: Path) -> None:
    """When the disk is full the transaction is taken back, the error says so, and the store works on."""
    store = small(tmp_path / "x.db")
    with pytest.raises(StoreFailed, match="the disk is full") as told, store.transaction():
        store.many("INSERT INTO t VALUES (?)", [(bytes(4000),)] * 50)
    assert "free some space" in told.value.next
    assert str(tmp_path / "x.db") in told.value.where
    assert store.one("SELECT count(*) FROM t") == 0
    with store.transaction():
        store.run("INSERT INTO t VALUES (?)", (b"small",))
    assert store.one("SELECT count(*) FROM t") == 1


def test_a_locked_store_is_clear(tmp_path: Path) -> None:
    """A store that another process keeps locked is called that, after a wait."""
    one = small(tmp_path / "x.db")
    other = Connection(engine_at(tmp_path / "x.db", kind=MIRROR, durable=False), MIRROR)
    other.run("PRAGMA busy_timeout=10")
    with one.transaction(), pytest.raises(StoreFailed, match="locked for too long") as told, other.transaction():
        pass
    assert "wait until the other connector command has ended" in told.value.next


@pytest.mark.parametrize(("kind", "advice"), [(MIRROR, "run `connector sync`"), (LEDGER, "last backup")])
def test_a_damaged_file_is_clear(tmp_path: Path, kind: str, advice: str) -> None:
    """A file that is no database is called that; a mirror may be deleted, a ledger must not be."""
    path = tmp_path / "x.db"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(StoreFailed, match="damaged or not a database") as told:
        Connection(engine_at(path, kind=kind, durable=True), kind)
    assert advice in told.value.next


def test_a_path_through_a_file_is_clear(tmp_path: Path) -> None:
    """A state folder that is a file is named, with the key to correct."""
    (tmp_path / "state").write_text("")
    with pytest.raises(StoreFailed) as told:
        engine_at(tmp_path / "state" / "x.db", kind=MIRROR, durable=False)
    assert "state" in told.value.next
