"""Reading a table: by REST while it is small, by a bulk query when it is large, on from a mark or whole.

A read begins with the first REST page, which says how many rows there are. Up to REST_TO rows it goes on page by page;
above, a bulk query takes over. A mark is the highest stamp the CRM itself has shown, never our clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Hidden
from connector.adapters.salesforce.reading import Reading
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.sources import Source, sources
from connector.adapters.salesforce.visible import Visible
from connector.adapters.web.rows import TAIL, Shape
from connector.mapping import Column, Mapping
from connector.ports import Batch, Mark, Table

T = TypeVar("T")

REST_TO = 20_000
"""Rows that are still read page by page (2,000 each); more go by a bulk query."""
WHOLE = "whole"
"""The mark of a table that is read whole each time, or that had no rows."""


class Reader:
    """Reads tables of one org."""

    def __init__(self, session: Session, mapping: Mapping, visible: Visible, rest_to: int = REST_TO) -> None:
        self._session = session
        self._mapping = mapping
        self._visible = visible
        self._rest_to = rest_to
        self._careful: set[Table] = set()

    def batches(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """As `ports.Adapter.read`: the last batch is empty and holds the mark."""
        mark = begin = since.text if since is not None and since.text != WHOLE else ""
        for source, reading in self._carefully(table, lambda: self._begun(self._sources(table), begin)):
            for rows in reading.rows():
                sorted_ = source.arrange(rows)
                if reading.is_delta:
                    yield Batch(table, sorted_.rows, sorted_.gone, sorted_.merged)
                else:
                    yield Batch(table, sorted_.rows, passed_over=len(rows) - len(sorted_.rows))
            mark = max(mark, reading.mark())
        yield Batch(table, mark=Mark(mark or WHOLE))

    def count(self, table: Table) -> int:
        """Live rows as the org counts them. For activities: before the mapping leaves out what is none."""
        return self._carefully(table, lambda: sum(self._counted(one) for one in self._sources(table)))

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """Ids of live rows."""
        shape = Shape([Column("id", "Id")], None, [Column("id", "Id")] * TAIL)

        def begun() -> list[tuple[Source, Reading]]:
            bare = [msgspec.structs.replace(one, shape=shape, stamp=None) for one in self._sources(table)]
            return self._begun(bare, "")

        for _, reading in self._carefully(table, begun):
            for rows in reading.rows():
                if rows:
                    yield [row[0] for row in rows]

    def _sources(self, table: Table) -> list[Source]:
        return sources(self._mapping, table, self._visible, careful=table in self._careful)

    def _carefully(self, table: Table, ask: Callable[[], T]) -> T:
        """What the org answers. If it refuses the object or a field, once more without what it hides."""
        try:
            return ask()
        except Hidden:
            if table in self._careful:
                raise
            self._careful.add(table)
            return ask()

    def _counted(self, source: Source) -> int:
        query = soql.count(source.object, *source.full)
        return int(self._session.query(query, all_rows=source.archived)["totalSize"])

    def _begun(self, sources: Sequence[Source], since: str) -> list[tuple[Source, Reading]]:
        begun = [(source, Reading(self._session, source, self._rest_to, since)) for source in sources]
        for _, reading in begun:
            reading.open()
        return begun
