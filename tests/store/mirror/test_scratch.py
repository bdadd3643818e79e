"""Statements about a few people start from those few, however many people the mirror holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.store.bulk import Connection
from connector.store.engine import engine_at
from connector.store.mirror import Mirror, scratch

JOINS = {
    "page": f"SELECT p.id FROM {scratch.PAGE} AS g JOIN person AS p ON p.key = g.key WHERE p.object = 1",
    "words": f"SELECT p.key FROM {scratch.WORDS} AS w JOIN person AS p ON p.object = 0 AND p.id = w.word",
    "whom": f"SELECT p.key FROM {scratch.WHOM} AS w JOIN person AS p ON p.object = w.object AND p.id = w.who",
    "incoming": f"SELECT p.key FROM {scratch.INCOMING} AS i JOIN person AS p ON p.object = 1 AND p.id = i.id",
    "conversion": f"SELECT p.key FROM {scratch.WORDS} AS w JOIN person AS p ON p.converted_contact = w.word",
}


@pytest.mark.file_only
@pytest.mark.parametrize("sql", JOINS.values(), ids=JOINS)
def test_the_planner_walks_through_the_few_and_looks_people_up(tmp_path: Path, sql: str) -> None:
    """A join of a scratch table with people scans the scratch table: its cost does not grow with the org."""
    with Mirror.open(tmp_path / "mirror.db", "acme", ()) as mirror:
        mirror.intake.settle()
    connection = Connection(engine_at(tmp_path / "mirror.db", kind="mirror", durable=False), "mirror")
    scratch.prepare(connection)
    first, second = [row[3] for row in connection.rows(f"EXPLAIN QUERY PLAN {sql}")]
    connection.close()
    assert first.split()[:2] in (["SCAN", alias] for alias in "gwi")
    assert second.startswith("SEARCH p USING")
