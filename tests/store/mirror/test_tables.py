"""Tests of connector.store.mirror.tables."""

from __future__ import annotations

import subprocess
import sys

import pytest

from connector.ports import COLUMNS, PERSON_COLUMNS, Table
from connector.store.mirror.entries import MOVABLE, SPLIT
from connector.store.mirror.tables import PACKED, PEOPLE, ROWS, MirrorTable, PersonRow, schema_hash, table


def test_people_are_kept_with_every_column_of_the_adapter() -> None:
    """The person table holds all the adapter gives, besides what is ours."""
    assert {column.name for column in table(PersonRow).columns} == {
        *PERSON_COLUMNS,
        "key",
        "object",
        "born",
        "person_id",
    }


@pytest.mark.parametrize("source", list(ROWS))
def test_rows_are_kept_as_they_come(source: Table) -> None:
    """A table that is kept row by row has the adapter's columns, in its order, the key first."""
    kept = table(ROWS[source])
    assert tuple(column.name for column in kept.columns) == COLUMNS[source]
    keys = [column.name for column in kept.primary_key]
    assert tuple(keys) == COLUMNS[source][: len(keys)]


def test_every_table_has_one_place() -> None:
    """Each table an adapter may read is kept in exactly one way."""
    assert sorted([*ROWS, *PEOPLE, *PACKED]) == sorted(Table)
    assert set(SPLIT) == set(PACKED)
    assert set(PACKED) >= MOVABLE


def test_the_schema_hash_is_the_same_in_every_process() -> None:
    """Two processes agree on the schema, so that one does not delete what the other built."""
    code = "from connector.store.mirror.tables import schema_hash; print(schema_hash())"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == schema_hash()


def test_another_column_is_another_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash covers the columns of every table."""
    before = schema_hash()
    note = MirrorTable.metadata.tables["note"]
    monkeypatch.setattr(note.columns["value"], "nullable", True)
    assert schema_hash() != before
