"""Columns of records that others point to: a contact's company and its industry stand in the account.

Change tracking refuses `$expand` [wire §2.5], so they are asked for by id, page by page, each record once per read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.metadata import LOOKUPS, Metadata
from connector.adapters.dynamics.session import Session

REMEMBERED: Final = 200_000
"""Records remembered per read at most."""


class ParentRecords:
    """The parents of one read. `wanted`: table → all columns that will be asked for, so that each row is read once."""

    def __init__(self, session: Session, metadata: Metadata, wanted: Mapping[str, Iterable[str]]) -> None:
        self._session = session
        self._metadata = metadata
        self._wanted = {table: list(dict.fromkeys(columns)) for table, columns in wanted.items()}
        self._known: dict[tuple[str, str], Mapping[str, Any]] = {}

    def __call__(self, table: str, ids: Sequence[str | None], column: str) -> Mapping[str, Any]:
        """id → value of the column. A record that is gone or cannot be seen has none."""
        there = {one for one in ids if one is not None}
        self._read(table, there)
        name = self._select(table, column)
        return {one: self._known[table, one].get(name) for one in there}

    def _read(self, table: str, ids: Iterable[str]) -> None:
        lacking = sorted(one for one in ids if (table, one) not in self._known)
        info = self._metadata.table(table)
        if info is None or not lacking:
            return
        if len(self._known) > REMEMBERED:
            self._known.clear()
            lacking = sorted(ids)
        select = [info.key, *(self._select(table, column) for column in self._wanted[table])]
        for part in query.parts(lacking):
            self._known.update(((table, one), {}) for one in part)
            for row in query.rows(
                self._session, query.path(self._session, info.set, select, query.among(info.key, part))
            ):
                self._known[table, row[info.key]] = row

    def _select(self, table: str, column: str) -> str:
        info = self._metadata.table(table)
        attribute = info.columns.get(column) if info else None
        return f"_{column}_value" if attribute is not None and attribute.type in LOOKUPS else column
