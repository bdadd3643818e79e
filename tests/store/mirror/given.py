"""Mirrors and rows for tests, said in a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.model import Evidence, Judgement, Ref
from connector.ports import COLUMNS, Batch, Mark, Row, Table
from connector.store.mirror import Mirror

NOW = datetime(2026, 4, 1, tzinfo=UTC)
AT = 1_750_000_000
_USUAL = {"version": "1", "created_at": AT, "at": AT, "is_converted": 0, "is_inactive": 0, "is_bounced": 0, "active": 1}


def opened(folder: Path, **options: Any) -> Mirror:
    """A mirror of the org acme."""
    return Mirror.open(folder / "mirror.db", "acme", **options)


def row(table: Table, **columns: Any) -> Row:
    """A row; unnamed columns are empty, or what they usually are."""
    unknown = columns.keys() - set(COLUMNS[table])
    assert not unknown, unknown
    usual = {name: value for name, value in _USUAL.items() if name in COLUMNS[table]}
    return tuple({**dict.fromkeys(COLUMNS[table]), **usual, **columns}.values())


def lead(id: str, **columns: Any) -> Row:
    """A lead."""
    return row(Table.LEAD, id=id, **{"status": "Inquiry", **columns})


def contact(id: str, **columns: Any) -> Row:
    """A contact."""
    return row(Table.CONTACT, id=id, **columns)


def call(id: str, **columns: Any) -> Row:
    """A call."""
    return row(Table.TASK, id=id, **{"kind": "call", "direction": "out", "outcome": "", **columns})


def load(mirror: Mirror, table: Table, *rows: Row, mark: str = "1") -> int:
    """A full read of the table."""
    mirror.intake.begin(table)
    return mirror.put(Batch(table, rows, mark=Mark(mark)), first=True)


def change(mirror: Mirror, table: Table, *rows: Row, gone: Iterable[Row] = (), **more: Any) -> int:
    """A batch of changes."""
    return mirror.put(Batch(table, rows, list(gone), **more))


def everybody(mirror: Mirror) -> dict[str, Evidence]:
    """Everybody's evidence by id."""
    return {one.person.ref.id: one for page in mirror.people.everyone() for one in page}


def judge(mirror: Mirror, judgement: Judgement | None = None) -> list[str]:
    """Judges whoever is marked, all to the same; their ids in order."""
    judged: list[str] = []
    for page in mirror.people.pages(NOW):
        judged += [one.person.ref.id for one in page]
        mirror.verdicts.store([(one, judgement or Judgement()) for one in page])
    return judged


def ref(id: str, object: str = "lead") -> Ref:
    """A record of the org acme."""
    return Ref("acme", object, id)
