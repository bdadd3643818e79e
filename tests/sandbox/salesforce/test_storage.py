"""One writer, many readers."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.storage import Storage


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    made = Storage(tmp_path / "x.db")
    made.db.execute("CREATE TABLE t (a)")
    return made


def count(storage: Storage) -> int:
    found: int = storage.reader().execute("SELECT count(*) FROM t").fetchone()[0]
    return found


def fail_inside(storage: Storage, act: Callable[[], None] = lambda: None) -> None:
    """Writes a row in a nested transaction, acts, and fails."""
    with storage.transaction(), storage.transaction() as db:
        db.execute("CREATE TABLE IF NOT EXISTS t (a)")
        db.execute("INSERT INTO t VALUES (3)")
        act()
        raise RuntimeError


def test_nested_transactions_commit_together(storage: Storage) -> None:
    """Only the outermost commits; an exception that reaches it undoes all, one caught inside does not."""
    with storage.transaction() as db:
        db.execute("INSERT INTO t VALUES (1)")
        with storage.transaction():
            db.execute("INSERT INTO t VALUES (2)")
    assert count(storage) == 2
    with pytest.raises(RuntimeError):
        fail_inside(storage)
    assert count(storage) == 2


def test_readers_see_what_is_committed(storage: Storage) -> None:
    """Another thread does not see an open transaction; the writing thread sees its own writes."""
    seen: list[int] = []
    with storage.transaction() as db:
        db.execute("INSERT INTO t VALUES (1)")
        other = threading.Thread(target=lambda: seen.append(count(storage)))
        other.start()
        other.join()
        seen.append(count(storage))
    assert seen == [0, 1]


def test_readers_cannot_write(storage: Storage) -> None:
    """The reading connection refuses to write."""
    with pytest.raises(Exception, match="readonly"):
        storage.reader().execute("INSERT INTO t VALUES (1)")


def test_a_rollback_forgets_what_was_remembered() -> None:
    """Settings, objects and permissions changed in an undone transaction are as before."""
    org = Org()
    with pytest.raises(RuntimeError):
        fail_inside(org.storage, lambda: org.settings.update(assignment={}))
    assert "Lead" in org.settings["assignment"]
    org.close()
