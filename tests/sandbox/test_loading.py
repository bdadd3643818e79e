"""Many rows into one table at once."""

from __future__ import annotations

import sqlite3

import pytest

from connector.sandbox.loading import load_rows

INDEX = ['CREATE INDEX "ix_lead_name" ON "lead" ("name")']


@pytest.fixture
def db() -> sqlite3.Connection:
    """A table with one index."""
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE lead (id, name)")
    made.execute(INDEX[0])
    return made


def indexes(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")]


@pytest.mark.parametrize("count", [0, 1, 2_000, 4_001])
def test_every_row_comes(db: sqlite3.Connection, count: int) -> None:
    """All of them, in blocks, and the index is there afterwards, whether there were rows before or not."""
    for _ in range(2):
        assert load_rows(db, "lead", ["name", "id"], ([str(n), n] for n in range(count)), INDEX) == count
        assert indexes(db) == ["ix_lead_name"]
    assert db.execute("SELECT count(*), count(DISTINCT id) FROM lead").fetchone() == (2 * count, count)


def test_rows_are_indexed_after_they_came(db: sqlite3.Connection) -> None:
    """While the rows of an empty table come there is no index; a table that has rows keeps its."""
    seen: list[list[str]] = []

    def rows() -> object:
        seen.append(indexes(db))
        yield [1, "Doe"]

    for _ in range(2):
        load_rows(db, "lead", ["id", "name"], rows(), INDEX)  # type: ignore[arg-type]
    assert seen == [[], ["ix_lead_name"]]
