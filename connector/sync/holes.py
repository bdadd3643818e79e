"""Holes in the CRM's history of the status: changes of which it no longer knows what they were. They are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from connector.ports import COLUMNS, HISTORIES, Batch, Mark, Table

_BEFORE, _AFTER = (COLUMNS[Table.LEAD_HISTORY].index(name) for name in ("before", "after"))


class Reads(Protocol):
    """What reading a table needs of an adapter."""

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]: ...
    def count(self, table: Table) -> int: ...
    def ids(self, table: Table) -> Iterator[Sequence[str]]: ...


class Holes:
    """An adapter's reading, with the holes counted that come by."""

    def __init__(self, adapter: Reads) -> None:
        self._adapter = adapter
        self._found: Counter[Table] = Counter()

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """As the adapter reads."""
        for batch in self._adapter.read(table, since):
            if table in HISTORIES:
                self._found[table] += sum(row[_BEFORE] is None and row[_AFTER] is None for row in batch.rows)
            yield batch

    def count(self, table: Table) -> int:
        """As the adapter counts."""
        return self._adapter.count(table)

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """As the adapter lists."""
        return self._adapter.ids(table)

    def warnings(self) -> Iterator[str]:
        """A sentence per table that has any."""
        for table, holes in self._found.items():
            if holes:
                yield (
                    f"{holes:,} rows read now of {table.value.replace('_', ' ')} say that the status was changed, but "
                    "the CRM no longer tells from what to what: since when these people are where they are is only "
                    "known as “at least since”"
                )
