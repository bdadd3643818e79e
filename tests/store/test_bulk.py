"""Tests of connector.store.bulk."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.store.bulk import FETCH, Connection, differ, listed, places
from connector.store.engine import engine_at
from connector.store.failures import MIRROR


@pytest.fixture
def store(tmp_path: Path) -> Connection:
    """A store with a table of two columns."""
    connection = Connection(engine_at(tmp_path / "x.db", kind=MIRROR, durable=False), MIRROR)
    connection.run("CREATE TABLE t (x, y)")
    return connection


def test_a_transaction_is_all_or_nothing(store: Connection) -> None:
    """An error in the block takes everything in it back, inner transactions included."""

    def fail() -> None:
        with store.transaction():
            store.run("INSERT INTO t VALUES (1, 1)")
            with store.transaction():
                store.run("INSERT INTO t VALUES (2, 2)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.rows("SELECT * FROM t") == []
    with store.transaction():
        store.run("INSERT INTO t VALUES (3, 3)")
    assert store.rows("SELECT * FROM t") == [(3, 3)]


def test_streaming_brings_every_row_while_others_are_written(store: Connection) -> None:
    """Rows come in lists of bounded size; writing and committing meanwhile disturbs nothing."""
    store.many("INSERT INTO t VALUES (?, ?)", ((n, n) for n in range(2 * FETCH + 5)))
    sizes = []
    for part in store.stream("SELECT x FROM t ORDER BY x DESC"):
        sizes.append(len(part))
        with store.transaction():
            store.run("DELETE FROM t WHERE x = ?", (part[0][0],))
    assert sizes == [FETCH, FETCH, 5]
    assert store.one("SELECT count(*) FROM t") == 2 * FETCH + 2


def test_a_private_transaction_takes_no_lock(store: Connection, tmp_path: Path) -> None:
    """Temporary tables can be written while another process writes the store."""
    other = Connection(engine_at(tmp_path / "x.db", kind=MIRROR, durable=False), MIRROR)
    other.run("CREATE TEMP TABLE mine (x)")
    with store.transaction():
        store.run("INSERT INTO t VALUES (1, 1)")
        with other.transaction(private=True):
            other.run("INSERT INTO mine VALUES (1)")
    assert other.one("SELECT count(*) FROM mine") == 1


def test_empty_differs_from_a_value_but_not_from_empty(store: Connection) -> None:
    """`differ` treats empty as a value."""
    store.many("INSERT INTO t VALUES (?, ?)", [(None, None), (None, 1), (1, None), (1, 1), (1, 2)])
    condition = differ(["x"], "a", "b")
    others = "(SELECT rowid AS id, y AS x FROM t) AS b"
    found = store.rows(f"SELECT a.x, b.x FROM t AS a JOIN {others} ON b.id = a.rowid WHERE {condition}")
    assert found == [(None, 1), (1, None), (1, 2)]


def test_names_and_places() -> None:
    """Column lists and places for values."""
    assert listed(["a", "b"], "p.") == "p.a, p.b"
    assert places(3) == "?, ?, ?"
